"""Memory of the service after 10 M points from 20 runs."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from bench.load import batches, declare, post
from bench.service import service
from bench.table import Row

RUNS, STEPS, SERIES, RECORDS, PARTS = 20, 62_500, 8, 500, 5


def measure() -> Iterator[Row]:
    """20 runs × 62,500 steps × 8 scalars, in five parts; resident memory after each."""
    after = []
    with service() as running, httpx.Client(base_url=running.url) as client:
        names = [f"run{i}" for i in range(RUNS)]
        for name in names:
            declare(running.url, name)
        for part in range(PARTS):
            for body in batches(STEPS // PARTS, SERIES, RECORDS, start=part * STEPS // PARTS):
                for name in names:
                    post(client, name, body)
            after.append(running.memory / 2**20)
    growth = after[-1] - after[1]
    shown = ", ".join(f"{megabytes:.0f}" for megabytes in after)
    met = after[-1] <= 300 and growth <= 15
    yield Row("service memory after 2, 4, 6, 8, 10 M points from 20 runs", "≤ 300 MB and flat", f"{shown} MB", met)
