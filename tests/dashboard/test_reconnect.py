"""The service goes and comes back: the page keeps what it has, says so, and goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.dashboard.looks import last_x
from tests.dashboard.seeds import Lab
from tests.support import until

pytestmark = [pytest.mark.browser, pytest.mark.fault]


def test_a_killed_service_is_told_and_its_return_noticed(own_lab: Lab, tab: Callable[..., Any]) -> None:
    run = own_lab.run("lost")
    own_lab.log(run, range(50))
    one = tab()
    one.page.goto(f"{own_lab.url}/runs/{run}")
    until(lambda: last_x(one.page) == 49)
    own_lab.service.kill()
    expect(one.page.locator("#banner")).to_contain_text("Reconnecting")
    assert last_x(one.page) == 49  # what was there stays
    own_lab.service.start()
    expect(one.page.locator("#banner")).to_be_hidden()
    own_lab.log(run, range(50, 60))
    until(lambda: last_x(one.page) == 59)
    one.errors = [text for text in one.errors if "ERR_" not in text]  # the browser's own words about the network


def test_what_was_logged_while_the_page_could_not_hear_is_there(own_lab: Lab, tab: Callable[..., Any]) -> None:
    run = own_lab.run("missed")
    own_lab.log(run, range(50))
    one = tab()
    one.page.goto(f"{own_lab.url}/runs/{run}")
    until(lambda: last_x(one.page) == 49)
    one.context.set_offline(True)
    expect(one.page.locator("#banner")).to_be_visible()
    own_lab.log(run, range(50, 90))
    one.context.set_offline(False)
    until(lambda: last_x(one.page) == 89)
    one.errors = [text for text in one.errors if "ERR_" not in text]
