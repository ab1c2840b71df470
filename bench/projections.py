"""Maps of samples: how long the first layout and a later frame take, and whether `/series` waits for them meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

import httpx
import msgspec
import numpy as np

from bench.load import declare, post
from bench.queries import fill
from bench.service import service
from bench.table import Row, quantile
from monitor import wire

ROWS, WIDE, PLACED, FRAMES = 1000, 64, 256, 20
MODES = np.random.default_rng(0).normal(size=(10, WIDE)) * 3


def batch(step: int, rows: int, kind: Literal["fixed", "reference"] = "fixed") -> wire.Samples:
    """Rows of a mixture of ten Gaussians in 64 dimensions."""
    draw = np.random.default_rng(step)
    values = (MODES[draw.integers(0, 10, rows)] + draw.normal(size=(rows, WIDE))).astype("<f4")
    name = "reference" if kind == "reference" else "samples"
    return wire.Samples(
        step, 1.79e9, name, kind, b"RIFF\0\0\0\0WEBPx", 1, 1, 1, 8, 8, "[-1, 1]", False, values.tobytes(), "float32", values.shape
    )  # fmt: skip


def took(client: httpx.Client, run: str, record: wire.Samples, number: int, waits: list[float]) -> float:
    """Seconds from posting a batch to its map; `/series` is read all the while, its milliseconds go to `waits`."""
    start = time.perf_counter()
    post(client, run, msgspec.msgpack.encode(wire.Batch("bench", number, [record])))
    step = "reference" if record.kind == "reference" else record.step
    while True:
        asked = time.perf_counter()
        client.get("/api/v1/runs/curve/series", params={"names": "loss/generator", "width": 2000}).raise_for_status()
        waits.append((time.perf_counter() - asked) * 1e3)
        with suppress(httpx.HTTPStatusError):
            client.get(f"/api/v1/runs/{run}/projections/{step}").raise_for_status()
            return time.perf_counter() - start


def measure() -> Iterator[Row]:
    """A reference of 1,000 × 64, then frames of 256 samples, the first of them by a worker that has to start."""
    with service() as running, httpx.Client(base_url=running.url, timeout=60) as client:
        fill(client, "curve", 100_000)
        declare(running.url, "maps")
        waits: list[float] = []
        first = took(client, "maps", batch(0, ROWS, "reference"), 1, waits)
        later = [took(client, "maps", batch(step, PLACED), step + 1, waits) for step in range(1, FRAMES + 1)]
    yield Row(
        f"first t-SNE layout of {ROWS:,} × {WIDE}, the worker's start included", "≤ 10 s", f"{first:.2f} s", first <= 10
    )
    worst = max(later)
    what = f"a later frame of {PLACED} samples, from posting to map: slowest of {FRAMES} (median {quantile(later, 0.5):.2f} s)"
    yield Row(what, "≤ 1 s", f"{worst:.2f} s", worst <= 1)
    p99 = quantile(waits, 0.99)
    yield Row(
        f"`/series` at width 2,000 meanwhile, p99 of {len(waits):,} requests", "≤ 100 ms", f"{p99:.1f} ms", p99 <= 100
    )
