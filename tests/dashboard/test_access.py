"""Everybody can use the pages: by keyboard, with a screen reader, in both themes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.dashboard.looks import axis, last_x
from tests.dashboard.seeds import Lab, losses
from tests.support import until

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical: rule, and the first elements that break it."""
    found = Axe().run(page, options=RULES).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    return [
        f"{one['id']}: {node['html'][:160]} ({node['failureSummary'][:300]})"
        for one in grave
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_any_page_or_tab(lab: Lab, tab: Callable[..., Any], scheme: str) -> None:
    run, other = lab.run(f"access-{scheme}", config={"loss": "bce", "model": {"z": 64}}), lab.run(f"other-{scheme}")
    lab.log(
        run,
        range(60),
        lambda step: (
            losses(step)
            | {"system/cpu": 0.5, "lr/generator": 1e-4}
            | ({"loss/generator": math.nan} if step == 9 else {})
        ),
    )
    lab.log(other, range(10))
    lab.samples(run, [0, 50])
    lab.samples(run, [0], name="reference", kind="reference")
    page = tab(scheme=scheme).page
    page.goto(f"{lab.url}/runs/{run}")
    expect(page.locator("#run-verdict")).to_contain_text("Not a number")
    until(lambda: last_x(page) == 59)
    expect(page.locator("#run-latest .picture img").first).to_be_visible()
    found = {"overview": faults(page)}
    for button in page.get_by_role("tab").all()[1:]:
        button.click()
        expect(button).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel")).not_to_have_attribute("aria-busy", "true")
        found[button.inner_text()] = faults(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    found["keys"] = faults(page)
    places = (
        ("", f'.ag-row[row-id="{run}"]'),
        (f"compare?runs={run},{other}", ".js-plotly-plot"),
        ("alerts", ".alert-row"),
        ("alerts?tab=rules", ".things"),
        ("alerts?tab=channels", "#channels"),
        ("alerts?tab=log", "#deliveries"),
    )
    for place, ready in places:
        page.goto(f"{lab.url}/{place}")
        expect(page.locator(ready).first).to_be_visible()
        found[place] = faults(page)
    assert {place: said for place, said in found.items() if said} == {}


def test_everything_by_keyboard(lab: Lab, page: Page) -> None:
    run, other = lab.run("by-keys"), lab.run("elsewhere-than-here")
    lab.log(run, range(300))
    lab.log(other, range(10))
    lab.samples(run, [0, 100, 200])
    page.goto(f"{lab.url}/runs/{run}?from=100&to=200")
    until(lambda: last_x(page) == 201)  # one more than is asked for, so that the line leaves the plot
    page.keyboard.press("z")
    until(lambda: axis(page, "losses")["range"][0] == 0)
    page.keyboard.press("l")
    until(lambda: axis(page, "losses", "yaxis")["type"] == "log")
    page.keyboard.press("f")
    expect(page.get_by_role("dialog", name="Losses")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page.get_by_role("tab", name="Samples")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#run-samples .picture img").first).to_have_attribute("data-step", "200")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#run-samples .picture img").first).to_have_attribute("data-step", "100")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Step of the samples")
    page.keyboard.press("Escape")

    page.keyboard.press("Control+k")
    page.keyboard.type("config")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Config")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search config and environment")).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("elsewhere")
    expect(page.get_by_role("option", selected=True)).to_contain_text("elsewhere-than-here")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("elsewhere-than-here")
