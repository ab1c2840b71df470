"""From a key to the next step's samples on the screen: the map of the t-SNE tab, and the grid of the samples tab."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import msgspec
import numpy as np
from playwright.sync_api import Browser

from bench.browser import Cpu, chromium, fresh, rest
from bench.load import declare, post
from bench.projections import batch
from bench.service import service
from bench.table import Row, quantile
from monitor import wire
from monitor.sdk.grid import encode, tiles
from tests.support import until

STEPS = 24
SETTLES = 300  # seconds that all maps may take
PLACES = {
    "map of 1,000 real and 256 generated samples": ("tsne", ".tab-tsne .point-map"),
    "grid of 10 × 10": ("samples", "#run-samples .picture img"),
}

# Presses an arrow key again and again, and tells how long each took until the next step is shown and the frame after it is over.
PRESS = """async ([selector, count]) => {
  const shown = () => document.querySelector(selector).dataset.step;
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const took = [];
  for (let i = 0; i < 2 * count; i += 1) {
    const [before, start] = [shown(), performance.now()];
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: i < count ? "ArrowLeft" : "ArrowRight", bubbles: true }));
    while (shown() === before && performance.now() < start + 5000) await new Promise((resolve) => setTimeout(resolve, 1));
    await frame();
    took.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  return took;
}"""


def record(step: int, rows: int, reference: bool = False) -> wire.Samples:
    """A batch of rows of 64 numbers, drawn as the SDK draws 8 × 8 images."""
    made = batch(step, rows, "reference" if reference else "fixed")
    values = np.frombuffer(made.batch, "<f4").reshape(made.batch_shape)
    picture = tiles(((values[:100].reshape(-1, 8, 8, 1) / 6 + 0.5).clip(0, 1) * 255).astype("u1"))
    return msgspec.structs.replace(
        made, image=encode(picture), rows=picture.rows, columns=picture.columns, count=picture.count
    )


def fill(client: httpx.Client, run: str) -> None:
    """A run with a reference and `STEPS` batches; returns when all are on the map."""
    declare(str(client.base_url).rstrip("/"), run)
    records = [record(0, 1000, reference=True), *(record(step, 256) for step in range(1, STEPS + 1))]
    for number, one in enumerate(records, 1):
        post(client, run, msgspec.msgpack.encode(wire.Batch("bench", number, [one])))

    def settled() -> bool:
        jobs = client.get(f"/api/v1/runs/{run}/projections").raise_for_status().json()["jobs"]
        return all(job["state"] in ("done", "failed") for job in jobs)

    until(settled, timeout=SETTLES)


def pressed(browser: Browser, cpu: Cpu, url: str, tab: str, selector: str) -> list[float]:
    """Milliseconds of each key, back through the steps and forth again."""
    page = fresh(browser, cpu, 1440, 950)
    page.goto(f"{url}/runs/frames?tab={tab}")
    page.wait_for_selector(f"{selector}[data-step]")
    rest(page, cpu)
    took: list[float] = page.evaluate(PRESS, [selector, STEPS - 2])
    page.context.close()
    return took


def measure() -> Iterator[Row]:
    """Both places; going back every step is fetched, going forth it is there already."""
    with service(dashboard=True) as running, chromium() as (browser, cpu):
        with httpx.Client(base_url=running.url, timeout=60) as client:
            fill(client, "frames")
        for what, (tab, selector) in PLACES.items():
            took = pressed(browser, cpu, running.url, tab, selector)
            p50, p95 = quantile(took, 0.5), quantile(took, 0.95)
            shown = f"p50 {p50:.0f} ms, p95 {p95:.0f} ms"
            yield Row(f"from an arrow key to the next step in the {what}", "p95 ≤ 150 ms", shown, p95 <= 150)
