"""From `run.log` to the value at the API, through the live cursor."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx

import monitor
from bench.service import service
from bench.table import Row, quantile


def wait_for(client: httpx.Client, cursor: str, run: str, step: int) -> str:
    """Follows the live cursor until `step` of the run has arrived."""
    while True:
        live = client.get("/api/v1/live", params={"cursor": cursor, "wait": 10, "runs": run}).json()
        cursor = live["cursor"]
        points = live["changes"].get(run, {}).get("points", {}).get("loss/generator", {"step": []})
        if step in points["step"]:
            return cursor


def measure() -> Iterator[Row]:
    """Wall time of 60 single logs, 0–100 ms apart."""
    took = []
    with (
        service() as running,
        httpx.Client(base_url=running.url, timeout=30) as client,
        monitor.init(server=running.url, dir=str(running.dir)) as run,
    ):
        cursor = client.get("/api/v1/live").json()["cursor"]
        for step in range(60):
            start = time.perf_counter()
            run.log({"loss/generator": 0.5}, step=step)
            cursor = wait_for(client, cursor, run.id, step)
            took.append((time.perf_counter() - start) * 1e3)
            time.sleep(0.1 * ((step * 7) % 10) / 10)
    median, p95 = quantile(took, 0.5), quantile(took, 0.95)
    yield Row(
        "from `run.log` to the value at the API", "median ≤ 120 ms", f"{median:.0f} ms (p95 {p95:.0f})", median <= 120
    )
