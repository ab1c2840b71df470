"""The run page in Chromium with 12 live charts: how soon it shows something, how quickly it answers, what it costs."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator

import httpx
from playwright.sync_api import Browser, Page

import monitor
from bench.browser import Cpu, chromium, fresh, rest
from bench.load import post
from bench.pixel import CURVES
from bench.service import Service, service
from bench.table import Row, quantile
from monitor import wire
from tests.support import until

SIGNALS = (*CURVES, "custom/one", "custom/two", "custom/three")
CHARTS, COLD, TURNS = 12, 5, 12
LIVE, RATE = 30, 10  # seconds, steps a second
HOUR = 3600 * RATE  # steps of an hour at that rate

FIRST = """() => new Promise((resolve) => {
  const drawn = () => document.querySelector(".js-plotly-plot .js-line[d]");
  const look = () => requestAnimationFrame(drawn() ? () => resolve(performance.now()) : look);
  look();
})"""  # since navigation began, until the frame after a curve was there

# Does something, and tells after how many ms a frame was on the screen in which the chart shows it.
TURN = """([act, turn]) => new Promise((resolve) => {
  const plot = document.querySelector('[data-chart="losses"] .js-plotly-plot');
  const thumb = document.querySelector("#smoothing [role=slider]");
  const acts = {
    slider: () => {
      thumb.focus();
      thumb.dispatchEvent(new KeyboardEvent("keydown", { key: turn % 2 ? "ArrowLeft" : "ArrowRight", bubbles: true }));
    },
    zoom: () => window.Plotly.relayout(plot, { "xaxis.range": [200 + 40 * turn, 900 + 40 * turn] }),
    toggle: () => document.getElementById("log-axis").click(),
  };
  const sees = {
    slider: () => JSON.stringify([plot.data.length, plot.data.at(-1).y.slice(400, 420)]),
    zoom: () => plot.querySelector(".js-line").getAttribute("d"),
    toggle: () => plot._fullLayout.yaxis.type,
  };
  const before = sees[act]();
  const start = performance.now();
  acts[act]();
  const look = () => requestAnimationFrame(sees[act]() === before ? look : () => resolve(performance.now() - start));
  requestAnimationFrame(look);
})"""


def values(step: int) -> dict[str, float]:
    """What every curve has at a step."""
    return {name: 2 + math.sin(step * 0.05 + index) for index, name in enumerate(SIGNALS)}


def ship(running: Service, run: str, first: int, count: int) -> None:
    """Puts steps into a run at once."""
    import msgspec

    with httpx.Client(base_url=running.url) as client:
        for start in range(first, first + count, 500):
            records: list[wire.Record] = [
                wire.Scalars(step, 1.79e9 + step / RATE, values(step))
                for step in range(start, min(start + 500, first + count))
            ]
            post(client, run, msgspec.msgpack.encode(wire.Batch("hour", start - first + 1, records)))


def cold(browser: Browser, cpu: Cpu, address: str) -> float:
    """Milliseconds until the first chart of a browser that has seen nothing of ours."""
    page = fresh(browser, cpu)
    page.goto(address, wait_until="commit")
    took = float(page.evaluate(FIRST))
    page.context.close()
    return took


def opened(browser: Browser, cpu: Cpu, address: str, height: int, charts: int) -> Page:
    """The page once so many charts are drawn and it is at rest."""
    page = fresh(browser, cpu, 1920, height)
    page.goto(address)
    page.wait_for_function(f"() => document.querySelectorAll('.js-plotly-plot').length >= {charts}", timeout=60_000)
    rest(page, cpu)
    return page


def live(page: Page, run: monitor.Run, first: int) -> None:
    """Logs for a while at a training's pace."""
    start = time.time()
    for index in range(LIVE * RATE):
        run.log(values(first + index), step=first + index)
        page.wait_for_timeout(max(0.0, (start + (index + 1) / RATE - time.time()) * 1e3))


def answers(page: Page, run: monitor.Run, first: int) -> dict[str, list[float]]:
    """Milliseconds from doing something to the frame that shows it, while points keep coming."""
    found: dict[str, list[float]] = {"slider": [], "zoom": [], "toggle": []}
    for turn in range(TURNS):
        for act, took in found.items():
            run.log(values(first + turn), step=first + turn)
            page.wait_for_timeout(150)
            took.append(float(page.evaluate(TURN, [act, turn])))
    return found


def heap(page: Page) -> float:
    """Megabytes of the page's JavaScript after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]) / 1e6


def measure() -> Iterator[Row]:
    """One service, one browser; what is done is measured with all 12 charts in view, the rest in a usual window."""
    with (
        service(dashboard=True) as running,
        chromium() as (browser, cpu),
        monitor.init(server=running.url, dir=str(running.dir), name="page") as run,
    ):
        for step in range(1000):
            run.log(values(step), step=step)
        address = f"{running.url}/runs/{run.id}"
        until(lambda: running.get(f"/runs/{run.id}")["last_step"] == 999)
        first = [cold(browser, cpu, address) for _ in range(COLD)]
        page = opened(browser, cpu, address, 1080, 4)
        before, start = cpu.seconds, time.time()
        live(page, run, 1000)
        drawn = (cpu.seconds - before) / (time.time() - start) * 100
        page.context.close()
        page = opened(browser, cpu, address, 3000, CHARTS)
        took = answers(page, run, 1000 + LIVE * RATE)
        page.goto(address)
        page.wait_for_timeout(2000)
        ship(running, run.id, 2000, HOUR)
        page.wait_for_timeout(8000)
        held = heap(page)
    every = [one for some in took.values() for one in some]
    each = ", ".join(f"{act} {quantile(some, 0.5):.0f}" for act, some in took.items())
    p95 = quantile(every, 0.95)
    yield Row(
        f"run page, cold browser: until its first chart, median of {COLD}", "≤ 2.5 s",
        f"{statistics.median(first) / 1e3:.2f} s", statistics.median(first) <= 2500,
    )  # fmt: skip
    yield Row(
        f"… until the frame that shows a turn of slider, zoom or toggle, {CHARTS} live charts, {len(every)} turns",
        "p95 ≤ 150 ms",
        f"p95 {p95:.0f} ms (medians: {each})", p95 <= 150,
    )  # fmt: skip
    yield Row(
        f"… CPU of the browser at 1920 × 1080, {len(SIGNALS)} curves, {RATE} steps a second, nobody touches it",
        "≤ 20 % of a core",
        f"{drawn:.0f} %", drawn <= 20,
    )  # fmt: skip
    yield Row(f"… JavaScript heap after an hour of it ({HOUR:,} steps)", "≤ 200 MB", f"{held:.0f} MB", held <= 200)
