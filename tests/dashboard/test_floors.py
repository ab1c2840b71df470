"""What the data read against themselves: a line in the chart of a sample metric, and no chart of its own."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.seeds import Lab
from tests.support import until

pytestmark = pytest.mark.browser


def levels(page: Page, chart: str) -> list[float]:
    """The horizontal lines of a chart, as they are drawn."""
    found: list[dict[str, Any]] = page.evaluate(
        """(chart) => document.querySelector(`[data-chart="${chart}"] .js-plotly-plot`)?.layout?.shapes ?? []""", chart
    )
    return [shape["y0"] for shape in found if shape["type"] == "line"]


def measured(lab: Lab, run: str, floors: tuple[float, float]) -> str:
    """A run with two metrics, one of them of the catalogue, and what the data read of both."""
    lab.run(run)
    coverage, mmd = floors
    lab.log(run, [0], lambda step: {"sample_floor/coverage": coverage, "sample_floor/mmd": mmd})
    lab.log(run, range(100), lambda step: {"sample/coverage": step / 100, "sample/mmd": 1 - step / 100})
    return run


def test_floors_are_lines_of_their_metrics_on_the_runs_page(lab: Lab, page: Page) -> None:
    run = measured(lab, "floored", (0.5, 0.25))
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: levels(page, "quality") == [0.5])
    page.locator('[data-chart="sample/mmd"]').scroll_into_view_if_needed()
    until(lambda: levels(page, "sample/mmd") == [0.25])
    expect(page.locator('[data-chart="sample/mmd"] .item.level')).to_have_text("the data 0.2500")
    expect(page.locator('[data-chart^="sample_floor"]')).to_have_count(0)
    expect(page.get_by_text("sample_floor")).to_have_count(0)


def test_runs_that_are_compared_share_a_line_or_have_one_each(lab: Lab, page: Page) -> None:
    for runs, lines, text in (
        ([measured(lab, "same-a", (0.5, 0.25)), measured(lab, "same-b", (0.5, 0.75))], [0.5], "the data 0.5000"),
        (["same-a", measured(lab, "other", (0.6, 0.25))], [0.5, 0.6], "the data same-a 0.5000, other 0.6000"),
    ):
        page.goto(f"{lab.url}/compare?runs={','.join(runs)}")
        chart = page.locator('[data-chart="sample/coverage"]')
        chart.scroll_into_view_if_needed()
        until(lambda lines=lines: levels(page, "sample/coverage") == lines)
        expect(chart.locator(".item.level")).to_have_text(text)
        expect(page.locator('[data-chart^="sample_floor"], #section-sample_floor')).to_have_count(0)
    page.get_by_role("button", name="Small multiples").click()
    chart = page.locator('[data-chart="sample/coverage other"]')
    chart.scroll_into_view_if_needed()
    until(lambda: levels(page, "sample/coverage other") == [0.6])
