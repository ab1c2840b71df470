"""Two pages in Chromium: the runs page with 10,000 runs, and 12 runs of a million points each laid over each other."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import Connection, text

from bench.browser import Cpu, chromium, fresh
from bench.many_runs import fill
from bench.service import Service, launch
from bench.table import Row, quantile
from monitor import wire
from monitor.ingest.apply import Applier
from monitor.storage.blobs import Blobs
from monitor.storage.database import migrate, open_engine, url_of

MANY, LONG, POINTS, CHUNK = 10_000, 12, 1_000_000, 20_000
NEW = "(SELECT id FROM series WHERE run_id = :run)"
OLD = "(SELECT id FROM series WHERE run_id = 'long-0')"
COPY = (
    "INSERT INTO series (run_id, name, signal, count, nan_count, inf_count, first_step, last_step, last, min, max) "
    "SELECT :run, name, signal, count, nan_count, inf_count, first_step, last_step, last + :higher, min + :higher, "
    "max + :higher FROM series WHERE run_id = 'long-0'",
    f"INSERT INTO points SELECT {NEW}, step, value + :higher FROM points WHERE series_id = {OLD}",
    "INSERT INTO rollups (series_id, level, bucket, count, sum, min, max, last_step, last, nan, pos_inf, neg_inf) "
    f"SELECT {NEW}, level, bucket, count, sum + count * :higher, min + :higher, max + :higher, last_step, last + :higher, "
    f"nan, pos_inf, neg_inf FROM rollups WHERE series_id = {OLD}",
    "UPDATE runs SET (last_step, points) = (SELECT last_step, points FROM runs WHERE id = 'long-0') WHERE id = :run",
)
CURVES = """(count) => {
  const plot = document.querySelector('[data-chart="loss/generator"] .js-plotly-plot');
  return plot && plot.querySelectorAll("g.trace .js-line[d]").length >= 2 * count;
}"""  # a line and a band a run

FIRST = "() => document.querySelector('.run-link')"
SCROLL = "(share) => { const view = document.querySelector('.ag-body-viewport'); view.scrollTop = share * view.scrollHeight; }"
FILLED = """() => {
  const view = document.querySelector(".ag-body-viewport").getBoundingClientRect();
  const inside = ({ top, bottom }) => top > view.top && bottom < view.bottom;
  const rows = [...document.querySelectorAll(".ag-center-cols-container .ag-row")];
  const seen = rows.filter((row) => inside(row.getBoundingClientRect()));
  return seen.length > 10 && seen.every((row) => row.querySelector(".run-link"));
}"""  # every row that is seen has its run


def value(step: int) -> float:
    """A slow wave with noise upon it."""
    return math.sin(step / 9e4) + (step * 7919 % 101) / 300


def long_runs(folder: Path) -> None:
    """Writes `LONG` runs of one signal, a million points each: one as the service would, the others as copies of its rows."""
    engine = open_engine(url_of(folder))
    migrate(engine)
    applier = Applier(engine, Blobs(folder / "blobs"))
    writing = engine.execution_options(writes=True)
    with writing.begin() as connection:
        for run in range(LONG):
            applier.declare(connection, wire.RunInfo(f"long-{run}", "bench", f"long-{run}", total_steps=POINTS))
    applier.committed()
    for first in range(0, POINTS, CHUNK):
        some: list[wire.Record] = [
            wire.Scalars(step, 1.79e9, {"loss/generator": value(step)}) for step in range(first, first + CHUNK)
        ]
        with writing.begin() as connection:
            applier.batch(connection, "long-0", wire.Batch("bench", first + 1, some))
            applier.flush(connection)
        applier.committed()
    with writing.begin() as connection:
        for run in range(1, LONG):
            copy(connection, f"long-{run}", run / 4)
    engine.dispose()


def copy(connection: Connection, run: str, higher: float) -> None:
    """Gives a run what `long-0` has, all values `higher` by so much."""
    given = {"run": run, "higher": higher}
    for statement in COPY:
        connection.execute(text(statement), given)


def visit(browser: Browser, cpu: Cpu, address: str, ready: str, argument: int = 0) -> tuple[float, Page]:
    """Seconds until the page is `ready`, in a browser that has nothing cached."""
    page = fresh(browser, cpu)
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(ready, arg=argument, timeout=60_000)
    return time.perf_counter() - start, page


def median(browser: Browser, cpu: Cpu, address: str, ready: str, argument: int = 0) -> float:
    """The middle of five visits, in seconds; each page is closed before the next."""
    took = []
    for _ in range(5):
        seconds, page = visit(browser, cpu, address, ready, argument)
        page.context.close()
        took.append(seconds)
    return quantile(took, 0.5)


def runs_page(browser: Browser, cpu: Cpu, service: Service) -> Iterator[Row]:
    """First rows, the table that takes their place, and how long it takes to show rows anywhere in the list."""
    ready = "() => document.querySelector('.ag-row .run-link')"
    took = [median(browser, cpu, service.url, there) for there in (FIRST, ready)]
    told = f"{took[0]:.2f} s; the table in their place after {took[1]:.2f} s"
    yield Row(f"runs page with {MANY:,} runs, to the first rows", "≤ 1.5 s", told, took[0] <= 1.5)
    _, page = visit(browser, cpu, service.url, ready)
    jumps = []
    for share in (0.2, 0.9, 0.5, 0.05, 0.7):
        page.evaluate(SCROLL, share)
        start = time.perf_counter()
        page.wait_for_function(FILLED)
        jumps.append((time.perf_counter() - start) * 1e3)
    yield Row("a jump to another part of the list, to the last of its rows", "", f"p50 {quantile(jumps, 0.5):.0f} ms")


def compare_page(browser: Browser, cpu: Cpu, service: Service) -> Iterator[Row]:
    """From the address to the last curve, with nothing loaded."""
    address = f"{service.url}/compare?runs={','.join(f'long-{run}' for run in range(LONG))}"
    cold = median(browser, cpu, address, CURVES, LONG)
    yield Row(
        f"comparing {LONG} runs × 1 M points, from the address to the last curve", "≤ 2 s", f"{cold:.2f} s", cold <= 2
    )


def measure() -> Iterator[Row]:
    """Both pages, each with a service of its own."""
    with chromium() as (browser, cpu):
        for make, look in ((lambda folder: fill(folder, MANY), runs_page), (long_runs, compare_page)):
            with tempfile.TemporaryDirectory(prefix="nashboard-bench-") as folder:
                make(Path(folder))
                service = launch(Path(folder), dashboard=True)
                try:
                    yield from look(browser, cpu, service)
                finally:
                    service.process.terminate()
                    service.process.wait(20)
