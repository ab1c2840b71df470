"""Lists of 10,000 runs: the time of one page at the API, for many orders and queries, and of the sparklines of a screen."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.many_runs import fill
from bench.service import launch
from bench.table import Row, quantile

RUNS, PAGE = 10_000, 100
ASKED: list[dict[str, str | int]] = [
    {}, {"offset": 5000}, {"sort": "name"}, {"sort": "-generator"}, {"sort": "-health"}, {"sort": "state", "offset": 9000},
    {"q": "loss:wgan-gp"}, {"q": "wgan 123"}, {"q": "config.seed<3 -tag:baseline"}, {"q": "last.sample/coverage>0.99"},
    {"q": "config.generator.lr<1e-3 state:crashed", "sort": "-duration"}, {"q": "tag:night-*", "sort": "progress"},
    {"project": "project-7", "sort": "-step"}, {"group": "setting-500"},
]  # fmt: skip


def times(client: httpx.Client, path: str, params: dict[str, str | int], rounds: int = 8) -> list[float]:
    """Milliseconds of each request."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        client.get(path, params=params).raise_for_status()
        took.append((time.perf_counter() - start) * 1e3)
    return took


def measure() -> Iterator[Row]:
    """Pages of 100 rows by HTTP, one after another."""
    with tempfile.TemporaryDirectory(prefix="nashboard-bench-") as folder:
        fill(Path(folder), RUNS)
        service = launch(Path(folder))
        try:
            with httpx.Client(base_url=f"{service.url}/api/v1", timeout=60) as client:
                each = {str(asked): times(client, "/runs", {"limit": PAGE, **asked}) for asked in ASKED}
                every = [one for some in each.values() for one in some]
                slowest = max(each, key=lambda asked: quantile(each[asked], 0.5))
                p95 = quantile(every, 0.95)
                told = f"p50 {quantile(every, 0.5):.0f} ms, p95 {p95:.0f} ms"
                told += f"; slowest {slowest}: {quantile(each[slowest], 0.5):.0f} ms"
                what = f"a page of {PAGE} of {RUNS:,} runs, {len(ASKED)} orders and queries"
                yield Row(what, "p95 ≤ 50 ms", told, p95 <= 50)
                ids = [run["id"] for run in client.get("/runs", params={"limit": 50}).json()["runs"]]
                sparks = times(client, "/sparklines", {"runs": ",".join(ids)}, 20)
                yield Row("sparklines of both losses of 50 runs", "", f"p95 {quantile(sparks, 0.95):.0f} ms")
                counts = times(client, "/projects", {}, 20)
                yield Row(
                    f"projects and groups of {RUNS:,} runs with counts", "", f"p95 {quantile(counts, 0.95):.0f} ms"
                )
        finally:
            service.process.terminate()
            service.process.wait(20)
