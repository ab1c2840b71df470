"""Ingest over HTTP on one service process into SQLite, rollups included."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import httpx

from bench.load import batches, declare, post
from bench.service import service
from bench.table import Row

RUNS, STEPS, SERIES, RECORDS = 20, 10_000, 8, 500


def send(url: str, bodies: dict[str, list[bytes]]) -> None:
    """Sends the bodies of some runs, one batch of each in turn, over one connection."""
    with httpx.Client(base_url=url) as client:
        for turn in zip(*bodies.values(), strict=True):
            for run, body in zip(bodies, turn, strict=True):
                post(client, run, body)


def measure() -> Iterator[Row]:
    """20 runs × 10,000 steps × 8 scalars by 4 connections; acknowledged means durable; checked by the summaries."""
    with service() as running:
        bodies = list(batches(STEPS, SERIES, RECORDS))
        names = [f"run{i}" for i in range(RUNS)]
        for name in names:
            declare(running.url, name)
        shares = [dict.fromkeys(names[i::4], bodies) for i in range(4)]
        threads = [threading.Thread(target=send, args=(running.url, share)) for share in shares]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - start
        counts = [s["count"] for name in names for s in running.get(f"/runs/{name}")["series"] if "signal" in s["name"]]
    points = RUNS * STEPS * SERIES
    assert sum(counts) == points, f"{sum(counts)} of {points} points are there"
    rate = points / took
    what = (
        f"ingest over HTTP, one service process, SQLite, rollups included ({points:,} points, {RECORDS} steps a batch)"
    )
    yield Row(what, "≥ 250,000 points/s", f"{rate:,.0f} points/s", rate >= 250_000)
