"""Where the losses would be at the equilibrium, and what watching costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor.losses import EQUILIBRIA
from tests.dashboard.looks import axis, last_x
from tests.dashboard.seeds import Lab, losses
from tests.support import until
from trainer.losses import LOSSES

pytestmark = pytest.mark.browser

SHAPES = "document.querySelector('[data-chart=\"losses\"] .js-plotly-plot')?.layout?.shapes ?? []"


def levels(page: Page) -> list[float]:
    found: list[dict[str, Any]] = page.evaluate(SHAPES)
    return [shape["y0"] for shape in found if shape["type"] == "line"]


def test_lines_at_the_equilibrium_of_the_declared_loss(lab: Lab, page: Page) -> None:
    run = lab.run("declared", config={"equilibrium": {"discriminator": 1.3863, "generator": 9.0}})
    lab.log(run, range(300))
    page.goto(f"{lab.url}/runs/{run}")
    until(
        lambda: levels(page) == [1.3863]
    )  # the other one is far outside of what the curves do: no axis is stretched for it
    assert axis(page, "losses", "yaxis")["range"][1] < 2
    expect(page.locator('[data-chart="losses"] .item.level')).to_have_text("equilibrium G 9.000, D 1.386")
    page.get_by_role("switch", name="Log").check(force=True)
    until(lambda: axis(page, "losses", "yaxis")["type"] == "log" and levels(page) == [1.3863])
    expect(page.locator('[data-chart="logits"] .item.level')).to_have_count(0)


def test_losses_that_share_an_equilibrium_have_one_line(lab: Lab, page: Page) -> None:
    run = lab.run("shared", config={"equilibrium": {"discriminator": 2 * math.log(2), "generator": 2 * math.log(2)}})
    lab.log(run, range(300), lambda step: {"loss/generator": 1.3 + step / 1e3, "loss/discriminator": 1.5 - step / 1e3})
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: levels(page) == [2 * math.log(2)])
    expect(page.locator('[data-chart="losses"] .item.level')).to_have_text("equilibrium 1.386")


def test_the_name_of_a_loss_is_enough_and_the_lines_can_be_switched_off(lab: Lab, tab: Callable[..., Any]) -> None:
    run = lab.run("named-loss", config={"gan_mode": "bce"})
    lab.log(run, range(300), lambda step: {"loss/generator": 0.6 + step / 1e3, "loss/discriminator": 1.5 - step / 1e3})
    page = tab(width=380).page
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: levels(page) == pytest.approx([math.log(2), 2 * math.log(2)]))
    toggle = page.get_by_role("button", name="equilibrium generator 0.6931, discriminator 1.386")
    assert toggle.evaluate("(item) => item.scrollWidth <= item.parentElement.clientWidth && item.offsetHeight > 0")
    toggle.click()
    until(lambda: levels(page) == [])
    until(lambda: "eq=0" in page.evaluate("location.search"))
    expect(toggle).to_have_attribute("aria-pressed", "false")


def test_loss_families_end_where_the_trainers_own_losses_end() -> None:
    for name, ends in EQUILIBRIA.items():
        told = LOSSES[name].equilibrium()._asdict()
        assert ends == pytest.approx({player: value for player, value in told.items() if value is not None})


def test_a_run_that_declares_none_has_none(lab: Lab, page: Page) -> None:
    run = lab.run("undeclared", config={"equilibrium": "of the market"})
    lab.log(run, range(300))
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) == 299)
    assert levels(page) == []
    expect(page.locator(".item.level")).to_have_count(0)


def test_the_head_tells_what_watching_costs(lab: Lab, page: Page) -> None:
    run = lab.run("watched")
    lab.log(run, range(5))
    page.goto(f"{lab.url}/runs/{run}")
    fact = page.locator("#run-head .fact", has_text="Watching costs")
    expect(page.locator("#run-head h1")).to_have_text("watched")
    expect(fact).to_be_hidden()
    lab.log(run, range(5, 10), lambda step: losses(step) | {"system/watch_share": 0.0042})
    expect(fact).to_contain_text("0.4 %")
    lab.log(run, range(10, 15), lambda step: losses(step) | {"system/watch_share": 0.031})
    expect(fact).to_contain_text("3.1 %")
    expect(page.locator('[data-chart*="watch_share"]')).to_have_count(0)
