"""What tests see of a page: curves as plotly draws them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

CURVES = """(chart) => {
  const plot = document.querySelector(`[data-chart="${chart}"] .js-plotly-plot`);
  if (!plot || !plot.data) return null;
  const numbers = (values) => [...values].map((value) => (Number.isFinite(value) ? value : null));
  return plot.data.map((trace) => ({
    uid: trace.uid, mode: trace.mode, color: trace.line?.color ?? null, dash: trace.line?.dash ?? null,
    x: numbers(trace.x), y: numbers(trace.y),
    path: [...plot.querySelectorAll(`g.trace${trace.uid} .js-line`)].map((one) => one.getAttribute("d")).join(""),
  }));
}"""


def curves(page: Page, chart: str) -> list[dict[str, Any]]:
    """The traces of a chart: uid, mode, colour, x, y, and the path that is on the screen. Empty while nothing is drawn."""
    found: list[dict[str, Any]] | None = page.evaluate(CURVES, chart)
    return found or []


def line(page: Page, chart: str, at: int = 0) -> dict[str, Any]:
    """The main line of a chart's curve `at`, or an empty one while there is none."""
    found = [trace for trace in curves(page, chart) if trace["uid"] == f"c{at}"]
    return found[0] if found else {"x": [], "y": [], "path": ""}


def last_x(page: Page, chart: str = "losses", at: int = 0) -> float:
    """The last x of a curve, -1 while there is none."""
    found = line(page, chart, at)["x"]
    return float(found[-1]) if found else -1.0


def axis(page: Page, chart: str, which: str = "xaxis") -> dict[str, Any]:
    """Range and type of an axis as it is drawn."""
    found: dict[str, Any] = page.evaluate(
        """([chart, which]) => {
          const full = document.querySelector(`[data-chart="${chart}"] .js-plotly-plot`)._fullLayout;
          return { range: [...full[which].range], type: full[which].type };
        }""",
        [chart, which],
    )
    return found


def drag(page: Page, chart: str, start: float, end: float) -> None:
    """Drags over a chart from one share of its width to another."""
    box = page.locator(f'[data-chart="{chart}"] .nsewdrag').first.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, y, steps=4)
    page.mouse.move(box["x"] + box["width"] * end, y, steps=4)
    page.mouse.up()
