"""The examples run as they are, and the README's ten lines are theirs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support import Service

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_ten_lines_are_all_it_takes(start_service: Callable[..., Service], tmp_path: Path) -> None:
    service = start_service()
    environ = {key: value for key, value in os.environ.items() if not key.startswith("NASHBOARD_")}
    environ |= {"NASHBOARD_SERVER": service.url, "NASHBOARD_DIR": str(tmp_path), "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "ten_lines.py"), "--steps", "20"],
        env=environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # not one warning
    (run,) = service.get("/runs")["runs"]
    assert [run["name"], run["project"], run["state"], run["last_step"]] == ["dcgan", "examples", "finished", 19]
    counts = {series["name"]: series["count"] for series in service.get(f"/runs/{run['id']}")["series"]}
    assert [counts[name] for name in ("loss/generator", "logits/real", "auc/discriminator")] == [20, 20, 20]
    assert counts["grad_norm/generator"] >= 1
    kinds = [sample["kind"] for sample in service.get(f"/runs/{run['id']}/samples")["samples"]]
    assert sorted(kinds) == ["fixed", "reference"]


def test_there_are_ten_of_them() -> None:
    marked = [line for line in (EXAMPLES / "ten_lines.py").read_text().splitlines() if "# +" in line]
    assert len(marked) == 10 + 1  # ten, and `# +` in the docstring
