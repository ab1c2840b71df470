"""The report of a run: downloaded from its page, opened from the disk."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.seeds import Lab, losses
from tests.support import until


@pytest.mark.browser
def test_a_report_opens_from_the_disk_and_asks_nobody(lab: Lab, page: Page, browser: Browser, tmp_path: Path) -> None:
    run = lab.run("reported", config={"lr": 0.0002})
    lab.log(run, range(3000), lambda step: losses(step) | ({"loss/discriminator": math.nan} if step > 2900 else {}))
    lab.samples(run, range(0, 3000, 300))
    until(lambda: lab.service.get(f"/runs/{run}/alerts")["alerts"])
    page.goto(f"{lab.url}/runs/{run}")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Report").click()
    assert caught.value.suggested_filename == "reported.html"
    caught.value.save_as(tmp_path / "reported.html")
    page.goto("about:blank")
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    asked: list[str] = []
    errors: list[str] = []
    opened = context.new_page()
    opened.on("request", lambda request: asked.append(request.url.partition(":")[0]))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.goto(f"file://{tmp_path}/reported.html")
    expect(opened.locator("#verdict")).to_contain_text("Not a number since step 2,901")
    expect(opened.locator(".finding.critical svg.evidence")).to_be_visible()
    card = opened.locator('.chart[data-title="Losses"]')
    card.scroll_into_view_if_needed()
    expect(card.locator("svg path[stroke-width]")).to_have_count(2)
    _drag(opened, card)
    expect(opened.locator("#reset")).to_be_visible()
    assert "3,000" not in card.locator("svg text").all_inner_texts()
    opened.get_by_role("button", name="All steps").click()
    expect(opened.locator("#reset")).to_be_hidden()
    slider, image = opened.locator(".samples input"), opened.locator(".samples img")
    last = image.get_attribute("src")
    slider.focus()
    opened.keyboard.press("Home")
    expect(opened.locator(".samples output")).to_have_text("step 0")
    assert image.get_attribute("src") != last
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 16
    context.close()
    assert errors == []
    assert set(asked) <= {"file", "data"}


def _drag(page: Page, card: Any) -> None:
    box = card.locator("svg").bounding_box()
    assert box
    page.mouse.move(box["x"] + 120, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 220, box["y"] + 80, steps=5)
    page.mouse.up()


@pytest.mark.browser
def test_a_report_speaks_the_language_of_the_page(lab: Lab, tab: Callable[..., Any], tmp_path: Path) -> None:
    run = lab.run("reported-in-chinese", config={"lr": 0.0002})
    lab.log(run, range(600), lambda step: losses(step) | ({"loss/discriminator": math.nan} if step > 500 else {}))
    lab.samples(run, range(0, 600, 100))
    until(lambda: lab.service.get(f"/runs/{run}/alerts")["alerts"])
    page = tab().page
    page.goto(f"{lab.url}/runs/{run}?lang=zh")
    with page.expect_download() as caught:
        page.get_by_role("link", name="报告").click()
    caught.value.save_as(tmp_path / "report.html")
    opened = tab(width=380).page
    opened.goto(f"file://{tmp_path}/report.html")
    expect(opened.locator("#verdict")).to_contain_text("自第 501 步起 loss/discriminator 不是有限数值")
    expect(opened.locator(".finding h4").first).to_have_text("观察到的现象")
    card = opened.locator('.chart[data-title="损失"]')
    card.scroll_into_view_if_needed()
    expect(card.get_by_role("button", name="对数")).to_be_visible()
    expect(opened.locator(".samples output")).to_have_text("第 500 步")
    assert opened.evaluate("document.documentElement.lang") == "zh-CN"
    assert opened.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.browser
def test_a_diagnosis_fits_a_phone(lab: Lab, tab: Callable[..., Any]) -> None:
    run = lab.run("diagnosed-on-a-phone", config={"lr": 0.0002})
    lab.log(run, range(600), lambda step: losses(step) | ({"loss/discriminator": math.nan} if step > 500 else {}))
    until(lambda: lab.service.get(f"/runs/{run}/alerts")["alerts"])
    page = tab(width=380).page
    page.goto(f"{lab.url}/runs/{run}?tab=diagnosis")
    code = page.locator(".finding pre.code")
    expect(code.first).to_be_visible()
    code.first.evaluate("one => one.prepend('a_name_that_no_line_of_a_phone_can_hold_' + 'and_more_'.repeat(9) + ' ')")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert code.first.evaluate("one => one.scrollWidth > one.clientWidth")  # it scrolls within itself
