"""`python -m bench [NAME …]`: measures, prints a table, and writes docs/benchmarks.md when all were asked for.

`python -m bench detection [FOLDER [SEED]]` is a matter of its own, of an hour: see `bench.detection`.
"""

from __future__ import annotations

import importlib
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.table import Row, markdown

NAMES = (
    "imports", "log_call", "process_cpu", "latency", "doctor_lag", "samples_call", "ingest", "queries", "lists", "projections",
    "sample_metrics", "memory", "kill_trainer", "kill_service", "training", "watch", "pixel", "run_page", "pages", "frames",
)  # fmt: skip
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench` on {when:%Y-%m-%d}: {cores} cores, {machine}, Python {python}. Each measurement has a process of its own;
"others, same run" were measured minutes apart on the same machine by the scripts in `bench/peers/`. Absolute times
depend on the machine; ratios carry over.

"""


def run(name: str) -> list[Row]:
    """The rows of one measurement, made in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "bench", "--rows", name], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        return [Row(what=name, target="", measured=f"the measurement failed (exit code {done.returncode})", met=False)]
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=list[Row])


def main(arguments: list[str]) -> int:
    """Runs the named measurements, or all."""
    if arguments[:1] == ["--rows"]:
        rows = list(importlib.import_module(f"bench.{arguments[1]}").measure())
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return 0
    if arguments[:1] == ["detection"]:
        return int(importlib.import_module("bench.detection.run").main(arguments[1:]))
    unknown = set(arguments) - set(NAMES)
    if unknown:
        sys.stderr.write(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}\n")
        return 2
    rows = []
    for name in arguments or NAMES:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += run(name)
    print(markdown(rows))
    if not arguments:
        import os

        head = HEAD.format(
            when=datetime.now(UTC), cores=os.cpu_count(), machine=platform.machine(), python=platform.python_version()
        )
        PAGE.write_text(head + markdown(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
