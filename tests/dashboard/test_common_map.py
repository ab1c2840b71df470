"""The compare page's common map: batches of all runs and the first one's data laid out together, one step for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.seeds import Lab
from tests.dashboard.test_maps import DIGITS, samples
from tests.support import until

pytestmark = pytest.mark.browser

INK = """() => [...document.querySelectorAll(".common-map .point-map canvas:last-child")].map((canvas) => {
  if (!canvas.width) return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, value, at) => sum + (at % 4 === 3 && value > 0 ? 1 : 0), 0);
})"""


def two_runs(lab: Lab) -> list[str]:
    """One that makes digits, one that makes noise; both at steps 10 and 20, real data in the first alone."""
    noise = np.random.default_rng(0).random((40, 64)) * 16
    for run, made in (("common-digits", DIGITS[200:240]), ("common-noise", noise)):
        lab.run(run)
        if run == "common-digits":
            lab.ship(run, [samples(0, DIGITS[:100], "reference", "reference")], lane="-media")
        lab.ship(run, [samples(10, made), samples(20, made[::-1])], lane="-media")
    return ["common-digits", "common-noise"]


def steps(page: Page) -> list[str | None]:
    return [one.get_attribute("data-step") for one in page.locator(".common-map .point-map").all()]


def test_runs_are_laid_out_together_once_and_move_by_one_step(lab: Lab, tab: Callable[..., Any]) -> None:
    opened = tab()
    page = opened.page
    page.goto(f"{lab.url}/compare?runs={','.join(two_runs(lab))}&open=map")
    maps = page.locator(".common-map")
    expect(maps).to_have_count(2, timeout=90_000)
    expect(maps.locator(".picture-label")).to_have_text(["common-digits", "common-noise"])
    until(lambda: steps(page) == ["20", "20"])
    page.locator('[data-part="map"]').scroll_into_view_if_needed()
    until(lambda: all(ink > 50 for ink in page.evaluate(INK)))
    asked = [one.post_data_json for one in opened.requests if one.method == "POST" and "projections/joint" in one.url]
    assert asked == [{"runs": ["common-digits", "common-noise"], "steps": [10, 20], "method": "tsne"}]
    page.goto(page.url + "&sample=10")
    until(lambda: steps(page) == ["10", "10"])  # the same map: it was kept
    expect(maps.locator(".caption").first).to_have_text("step 10")
    listed = lab.service.get("/projections/joint", run="common-noise")["maps"]
    assert [one["state"] for one in listed] == ["done"]
