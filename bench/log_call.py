"""`run.log` of 8 floats on the training thread, with the shipper at work against a real service."""

from __future__ import annotations

import time
from collections.abc import Iterator

import monitor
from bench import peers
from bench.service import service
from bench.table import Row, quantile

VALUES = {f"signal/{i}": 0.1 * i for i in range(8)}


def time_calls(run: monitor.Run, calls: int, pause: float) -> list[float]:
    """Microseconds of each call; `pause` seconds of idling between groups of ten, as a training step would."""
    took = []
    for step in range(calls):
        start = time.perf_counter_ns()
        run.log(VALUES, step=step)
        took.append((time.perf_counter_ns() - start) / 1e3)
        if pause and step % 10 == 9:
            time.sleep(pause)
    return took


def measure() -> Iterator[Row]:
    """Median of a tight loop; 99th percentile at a training's pace (about 5,000 steps/s)."""
    with service() as running:
        with monitor.init(server=running.url, dir=str(running.dir / "a"), name="tight") as run:
            tight = time_calls(run, 100_000, 0)
        with monitor.init(server=running.url, dir=str(running.dir / "b"), name="paced") as run:
            paced = time_calls(run, 20_000, 0.002)
    others = peers.measure("log_call")
    median = quantile(tight, 0.5)
    yield Row("`run.log` of 8 floats, median", "≤ 2.5 µs", f"{median:.2f} µs", median <= 2.5, peers.words(others, "µs"))
    for tool, share in (("TensorBoard", 80), ("Trackio", 5)):
        if tool in others:
            ratio = others[tool] / median
            yield Row(f"… against {tool}", f"≤ 1/{share}", f"1/{ratio:.0f}", ratio >= share)
    p99 = quantile(paced, 0.99)
    yield Row("`run.log`, p99, shipper at work, training's pace", "≤ 25 µs", f"{p99:.1f} µs", p99 <= 25)
    p99 = quantile(tight, 0.99)
    yield Row("`run.log`, p99, shipper at work, tight loop", "≤ 25 µs", f"{p99:.1f} µs", p99 <= 25)
