"""What `run.watch` alone costs a training on digits, at its default schedule: told by the clock, and by itself."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from bench.service import service
from bench.table import Row
from bench.training import TURNS, called, overhead, turns
from trainer.config import Config


def measure() -> Iterator[Row]:
    """A DCGAN, one torch thread; see `bench.training` for the turns."""
    turn = 64
    base: dict[str, Any] = {"data": "digits", "model": "dcgan", "loss": "non-saturating", "seed": 1}
    with service() as running:
        config = Config.of(**base, steps=turn * (TURNS + 1))
        took = called(turns, config, running.url, str(running.dir), turn, True)
        (run,) = running.get("/runs")["runs"]
        answer = running.get(f"/runs/{run['id']}/series?names=system/watch_share&width=1000")
    low, share, high = (100 * quartile for quartile in statistics.quantiles(overhead(took), n=4))
    columns = answer["series"]["system/watch_share"]
    told = 2 * statistics.median(columns["last"])  # half of the turns were without it
    yield Row(
        f"`run.watch` alone, default schedule, dcgan on digits, steps of {statistics.median(took[::2]) / turn * 1e3:.1f} ms",
        "≤ 3 %",
        f"{share:+.1f} % (middle half of {TURNS // 2} turns {low:+.1f} … {high:+.1f} %); by its own account "
        f"(`system/watch_share`) {100 * told:.1f} %",
        share <= 3,
    )
