"""Who may import whom (ARCHITECTURE.md), and how light `import monitor` is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("monitor", "dashboard", "trainer", "bench")
HEAVY = {"torch", "numpy", "fastapi", "sqlalchemy", "pydantic", "dash"}

# package → what of ours it may import (itself always), and which outside packages it must never load.
ALLOWED: dict[str, set[str]] = {
    "monitor.wire": {"monitor.wire_alerts", "monitor.wire_answers", "monitor.wire_layers", "monitor.wire_types"},
    "monitor.wire_alerts": set(),
    "monitor.wire_answers": {"monitor.wire_alerts", "monitor.wire_layers"},
    "monitor.wire_layers": {"monitor.wire_types"},
    "monitor.wire_types": set(),
    "monitor.errors": set(),
    "monitor.signals": set(),
    "monitor.prefix": set(),
    "monitor.losses": set(),
    "monitor.failures": set(),
    "monitor.settings": {"monitor.errors"},
    "monitor.sdk": {
        "monitor.wire", "monitor.wire_layers", "monitor.errors", "monitor.settings", "monitor.signals", "monitor.doctor",
    },
    "monitor.storage": {"monitor.wire", "monitor.wire_layers", "monitor.errors", "monitor.settings", "monitor.signals"},
    "monitor.ingest": {
        "monitor.storage", "monitor.doctor", "monitor.rules", "monitor.notify", "monitor.wire",
        "monitor.wire_layers", "monitor.errors",
        "monitor.settings", "monitor.signals",
    },
    "monitor.notify": {"monitor.storage", "monitor.failures", "monitor.wire", "monitor.errors", "monitor.settings"},
    "monitor.rules": {"monitor.doctor", "monitor.failures", "monitor.wire", "monitor.errors"},
    "monitor.streams": set(),
    "monitor.detectors": {"monitor.streams", "monitor.wire"},
    "monitor.doctor": {
        "monitor.detectors", "monitor.streams", "monitor.sample_metrics", "monitor.wire", "monitor.errors", "monitor.signals",
        "monitor.losses",
    },
    "monitor.sample_metrics": {"monitor.errors"},
    "monitor.extractors": {"monitor.errors", "monitor.sample_metrics"},
    "monitor.projections": {"monitor.errors", "monitor.sample_metrics"},
    "monitor.jobs": {
        "monitor.ingest", "monitor.storage", "monitor.extractors", "monitor.projections", "monitor.sample_metrics",
        "monitor.wire", "monitor.errors", "monitor.settings",
    },
    "monitor.api": {
        "monitor.ingest", "monitor.jobs", "monitor.storage", "monitor.doctor", "monitor.rules", "monitor.notify",
        "monitor.archive", "monitor.reports", "monitor.failures",
        "monitor.wire", "monitor.errors", "monitor.settings", "monitor.signals",
        "monitor.statistics",
    },
    "monitor.sources": {"monitor.sdk", "monitor.wire", "monitor.errors", "monitor.signals"},
    "monitor.reports": {
        "monitor.sources", "monitor.doctor", "monitor.failures", "monitor.wire", "monitor.errors", "monitor.signals",
    },
    "monitor.exports": {"monitor.sources", "monitor.sdk", "monitor.wire", "monitor.errors"},
    "monitor.archive": {"monitor.sources", "monitor.storage", "monitor.wire", "monitor.errors", "monitor.settings"},
    "dashboard": {"monitor.prefix", "monitor.wire", "monitor.errors", "monitor.settings", "monitor.signals", "monitor.losses"},
    "monitor.statistics": set(),
    "trainer": {"monitor", "monitor.errors", "monitor.settings", "monitor.statistics"},
}  # fmt: skip
NEVER: dict[str, set[str]] = {
    "monitor.wire": HEAVY | {"PIL"},
    "monitor.wire_alerts": HEAVY | {"PIL"},
    "monitor.wire_answers": HEAVY | {"PIL"},
    "monitor.wire_layers": HEAVY | {"PIL"},
    "monitor.wire_types": HEAVY | {"PIL"},
    "monitor.errors": HEAVY | {"msgspec"},
    "monitor.failures": HEAVY | {"msgspec"},
    "monitor.settings": HEAVY,
    "monitor.sdk": {"fastapi", "sqlalchemy", "dash", "pydantic"},
    "monitor.storage": {"fastapi", "dash", "torch"},
    "monitor.ingest": {"fastapi", "dash", "torch"},
    "monitor.statistics": {"torch", "sqlalchemy", "fastapi", "dash"},
    "monitor.streams": HEAVY | {"PIL"},
    "monitor.detectors": HEAVY | {"PIL"},
    "monitor.rules": HEAVY | {"PIL"},
    "monitor.notify": {"fastapi", "dash", "torch", "numpy"},
    "monitor.sample_metrics": {"torch", "sqlalchemy", "fastapi", "dash"},
    "monitor.doctor": {"torch", "sqlalchemy", "fastapi", "dash"},
    "monitor.extractors": {"sqlalchemy", "fastapi", "dash"},
    "monitor.projections": {"torch", "sqlalchemy", "fastapi", "dash"},
    "monitor.jobs": {"torch", "fastapi", "dash"},
    "monitor.api": {"dash", "torch", "sklearn", "openTSNE"},
    "monitor.sources": HEAVY | {"tensorflow"},
    "monitor.reports": HEAVY,
    "monitor.exports": HEAVY,
    "monitor.archive": {"fastapi", "dash", "torch"},
    "dashboard": {"sqlalchemy", "torch"},
    "trainer": {"sqlalchemy", "fastapi", "dash", "plotly"},
}


def files(package: str) -> list[Path]:
    path = ROOT.joinpath(*package.split("."))
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions; type-checking blocks included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names if module in {"monitor", *OURS})


def owner(module: str) -> str | None:
    """The package of the table that a module belongs to ("monitor" for the public face)."""
    for package in sorted(ALLOWED, key=len, reverse=True):
        if module == package or module.startswith(package + "."):
            return package
    return "monitor" if module == "monitor" else None


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_of_ours_follow_the_table(package: str) -> None:
    for path in files(package):
        for module in imports(path):
            if module.partition(".")[0] not in OURS:
                continue
            to = owner(module)
            names_the_face = module.startswith("monitor.") and to is None and module.count(".") == 1
            allowed = ALLOWED[package] | {package} | ({None} if names_the_face else set())
            if to == "monitor" and package != "trainer":
                continue  # `from monitor import wire`: the submodule itself is checked
            assert to in allowed, f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("package", NEVER)
def test_forbidden_packages_stay_out(package: str) -> None:
    for path in files(package):
        found = {module.partition(".")[0] for module in imports(path)} & NEVER[package]
        assert not found, f"{path.relative_to(ROOT)} imports {found}"


def test_import_monitor_loads_nothing_heavy() -> None:
    code = f"import sys, monitor; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
