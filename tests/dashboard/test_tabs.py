"""The tabs of the run page, and the language that everything is told in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.looks import last_x
from tests.dashboard.seeds import Lab
from tests.support import until

pytestmark = pytest.mark.browser


def test_tabs_by_keyboard_and_by_address(lab: Lab, page: Page) -> None:
    run = lab.run("tabs", config={"optimizer": {"lr": 0.0002}})
    lab.log(run, range(20))
    page.goto(f"{lab.url}/runs/{run}?tab=config")
    expect(page.get_by_role("tab", name="Config")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Config")).to_contain_text("optimizer")
    expect(page.get_by_role("toolbar")).to_be_hidden()  # nothing here is drawn as a curve
    assert not page.locator("#run-charts").count()  # a tab is built when it is first opened

    page.get_by_role("tab", name="Config").focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("tab", name="Overview")).to_be_focused()
    expect(page.get_by_role("tabpanel")).to_have_count(1)
    until(lambda: last_x(page) == 19)
    until(lambda: "tab=" not in page.evaluate("location.search"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Samples")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#run-samples")).to_contain_text("No samples yet")
    lab.log(run, range(20, 30))
    lab.samples(run, [20])
    expect(page.locator("#run-samples .picture img").first).to_have_attribute("data-step", "20")
    page.keyboard.press("ArrowLeft")  # what came while it was not seen is there
    until(lambda: last_x(page) == 29)
    expect(page.locator("#run-latest .picture img").first).to_have_attribute("data-step", "20")


def test_the_language_is_asked_for_chosen_and_kept(lab: Lab, tab: Callable[..., Any]) -> None:
    run = lab.run("words")
    lab.log(run, range(5))
    page = tab(width=380).page
    page.goto(f"{lab.url}/runs/{run}?lang=zh")
    expect(page.get_by_role("tab", name="概览")).to_be_visible()
    expect(page.locator(".places")).to_contain_text("比较")  # text of a layout that comes from Python
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("tab", name="Overview")).to_be_visible()
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("tab", name="概览")).to_be_visible()
    page.goto(lab.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("运行")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
