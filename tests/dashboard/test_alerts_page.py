"""The page of all alerts: the inbox, rules, channels and the log, as people use them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.looks import axis
from tests.dashboard.seeds import Lab
from tests.notify.targets import target
from tests.support import until

pytestmark = pytest.mark.browser


def ill(lab: Lab, run: str, project: str) -> str:
    """A run with a loss that is no number."""
    lab.run(run, project=project)
    lab.log(run, range(3), lambda step: {"loss/generator": math.nan, "loss/discriminator": 1.0})
    until(lambda: lab.service.get("/alerts", run=run)["alerts"])
    return run


def row(page: Page, run: str) -> Any:
    return page.locator(".alert-row").filter(has=page.get_by_role("link", name=run, exact=True))


def states(lab: Lab, run: str) -> list[str]:
    return [alert["state"] for alert in lab.service.get("/alerts", run=run)["alerts"]]


def test_the_inbox_is_live_filtered_by_the_address_and_handles_many_at_once(own_lab: Lab, page: Page) -> None:
    ill(own_lab, "first", "faces")
    ill(own_lab, "second", "cats")
    page.goto(f"{own_lab.url}/alerts")
    expect(row(page, "first")).to_contain_text("Not a number")
    expect(page).to_have_title(re.compile(r"^\(\d+\) Alerts · Nashboard$"))
    ill(own_lab, "third", "faces")
    expect(row(page, "third")).to_be_visible()

    page.get_by_label("Project").select_option("faces")
    expect(row(page, "second")).to_have_count(0)
    expect(page).to_have_url(re.compile("project=faces"))
    page.reload()
    expect(row(page, "third")).to_be_visible()
    expect(row(page, "second")).to_have_count(0)
    page.get_by_label("Project").select_option("")

    row(page, "first").get_by_role("button", name="Acknowledge").click()
    expect(row(page, "first")).to_contain_text("acknowledged")
    row(page, "second").get_by_label("Snooze").select_option(label="for 4 hours")
    expect(row(page, "second")).to_contain_text("snoozed until")
    assert (states(own_lab, "first"), states(own_lab, "second")) == (["acknowledged"], ["snoozed"])

    page.get_by_label("Select all").check()
    expect(page.locator(".alert-bulk")).to_contain_text("3 selected")
    page.locator(".alert-bulk").get_by_role("button", name="Resolve").click()
    expect(page.locator(".alert-none")).to_contain_text("Nothing wants your attention")
    expect(page).to_have_title("Alerts · Nashboard")
    page.get_by_label("State").select_option("resolved")
    expect(row(page, "second")).to_contain_text("resolved by hand")


def test_keys_move_and_act_and_the_evidence_is_one_step_away(lab: Lab, page: Page) -> None:
    run = lab.run("keyed", project="keys")
    lab.log(run, range(2000), lambda step: {"loss/generator": math.nan if step == 1500 else 1.0})
    until(lambda: lab.service.get("/alerts", run=run)["alerts"])
    ill(lab, "keyed-2", "keys")
    page.goto(f"{lab.url}/alerts?project=keys&state=all")
    expect(page.locator(".alert-row")).to_have_count(2)
    page.locator(".alert-row").first.focus()
    first, second = (one.get_attribute("data-alert") for one in page.locator(".alert-row").all())
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.dataset.alert") == second
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.dataset.alert") == first
    page.keyboard.press("x")
    expect(page.locator(".alert-bulk")).to_contain_text("1 selected")
    row(page, run).get_by_role("link", name="Evidence").click()
    expect(page).to_have_url(re.compile(rf"/runs/{run}\?from=\d+&to=\d+"))
    expect(page.locator('[data-chart="losses"] .js-plotly-plot')).to_be_visible()
    until(lambda: axis(page, "losses")["range"][0] > 1000)


def test_a_rule_is_tried_made_changed_and_removed(lab: Lab, tab: Callable[..., Any]) -> None:
    watched = tab()
    page: Page = watched.page
    run = lab.run("ruled", project="rules")
    lab.log(run, range(50), lambda step: {"loss/generator": 9.0 if 10 <= step < 20 else 1.0})
    page.goto(f"{lab.url}/alerts?tab=rules")
    page.get_by_role("button", name="New rule").click()
    form = page.locator("form.form-card")
    form.get_by_label("Name", exact=True).first.fill("too high")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_have_text("A limit is needed.")
    form.get_by_label("Limit", exact=True).fill("5")
    form.get_by_label("Over when past").fill("7")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("clear=7 is not allowed with > 5")
    until(lambda: page.evaluate("1") and watched.errors)
    watched.errors.clear()  # the browser writes down every answer that is a refusal
    form.get_by_label("Over when past").fill("")
    form.get_by_label("Run to try it on").select_option(run)
    form.get_by_role("button", name="Try it on this run’s past").click()
    expect(form.locator("output")).to_have_text("It would have opened one alert on 1 signals. Steps 10–20.")
    form.get_by_role("button", name="Save").click()
    rule = page.locator('[data-rule="too high"]')
    expect(rule).to_contain_text("loss/* > 5")

    lab.log(run, range(50, 60), lambda step: {"loss/generator": 9.0})
    expect(rule).to_contain_text("1 open")
    rule.get_by_role("button", name="Edit").click()
    form.get_by_label("Condition").select_option("no_data")
    form.get_by_role("button", name="Save").click()
    expect(rule).to_contain_text("gets no value for 10 min")
    until(lambda: states(lab, run) == ["resolved"])
    rule.get_by_role("button", name="Remove").click()
    rule.get_by_role("button", name="Sure?").click()
    expect(page.locator("#alerts-panels")).to_contain_text("No rules yet.")


def test_a_channel_is_made_tested_and_its_log_read(tmp_path: Any, tab: Callable[..., Any]) -> None:
    from tests.support import Service

    service = Service(tmp_path, dashboard=True, notify_private=True, notify_attempts=1).start()
    lab, watched = Lab(service), tab(width=380, scheme="dark")
    page: Page = watched.page
    try:
        with target() as hook:
            page.goto(f"{lab.url}/alerts?tab=channels")
            expect(page.locator("#channels")).to_contain_text("No channels yet")
            page.get_by_role("button", name="New channel").click()
            form = page.locator("form.form-card")
            form.get_by_label("Name").fill("on call")
            form.get_by_label("Address").fill(hook.url)
            form.get_by_role("button", name="Make one").click()
            secret = form.get_by_label("Secret").input_value()
            assert re.fullmatch(r"[0-9a-f]{48}", secret)
            form.get_by_role("button", name="Save").click()
            channel = page.locator('[data-channel="on call"]')
            expect(channel).to_contain_text("routes: All to on call")
            channel.get_by_role("button", name="Send a test").click()
            expect(channel).to_contain_text("The test was taken.")
            assert hook.bodies[-1]["title"] == "Test of Nashboard"
            assert secret not in page.content()

            hook.status = 500
            ill(lab, "told", "faces")
            expect(channel).to_contain_text("1 given up")
            channel.get_by_role("button", name="1 given up").click()
            log = page.locator("#deliveries")
            expect(log).to_contain_text("it answered 500")
            hook.status = 200
            log.get_by_role("button", name="Send again").click()
            page.get_by_role("button", name=re.compile("^sent ")).click()
            expect(log).to_contain_text("Not a number: told")
            assert page.evaluate("document.documentElement.scrollWidth") <= 380, (
                "nothing sticks out of a phone's screen"
            )
        page.goto("about:blank")
    finally:
        service.close()
