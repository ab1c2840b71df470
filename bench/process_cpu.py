"""CPU of a step that logs 8 scalars: of the training process, and of it and the service together."""

from __future__ import annotations

import time
from collections.abc import Iterator

import monitor
from bench.service import service
from bench.table import Row

VALUES = {f"signal/{i}": 0.1 * i for i in range(8)}
STEPS = 100_000


def measure() -> Iterator[Row]:
    """CPU seconds over 100,000 steps in about 10 s, shipping, flushing and storing included; start-up left out."""
    with service() as running:
        with monitor.init(server=running.url, dir=str(running.dir)) as warm:
            warm.log(VALUES)
        service_before, before = running.cpu_seconds, time.process_time()
        with monitor.init(server=running.url, dir=str(running.dir)) as run:
            for step in range(STEPS):
                run.log(VALUES, step=step)
                if step % 100 == 99:
                    time.sleep(0.01)
        own = (time.process_time() - before) / STEPS * 1e6
        detail = running.get(f"/runs/{run.id}")
        both = own + (running.cpu_seconds - service_before) / STEPS * 1e6
    assert detail["last_step"] == STEPS - 1
    yield Row("CPU of the training process, 8 scalars a step, shipping included", "≤ 6 µs", f"{own:.1f} µs", own <= 6)
    yield Row("CPU of process plus service, 8 scalars a step", "≤ 60 µs", f"{both:.1f} µs", both <= 60)
