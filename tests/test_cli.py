"""The command line where not everything is installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

BARE = "import sys; sys.modules.update(torch=None, uvicorn=None, dash=None); from monitor.cli import main; main(sys.argv[1:])"


def bare(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`nashboard` as with the SDK alone."""
    return subprocess.run([sys.executable, "-c", BARE, *arguments], capture_output=True, text=True, timeout=60)


def test_help_lists_every_command_and_what_it_needs() -> None:
    done = bare("--help")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.startswith("  ") and line.split()}
    assert {"train", "experiment", "demo", "serve", "dashboard", "sync", "runs", "tokens"} <= lines.keys()
    assert "needs torch" in lines["train"]
    assert "needs uvicorn" in lines["serve"]
    assert "needs" not in lines["sync"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("train", "--data", "ring"),
            "`nashboard train` needs torch, which is not installed: pip install 'nashboard[trainer]'",
        ),
        (
            ("serve", "--help"),
            "`nashboard serve` needs uvicorn, which is not installed: pip install 'nashboard[server]'",
        ),
    ],
)
def test_a_command_says_what_to_install(arguments: tuple[str, ...], message: str) -> None:
    done = bare(*arguments)
    assert done.returncode == 1
    assert message in done.stderr
