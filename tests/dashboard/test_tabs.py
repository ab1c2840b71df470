"""The tabs of the run page, and the language that everything is told in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.looks import last_x
from tests.dashboard.seeds import Lab, losses
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


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (380, "light")])
def test_every_tab_dark_and_narrow(lab: Lab, tab: Callable[..., Any], width: int, scheme: str) -> None:
    run = lab.run(f"all-tabs-{width}", config={"loss": "hinge"}, total_steps=400)
    lab.log(run, range(60))
    lab.samples(run, [0, 50])
    page = tab(width=width, scheme=scheme).page
    page.goto(f"{lab.url}/runs/{run}?lang=zh")
    until(lambda: last_x(page) == 59)
    expect(page.locator(".timeline")).to_contain_text("尚无警报")
    room = page.locator(".timeline").evaluate("(element) => element.offsetHeight")

    lab.log(run, [60], lambda step: {**losses(step), "loss/generator": math.nan})
    expect(page.locator(".timeline .bar.critical")).to_have_count(1)
    assert page.locator(".timeline").evaluate("(element) => element.offsetHeight") == room  # nothing below it has moved
    expect(page.locator(".verdict-text")).to_have_text("自第 60 步起 loss/generator 不是有限数值")

    chart = page.locator('[data-chart="gradients"]')
    chart.scroll_into_view_if_needed()
    tip = page.locator("#tip .tip-when")

    def told() -> bool:
        page.mouse.move(0, 0)
        chart.locator(".nsewdrag").first.hover(position={"x": 90, "y": 40})
        return tip.count() > 0 and tip.inner_text().startswith("2026-09-2")

    if width > 500:
        until(told)
    for one in page.get_by_role("tab").all():
        one.click()
        panel = page.get_by_role("tabpanel")
        expect(panel).to_have_count(1)
        expect(panel).not_to_have_attribute("aria-busy", "true")
        expect(panel.locator(".tab-place > *").first).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, one.inner_text()
