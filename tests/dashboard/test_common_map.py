"""The compare page's common map: batches of all runs and the first one's data laid out together, one step for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.seeds import Lab
from tests.dashboard.test_maps import DIGITS, samples
from tests.support import until

pytestmark = pytest.mark.browser

INK = """() => [...document.querySelectorAll(".common-map .point-map canvas:last-child")].map((canvas) => {
  if (!canvas.width) return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, value, at) => sum + (at % 4 === 3 && value > 0 ? 1 : 0), 0);
})"""


NOISE = np.random.default_rng(0).random((40, 64)) * 16


def reference(lab: Lab, run: str) -> None:
    lab.ship(run, [samples(0, DIGITS[:100], "reference", "reference")], lane="-media")


def two_runs(lab: Lab, name: str = "common", real: bool = True) -> list[str]:
    """One that makes digits, one that makes noise; both at steps 10 and 20, real data in the first alone."""
    runs = [f"{name}-digits", f"{name}-noise"]
    for run, made in zip(runs, (DIGITS[200:240], NOISE), strict=True):
        lab.run(run)
        if real and run == runs[0]:
            reference(lab, run)
        lab.ship(run, [samples(10, made), samples(20, made[::-1])], lane="-media")
    return runs


def asked(requests: list[Any]) -> list[Any]:
    """The steps of each map that was asked for."""
    return [one.post_data_json["steps"] for one in requests if one.method == "POST" and "projections/joint" in one.url]


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
    (body,) = [one.post_data_json for one in opened.requests if one.method == "POST" and "projections/joint" in one.url]
    assert body == {"runs": ["common-digits", "common-noise"], "steps": [10, 20], "method": "tsne"}
    page.goto(page.url + "&sample=10")
    until(lambda: steps(page) == ["10", "10"])  # the same map: it was kept
    expect(maps.locator(".caption").first).to_have_text("step 10")
    listed = lab.service.get("/projections/joint", run="common-noise")["maps"]
    assert [one["state"] for one in listed] == ["done"]


def test_a_live_run_s_new_steps_are_told_and_laid_out_when_wanted(lab: Lab, tab: Callable[..., Any]) -> None:
    runs, opened = two_runs(lab, "live"), tab()
    page = opened.page
    page.goto(f"{lab.url}/compare?runs={','.join(runs)}&open=map")
    until(lambda: steps(page) == ["20", "20"], 90)
    note = page.locator(".map-note")
    expect(note).to_be_hidden()
    lab.ship(runs[0], [samples(30, DIGITS[300:340])], lane="-media")
    expect(note).to_contain_text("1 newer step is not on this map.")
    lab.ship(runs[1], [samples(40, NOISE)], lane="-media")
    expect(note).to_contain_text("2 newer steps are not on this map.")
    assert (steps(page), asked(opened.requests)) == (["20", "20"], [[10, 20]])
    page.evaluate("""() => {
      window.fewest = 2;
      new MutationObserver(() => (window.fewest = Math.min(window.fewest, document.querySelectorAll(".common-map").length)))
        .observe(document.querySelector('[data-part="map"]'), { childList: true, subtree: true });
    }""")
    note.get_by_role("button", name="Lay out anew").click()
    until(lambda: steps(page) == ["30", "40"], 90)
    expect(note).to_be_hidden()
    assert page.evaluate("window.fewest") == 2  # the old one stood until the new one was there
    assert asked(opened.requests) == [[10, 20], [10, 20, 30, 40]]


def test_a_map_that_lacked_real_data_is_asked_for_once_they_are_there(lab: Lab, browser: Browser) -> None:
    runs = two_runs(lab, "late", real=False)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{lab.url}/compare?runs={','.join(runs)}&open=map")
    expect(page.locator(".map-note")).to_contain_text("has no reference")
    reference(lab, runs[0])
    until(lambda: steps(page) == ["20", "20"], 90)
    context.close()


def test_a_map_that_could_not_be_asked_for_is_asked_for_again(lab: Lab, browser: Browser) -> None:
    runs = two_runs(lab, "again")
    context = browser.new_context()
    page = context.new_page()
    page.route("**/projections/joint", lambda route: route.abort())
    page.goto(f"{lab.url}/compare?runs={','.join(runs)}&open=map")
    note = page.locator(".map-note")
    expect(note).to_contain_text("The service does not answer.")
    page.unroute("**/projections/joint")
    note.get_by_role("button", name="Try again").click()
    until(lambda: steps(page) == ["20", "20"], 90)
    context.close()
