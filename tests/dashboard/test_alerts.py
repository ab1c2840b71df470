"""What the doctor says, as people see it: on the run's page, in the table, and as a toast wherever they are."""

from __future__ import annotations

import math
import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor import wire
from tests.dashboard.looks import axis
from tests.dashboard.seeds import START, Lab
from tests.detectors.signals import only_samples, rows
from tests.support import until

pytestmark = pytest.mark.browser

# Writes down each notification of the desktop; the browser's own is made all the same.
NOTES = """
window.notes = [];
const Real = window.Notification;
window.Notification = class extends Real {
  constructor(title, options) {
    super(title, options);
    window.notes.push([this.title, this.body, this.tag, this instanceof Real]);
  }
};
"""
LOOKED_AT = "(yes) => Object.defineProperty(document, 'hidden', { configurable: true, get: () => !yes })"


def collapse(step: int, values: dict[str, float]) -> None:
    if step >= 1200:
        values |= {"sample/diversity": 0.05, "sample/coverage": 0.05, "sample/energy_distance": 0.4}


def train(lab: Lab, run: str, steps: int) -> None:
    """Ships a training that collapses at step 1,200."""
    told = rows(steps, only_samples(collapse), random.Random(0), samples=True)
    lab.ship(run, (wire.Scalars(step, START + step / 10, values) for step, values in told))


def test_a_collapse_comes_up_live_with_its_evidence_and_what_to_try(lab: Lab, page: Page) -> None:
    run = lab.run("collapses", config={"loss": "non-saturating"}, total_steps=2000)
    train(lab, run, 1000)
    page.goto(f"{lab.url}/runs/{run}")
    expect(page.locator("#run-verdict")).to_contain_text("Nothing wrong seen")

    other = lab.run("collapses-too")
    train(lab, other, 2000)
    card = page.locator(".toast").filter(has_text="Mode collapse: collapses-too")
    expect(card).to_contain_text("since step 1,200")
    card.get_by_role("link").click()

    verdict = page.locator("#run-verdict .verdict.critical")
    expect(verdict).to_contain_text("Mode collapse since step 1,200")
    expect(verdict).to_contain_text("First try: two time-scale learning rates")
    bands = "[...document.querySelector('[data-chart=\"logits\"] .js-plotly-plot')?.layout?.shapes ?? []].map((one) => one.x0)"
    until(lambda: page.evaluate(bands) == [1200])
    expect(page.locator(".timeline .bar.critical")).to_have_attribute(
        "aria-label", re.compile("Mode collapse, from step 1,200")
    )

    verdict.get_by_role("button", name="Why, and what to do").click()
    finding = page.locator(".finding.critical")
    expect(finding).to_contain_text("The generator makes only a part of what the data show")
    expect(finding.locator("ol > li").first).to_contain_text("--lr-generator")
    expect(finding.locator("pre").first).to_contain_text("torch.optim.Adam")
    finding.get_by_text("For experts").click()
    expect(finding).to_contain_text("Packing, minibatch statistics")
    chart = finding.locator("[data-chart^=evidence]").first
    expect(chart.get_by_role("heading")).to_have_text("sample/diversity")
    plot = f"document.querySelector('[data-chart=\"{chart.get_attribute('data-chart')}\"] .js-plotly-plot')"
    drawn = f"[...({plot}?.layout?.shapes ?? [])].map((one) => [one.type, one.y0])"
    until(
        lambda: [kind for kind, _ in page.evaluate(drawn)] == ["rect", "line"]
    )  # its window, and the limit in its units
    assert 0.05 < page.evaluate(drawn)[1][1] < 1

    finding.get_by_role("button", name="Show in the charts").click()
    until(lambda: axis(page, "losses")["range"][0] > 1000)
    assert axis(page, "losses")["range"][0] < 1200


def test_acknowledged_and_resolved_alerts_say_so(lab: Lab, page: Page) -> None:
    run = lab.run("handled")
    lab.log(run, range(5), lambda step: {"loss/generator": math.nan})
    page.goto(f"{lab.url}/runs/{run}")
    verdict = page.locator("#run-verdict .verdict.critical")
    expect(verdict).to_contain_text("Not a number")
    verdict.get_by_role("button", name="Why, and what to do").click()
    page.get_by_role("button", name="Acknowledge").click()
    expect(verdict).to_contain_text("acknowledged")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator("#run-verdict")).to_contain_text("Nothing wrong seen")
    expect(page.locator("#run-verdict")).to_contain_text("1 earlier alert")
    page.reload()
    expect(page.locator("#run-verdict")).to_contain_text("1 earlier alert")


def test_a_run_that_logs_little_is_told_what_could_not_be_seen(lab: Lab, page: Page) -> None:
    run = lab.run("little")
    lab.log(run, range(5), lambda step: {"loss/generator": 1.0, "loss/discriminator": 1.0})
    page.goto(f"{lab.url}/runs/{run}")
    expect(page.locator("#run-verdict")).to_contain_text("Can’t tell")
    expect(page.locator("#run-verdict")).to_contain_text("mode collapse")
    expect(page.locator("#run-verdict")).to_contain_text("run.reference")


def test_the_table_shows_the_gravest_failure_of_each_run(lab: Lab, page: Page) -> None:
    well, ill = lab.run("well"), lab.run("ill")
    lab.log(well, range(5))
    page.goto(lab.url)
    expect(page.locator(f'.ag-row[row-id="{ill}"]')).to_be_visible()
    lab.log(ill, range(5), lambda step: {"loss/generator": math.inf})
    expect(page.locator(f'.ag-row[row-id="{ill}"] .health')).to_have_text("Not a number")
    page.reload()
    expect(page.locator(f'.ag-row[row-id="{ill}"] .health')).to_have_text("Not a number")
    expect(page.locator(f'.ag-row[row-id="{well}"] .health')).to_have_count(0)


def test_a_telephone_shows_how_far_a_run_is_beside_its_longest_failure(lab: Lab, tab: Callable[..., Any]) -> None:
    def climb(step: int, values: dict[str, float]) -> None:
        values |= {"logits/real": 9.0, "logits/fake": -9.0, "auc/discriminator": 1.0}
        values |= {"loss/discriminator": 1e-4, "loss/generator": 1 + step / 200}

    run = lab.run("far", total_steps=2500, config={"loss": "non-saturating"})
    told = rows(2500, climb, random.Random(0), samples=False)
    lab.ship(run, (wire.Scalars(step, START + step / 10, values) for step, values in told))
    page = tab(width=380).page
    page.goto(lab.url)
    card = page.locator(f'.ag-row[row-id="{run}"] .run-card')
    expect(card.locator(".health")).to_have_text("Discriminator too strong")
    expect(card.locator(".cell-progress .number")).to_have_text("100 %")
    edges = """(card) => ["", " .number", " .health", " .progress"].map((part) => {
      const { left, right } = card.closest(".ag-cell").querySelector(".run-card" + part).getBoundingClientRect();
      return [left, right];
    })"""
    whole, number, health, bar = card.evaluate(edges)
    assert number[1] <= whole[1] + 0.5
    assert health[1] <= bar[0]
    assert bar[1] - bar[0] > 20


def test_what_is_found_again_of_an_old_alert_is_no_news_to_a_page_opened_since(lab: Lab, page: Page) -> None:
    def alert() -> dict[str, Any] | None:
        return next(iter(lab.service.get("/alerts", run="old-trouble")["alerts"]), None)

    old = lab.run("old-trouble")
    lab.log(old, range(5), lambda step: {"loss/generator": math.nan})
    until(alert)
    earlier = (
        "created_at = created_at - 3600, data = json_set(data, '$.confidence', 0.5)"  # another version was less sure
    )
    with closing(sqlite3.connect(lab.service.folder / "nashboard.db", timeout=30)) as database, database:
        database.execute(f"UPDATE alerts SET {earlier} WHERE run_id = ?", (old,))
    page.goto(lab.url)
    expect(page.locator("#runs-count")).not_to_be_empty()
    before = alert()
    lab.finish(old)
    until(lambda: alert() != before)
    lab.log(lab.run("new-trouble"), range(5), lambda step: {"loss/generator": math.nan})
    expect(page.locator(".toast").filter(has_text="Not a number: new-trouble")).to_be_visible()
    expect(page.locator(".toast").filter(has_text="old-trouble")).to_have_count(0)


TOASTS = """(changes) => {
  const base = { id: 1e9 + window.nth++, run: "told", kind: "non_finite", state: "open", severity: "warning", summary: "It is so",
    consequence_of: "", created_at: 1e5, updated_at: 1e5, snoozed_until: null };
  document.getElementById("toasts")?.remove();
  return changes.map(([change, heard]) => {
    m.toasts.announce([{ ...base, ...change }], [{ id: "told", name: "told", heartbeat_at: heard }]);
    return document.querySelectorAll(".toast").length;
  });
}"""


@pytest.mark.parametrize(
    ("changes", "toasts"),
    [
        ([({}, 1e5)], [1]),
        ([({"updated_at": 1e5 + 3600}, 1e5 + 3600)], [0]),  # opened an hour before it was changed
        ([({}, 1e5 - 3600)], [0]),  # the run is over for an hour: the doctor goes through it again
        ([({"kind": "rule:silent"}, 1e5 - 3600)], [1]),  # a rule that waits for values
        ([({"updated_at": 1e5 + 7200, "snoozed_until": 1e5 + 7190}, 1e5 + 7200)], [1]),  # open again after a snooze
        ([({}, 1e5), ({"updated_at": 1e5 + 3600}, 1e5 + 3600)], [1, 1]),
        ([({}, 1e5), ({"updated_at": 1e5 + 3600, "severity": "critical"}, 1e5 + 3600)], [1, 2]),
        (
            [
                ({"updated_at": 1e5 + 3600}, 1e5 + 3600),
                ({"updated_at": 1e5 + 3601, "severity": "critical"}, 1e5 + 3601),
            ],
            [0, 1],
        ),
        ([({"consequence_of": "oscillation"}, 1e5), ({"updated_at": 1e5 + 60}, 1e5)], [0, 1]),
    ],
)
def test_a_toast_is_of_what_is_new_or_has_become_worse(
    scripts: Page, changes: list[tuple[dict[str, Any], float]], toasts: list[int]
) -> None:
    scripts.evaluate("window.nth ??= 0")
    assert scripts.evaluate(TOASTS, changes) == toasts


def test_a_page_knows_how_bad_an_alert_was_when_it_was_opened(lab: Lab, scripts: Page) -> None:
    lab.log(lab.run("bad-before"), range(5), lambda step: {"loss/generator": math.nan})
    (alert,) = until(lambda: lab.service.get("/alerts", run="bad-before")["alerts"])
    again = """async (alert) => {
      await m.badge.count();
      document.getElementById("toasts")?.remove();
      const told = (change) => {
        m.toasts.announce([{ ...alert, updated_at: alert.updated_at + 3600, ...change }], []);
        return document.querySelectorAll(".toast").length;
      };
      return [told({}), told({ severity: "worse" })];
    }"""
    assert scripts.evaluate(again, alert) == [0, 1]


def test_the_desktop_is_told_of_an_alert_when_nobody_looks(lab: Lab, tab: Callable[..., Any]) -> None:
    told = tab()
    told.context.grant_permissions(["notifications"], origin=lab.url)
    page: Page = told.page
    page.add_init_script(NOTES)
    lab.run("there")
    page.goto(lab.url)
    expect(page.locator("#runs-count")).not_to_be_empty()
    lab.log(lab.run("seen"), range(5), lambda step: {"loss/generator": math.nan})
    expect(page.locator(".toast").filter(has_text="Not a number: seen")).to_be_visible()
    assert page.evaluate("window.notes") == []  # whoever looks has the toast
    page.evaluate(LOOKED_AT, False)
    lab.log(lab.run("unseen"), range(5), lambda step: {"loss/generator": math.nan})
    until(lambda: page.evaluate("window.notes"))
    (title, body, tag, real), *more = page.evaluate("window.notes")
    assert (title, real, more) == ("Not a number: unseen", True, [])
    assert "loss/generator" in body
    alert = next(one for one in lab.service.get("/alerts", run="unseen")["alerts"])
    assert tag == f"nashboard-{alert['id']}"


def test_without_permission_the_desktop_is_not_told(lab: Lab, page: Page) -> None:
    page.add_init_script(NOTES)
    lab.run("there-too")
    page.goto(lab.url)
    expect(page.locator("#runs-count")).not_to_be_empty()
    page.evaluate(LOOKED_AT, False)
    lab.log(lab.run("quiet"), range(5), lambda step: {"loss/generator": math.nan})
    told = page.locator(".toast").filter(has_text="Not a number: quiet")
    expect(told).to_be_visible(timeout=15_000)  # a hidden page asks every 5 s
    assert page.evaluate("[Notification.permission === 'granted', window.notes]") == [False, []]


def test_a_toast_speaks_the_language_of_the_page(lab: Lab, page: Page) -> None:
    run = lab.run("odd-in-chinese")
    page.goto(f"{lab.url}/?lang=zh")
    expect(page.locator("#runs-count")).not_to_be_empty()
    lab.log(run, range(300), lambda step: {"loss/discriminator": math.nan if step > 200 else 1.4})
    card = page.locator(".toast").filter(has_text="非有限数值: odd-in-chinese")
    expect(card).to_contain_text("自第 201 步起 loss/discriminator 不是有限数值")
