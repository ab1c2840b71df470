"""Other tools measured the same way. They live in .venv-peers (`make bench` makes it), apart from our own packages."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

PYTHON = Path(__file__).parent.parent.parent / ".venv-peers" / "bin" / "python"


def measure(script: str) -> dict[str, float]:
    """Tool → figure, as `bench/peers/<script>.py` prints it on its last line; empty when the peers are not installed."""
    if not PYTHON.exists():
        return {}
    done = subprocess.run(
        [PYTHON, Path(__file__).parent / f"{script}.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=600,
        env={**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"},
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(b"{")]
    return dict(json.loads(lines[-1])) if lines else {}


def words(figures: dict[str, float], unit: str) -> str:
    """The figures as a cell of the table."""
    return ", ".join(f"{tool} {value:,.1f} {unit}" for tool, value in figures.items()) or "not installed"
