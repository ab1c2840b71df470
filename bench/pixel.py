"""From `run.log` to the drawn pixel in Chromium, with 20 live curves in view; CPU of the service and of the browser meanwhile."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

import monitor
from bench.browser import Cpu, chromium, fresh, rest
from bench.service import service
from bench.table import Row, quantile

SECONDS, RATE = 30, 10
# Twenty curves as a GAN's page has them: about two in each chart.
CURVES = [
    *("loss/generator", "loss/discriminator", "loss/discriminator_real", "loss/discriminator_fake"),
    *("loss/gradient_penalty", "logits/real", "logits/fake", "accuracy/real", "accuracy/fake", "auc/discriminator"),
    *("grad_norm/generator", "grad_norm/discriminator", "update_ratio/generator", "update_ratio/discriminator"),
    *("weight_norm/generator", "weight_norm/discriminator", "lr/generator", "lr/discriminator"),
    *("sample/diversity", "sample/coverage"),
]

# Notes for each step when a chart that shows it was first on the screen: after plotly has drawn, in the next frame.
NOTE = """
() => {
  window.seen = new Map();
  const note = (plot) => requestAnimationFrame(() => {
    const last = Math.max(...plot.data.map((trace) => trace.x?.length ? trace.x[trace.x.length - 1] : -1));
    const shown = window.seen.get(plot) ?? new Map();
    window.seen.set(plot, shown);
    if (last >= 0 && !shown.has(last)) shown.set(last, Date.now() / 1000);
  });
  for (const plot of document.querySelectorAll(".js-plotly-plot")) plot.on("plotly_afterplot", () => note(plot));
  return document.querySelectorAll(".js-plotly-plot").length;
}
"""
READ = "() => [...window.seen.values()].map((shown) => [...shown.entries()])"


def values(step: int) -> dict[str, float]:
    """What each of the 20 curves has at a step."""
    return {name: math.sin(step * 0.05 + index) for index, name in enumerate(CURVES)}


def delays(logged: list[float], plots: list[list[list[float]]]) -> list[float]:
    """Milliseconds from each logged step to the first drawing that holds it or a later one, for each plot."""
    found = []
    for shown in plots:
        drawn = sorted((at, step) for step, at in shown)
        for step, at in enumerate(logged):
            first = next((when for when, last in drawn if last >= step), None)
            if first is not None and first > at:
                found.append((first - at) * 1e3)
    return found


def opened(browser: Browser, cpu: Cpu, url: str, run: monitor.Run) -> Page:
    """The run's page with all of its charts, once it is at rest."""
    page = fresh(browser, cpu, 1600, 3000)
    for step in range(200):
        run.log(values(step), step=step)
    page.goto(f"{url}/runs/{run.id}")
    page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length >= 8", timeout=30_000)
    rest(page, cpu)
    return page


def watch(page: Page, run: monitor.Run) -> tuple[int, list[float], list[list[list[float]]]]:
    """Logs 10 steps a second for half a minute while the page draws them."""
    plots = page.evaluate(NOTE)
    logged = [0.0] * 200
    start = time.time()
    for index in range(SECONDS * RATE):
        run.log(values(200 + index), step=200 + index)
        logged.append(time.time())
        page.wait_for_timeout(max(0.0, (start + (index + 1) / RATE - time.time()) * 1e3))
    page.wait_for_timeout(1500)
    return plots, logged, page.evaluate(READ)


def measure() -> Iterator[Row]:
    """Every step of every curve counts as one delay."""
    with (
        service(dashboard=True) as running,
        chromium() as (browser, cpu),
        monitor.init(server=running.url, dir=str(running.dir), name="pixels") as run,
    ):
        page = opened(browser, cpu, running.url, run)
        before, start = (running.cpu_seconds, cpu.seconds), time.time()
        plots, logged, seen = watch(page, run)
        took = time.time() - start
        served = (running.cpu_seconds - before[0]) / took * 100
        drawn = (cpu.seconds - before[1]) / took * 100
    found = delays([at for at in logged if at], [[[s - 200, t] for s, t in shown] for shown in seen])
    p50, p95 = quantile(found, 0.5), quantile(found, 0.95)
    what = (
        f"from `run.log` to the pixel in Chromium, {len(CURVES)} live curves in {plots} charts, {len(found):,} delays"
    )
    yield Row(what, "p95 ≤ 0.7 s", f"p50 {p50:.0f} ms, p95 {p95:.0f} ms", p95 <= 700)
    yield Row("CPU of the service meanwhile", "≤ 15 % of a core", f"{served:.0f} %", served <= 15)
    yield Row("CPU of the browser meanwhile (software rendering)", "", f"{drawn:.0f} % of a core")
