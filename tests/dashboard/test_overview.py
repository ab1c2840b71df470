"""Charts as people arrange, enlarge and keep them, and the tabs of facts and events."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from monitor import wire
from tests.dashboard.looks import last_x
from tests.dashboard.seeds import START, Lab, losses
from tests.support import until

pytestmark = pytest.mark.browser

SYSTEM = {
    "system/gpu0/utilization": 0.9,
    "system/cpu": 0.4,
    "system/process_memory_gb": 0.5,
    "system/gpu3/memory_gb": 2.0,
}


def titles(page: Page) -> list[str]:
    found: list[str] = page.locator("#run-charts .chart:visible h3").all_inner_texts()
    return found


def choose(page: Page, chart: str, action: str) -> None:
    page.get_by_role("button", name=f"More of {chart}").click()
    page.get_by_role("menu").locator("button", has_text=action).click()


def saved(page: Page, chart: str, action: str, to: Path) -> str:
    with page.expect_download() as download:
        choose(page, chart, action)
    download.value.save_as(to)
    return to.read_bytes().decode("utf-8", "replace")


def search(page: Page) -> str:
    found: str = page.evaluate("location.search")
    return found


def test_charts_are_pinned_ordered_hidden_and_the_link_shows_the_same(lab: Lab, page: Page) -> None:
    run = lab.run("arranged")
    lab.log(run, range(50), lambda step: losses(step) | {"custom/own": 1.0})
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: titles(page) == ["Losses", "Discriminator output", "Gradient norms"])
    choose(page, "Gradient norms", "Pin to the front")
    until(lambda: titles(page) == ["Gradient norms", "Losses", "Discriminator output"])
    choose(page, "Losses", "Move back")
    until(lambda: titles(page) == ["Gradient norms", "Discriminator output", "Losses"])
    page.get_by_role("button", name="Charts", exact=True).click()
    page.get_by_role("checkbox", name="Discriminator output").uncheck()
    page.get_by_role("button", name="Pin own to the front").click()
    page.keyboard.press("Escape")
    arranged = ["Gradient norms", "own", "Losses"]
    until(lambda: titles(page) == arranged)
    until(lambda: "off=logits" in search(page) and "pin=gradients,custom%2Fown" in search(page).replace("%252F", "%2F"))
    page.reload()
    until(lambda: titles(page) == arranged)
    page.goto(f"{lab.url}/runs/{run}")  # without a word in the address: as this browser has kept it
    until(lambda: titles(page) == arranged)


def test_a_chart_fills_the_screen_and_is_saved(lab: Lab, page: Page, tmp_path: Path) -> None:
    run = lab.run("kept")
    odd = {5000: math.nan, 5001: math.inf}
    lab.log(run, range(30_000), lambda step: {"loss/generator": odd.get(step, step / 7)})
    page.goto(f"{lab.url}/runs/{run}?from=4000&to=26000")
    until(lambda: last_x(page) > 20_000)
    before = page.locator('[data-chart="losses"]').bounding_box()
    page.get_by_role("button", name="Full screen").first.click()
    dialog = page.get_by_role("dialog", name="Losses")
    expect(dialog).to_be_visible()
    until(lambda: page.evaluate("document.querySelector('.screen .js-plotly-plot')._fullLayout.height") > 600)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Full screen").first).to_be_focused()
    assert page.locator('[data-chart="losses"]').bounding_box() == before

    text = saved(
        page, "Losses", "Save as CSV", tmp_path / "points.csv"
    ).splitlines()  # more points than one answer holds
    assert text[0] == "step,loss/generator"
    rows = dict(line.split(",") for line in text[1:])
    assert list(map(int, rows)) == list(range(4000, 26_001))
    assert (rows["5000"], rows["5001"]) == ("nan", "inf")
    assert all(float(value) == int(step) / 7 for step, value in rows.items() if value not in ("nan", "inf"))
    drawing = saved(page, "Losses", "Save as SVG", tmp_path / "chart.svg")
    assert "<svg" in drawing
    assert "Losses" in drawing
    saved(page, "Losses", "Save as PNG", tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def rows_of(page: Page) -> Locator:
    return page.locator(".logs tbody tr")


def test_config_system_and_logs(lab: Lab, page: Page) -> None:
    config = {"optimizer": {"lr": 0.0002, "betas": [0.5, 0.999]}, "seed": 3}
    run = lab.run("facts", config=config, environment={"git_commit": "364b556", "host": "mill"})
    lab.log(run, range(20), lambda step: losses(step) | SYSTEM)
    page.goto(f"{lab.url}/runs/{run}?tab=config")
    expect(page.locator(".fact-tools code")).to_have_text("364b556")
    page.get_by_label("Search config").fill("betas")
    expect(page.locator(".fact-row:visible")).to_have_text("betas0.5, 0.999")
    page.get_by_label("Search config").fill("no such thing")
    expect(page.get_by_text("No setting fits.")).to_be_visible()

    page.get_by_role("tab", name="System").click()
    drawn = page.locator(".tab-system .charts > .chart")
    expect(drawn).to_have_count(len(SYSTEM))
    assert [chart.get_attribute("data-chart") for chart in drawn.all()] == sorted(SYSTEM)
    until(lambda: last_x(page, "system/gpu0/utilization") == 19)
    expect(page.locator('[data-chart="system/time"]')).to_have_count(0)
    for name, title in zip(SYSTEM, ("gpu0/utilization", "cpu", "Process memory, GB", "GPU 3 memory, GB"), strict=True):
        expect(page.locator(f'[data-chart="{name}"] h3')).to_have_text(title)

    page.get_by_role("tab", name="Logs").click()
    expect(rows_of(page)).to_have_count(1)  # its start
    events: list[Any] = [wire.Event(7, START + 1, "lr_drop", {"factor": 0.1, "why": {"plateau": 3}})]
    lab.ship(run, events)
    expect(rows_of(page).first).to_contain_text("lr_dropfactor=0.1, why.plateau=3")
    expect(rows_of(page).first.locator("td").first).to_have_text("2026-09-21 14:13:21 UTC")
    page.get_by_label("Search events").fill("plateau")
    expect(rows_of(page)).to_have_count(1)
    expect(page.locator(".log-tools .count")).to_have_text("1 events")


def test_what_came_of_a_remedy_is_told(lab: Lab, page: Page) -> None:
    run = lab.run("cured")
    lab.log(run, range(5), lambda step: {"loss/generator": math.nan})
    lab.log(run, range(5, 100), lambda step: {"loss/generator": 4.0})
    alert = until(lambda: lab.service.http.get(f"/runs/{run}/alerts").json()["alerts"])[0]
    done = {
        "policy": "reduce-lr",
        "alert": alert["kind"],
        "onset_step": alert["onset_step"],
        "did": "halved the learning rates",
    }
    lab.ship(run, [wire.Event(100, START + 10, "on_alert", done)])
    lab.log(run, range(101, 200), lambda step: {"loss/generator": 1.0})
    page.goto(f"{lab.url}/runs/{run}?tab=diagnosis&alert={alert['id']}")
    after = page.locator(".afterwards")
    expect(after).to_contain_text("At step 100 the training halved the learning rates.")
    expect(after.locator("tbody tr")).to_have_text("loss/generator4.0001.000−75 %")
    expect(after).to_contain_text("It has not come again in the 99 steps since.")
