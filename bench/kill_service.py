"""Points lost or doubled when the service is killed and restarted during ingest."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import monitor
from bench.service import launch
from bench.table import Row

KILLS = 20


def measure() -> Iterator[Row]:
    """One training logs through 20 kills of the service; each step's value is its own number, so all can be checked."""
    with tempfile.TemporaryDirectory() as folder:
        running = launch(Path(folder))
        port = int(running.url.rpartition(":")[2])
        run = monitor.init(server=running.url, dir=folder, retry_max=0.3, flush_timeout=60)
        stop, steps = threading.Event(), 0

        def train() -> None:
            nonlocal steps
            while not stop.is_set():
                run.log({"value": float(steps)}, step=steps)
                steps += 1
                if steps % 20 == 0:
                    time.sleep(0.001)

        trainer = threading.Thread(target=train)
        trainer.start()
        chance = random.Random(0)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.2, 1.0))
            running.process.kill()
            running.process.wait()
            running = launch(Path(folder), port)
        stop.set()
        trainer.join()
        run.finish()
        wrong = 0
        for first in range(0, steps, 10_000):
            query = {"names": "value", "from": first, "to": first + 9_999, "width": 10_000}
            columns = running.get(f"/runs/{run.id}/series", **query)["series"]["value"]
            there = dict(zip(columns["step"], columns["last"], strict=True))
            wrong += sum(there.get(step) != step for step in range(first, min(first + 10_000, steps)))
        count = {s["name"]: s["count"] for s in running.get(f"/runs/{run.id}")["series"]}["value"]
        running.process.terminate()
        running.process.wait()
    what = f"points lost or doubled over {KILLS} kills of the service during ingest ({steps:,} points)"
    yield Row(what, "0", f"{wrong + abs(count - steps)}", wrong == 0 and count == steps)
