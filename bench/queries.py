"""Reading long series at the API: time of one request, and whether single-step spikes survive."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import msgspec

from bench.load import declare, post
from bench.service import service
from bench.table import Row, quantile
from monitor import wire

SPIKES = range(1_237, 1_000_000, 41_113)


def fill(client: httpx.Client, run: str, steps: int, spikes: range = range(0)) -> None:
    """Writes one series of `steps` points: a slow slope with single-step spikes of value 1,000."""
    declare(str(client.base_url).rstrip("/"), run)
    chunk = 20_000
    for first in range(0, steps, chunk):
        records: list[wire.Record] = [
            wire.Scalars(step, 1.79e9, {"loss/generator": 1000.0 if step in spikes else step * 1e-6})
            for step in range(first, min(first + chunk, steps))
        ]
        post(client, run, msgspec.msgpack.encode(wire.Batch("bench", first + 1, records)))


def timed(client: httpx.Client, path: str, **params: str | int) -> tuple[float, dict[str, dict[str, list[float]]]]:
    """Median milliseconds of 15 requests, and the last answer's series."""
    took = []
    for _ in range(15):
        start = time.perf_counter()
        answer = client.get(f"/api/v1{path}", params=params)
        took.append((time.perf_counter() - start) * 1e3)
        answer.raise_for_status()
    return quantile(took, 0.5), answer.json()["series"]


def measure() -> Iterator[Row]:
    """Series of 1 M and 10 M points at width 2,000; one signal of 20 runs × 10,000 points in one request."""
    with service() as running, httpx.Client(base_url=running.url, timeout=120) as client:
        fill(client, "million", 1_000_000, SPIKES)
        took, series = timed(client, "/runs/million/series", names="loss/generator", width=2000)
        columns = series["loss/generator"]
        kept = sum(value == 1000.0 for value in columns["max"])
        met = took <= 30 and kept == len(SPIKES)
        what = f"1,000,000 points at width 2,000 ({kept} of {len(SPIKES)} single-step spikes kept, {len(columns['step'])} rows)"
        yield Row(what, "≤ 30 ms, every spike", f"{took:.1f} ms", met)
        fill(client, "tenmillion", 10_000_000)
        took, series = timed(client, "/runs/tenmillion/series", names="loss/generator", width=2000)
        rows = len(series["loss/generator"]["step"])
        yield Row(f"10,000,000 points at width 2,000 ({rows} rows)", "≤ 60 ms", f"{took:.1f} ms", took <= 60)
        names = [f"run{i}" for i in range(20)]
        for name in names:
            fill(client, name, 10_000)
        for width in (1000, 2000):
            took, series = timed(client, "/series", name="loss/generator", runs=",".join(names), width=width)
            assert len(series) == 20
            what = f"one signal of 20 runs × 10,000 points, one request, width {width:,}"
            yield Row(what, "≤ 60 ms", f"{took:.1f} ms", took <= 60)
