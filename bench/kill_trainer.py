"""Points lost when the training process is killed with SIGKILL right after `run.log` returned."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.service import Service, service
from bench.table import Row

# The child logs a random number of steps, says how many, and is gone in the next instruction.
CHILD = """
import os, random, signal, sys
import monitor
server, folder, seed = sys.argv[1:]
run = monitor.init(server=server, dir=folder, project="kills")
steps = random.Random(seed).randint(1, 3000)
print(run.id, steps, flush=True)
for step in range(steps):
    run.log({"loss/generator": float(step), "loss/discriminator": -float(step)}, step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""


def kills(running: Service, server: str, folder: Path, seeds: range) -> int:
    """Kills a training per seed, ships what is left with `nashboard sync`; the number of points that are not there."""
    expected = {}
    for seed in seeds:
        child = subprocess.run(
            [sys.executable, "-c", CHILD, server, str(folder), str(seed)],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert child.returncode == -9
        run, count = child.stdout.split()
        expected[run] = int(count)
    command = [sys.executable, "-m", "monitor", "sync", str(folder), "--server", running.url]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    lost = 0
    for run, steps in expected.items():
        counts = {s["name"]: s["count"] for s in running.get(f"/runs/{run}")["series"]}
        lost += sum(abs(steps - counts.get(name, 0)) for name in ("loss/generator", "loss/discriminator"))
    return lost


def measure() -> Iterator[Row]:
    """30 kills with the service up, 30 with it absent."""
    with service() as running, tempfile.TemporaryDirectory() as folder:
        up = kills(running, running.url, Path(folder) / "up", range(30))
        down = kills(running, "http://127.0.0.1:9", Path(folder) / "down", range(30, 60))
    what = (
        "points lost or doubled, training killed right after `log` returned (30 kills with the service up, 30 without)"
    )
    yield Row(what, "0", f"{up} and {down}", up == down == 0)
