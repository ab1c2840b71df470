"""The runs page: search, projects, views, many runs at once, editing in place, keys, and a table that does not jump."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from bench.many_runs import fill
from tests.dashboard.seeds import Lab
from tests.support import Service, until

pytestmark = pytest.mark.browser
MANY = 330


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A service that has more runs than a block of the table."""
    folder = tmp_path_factory.mktemp("crowd")
    fill(folder, MANY, steps=4)
    service = Service(folder, dashboard=True).start()
    yield Lab(service)
    service.close()


def shown(page: Page) -> list[str]:
    """The names in the table, from the top."""
    rows: list[list[Any]] = page.evaluate(
        """[...document.querySelectorAll(".runs-page .ag-center-cols-container .ag-row")]
          .map((row) => [Number(row.getAttribute("row-index")), row.querySelector(".run-link")?.textContent])"""
    )
    return [name for _, name in sorted(rows) if name]


def test_search_projects_and_order_are_in_the_address(crowd: Lab, tab: Callable[..., Any]) -> None:
    page: Page = tab().page
    page.goto(crowd.url)
    expect(page.locator("#runs-count")).to_have_text("330")
    until(lambda: len(shown(page)) > 10)
    expect(page.locator(".spark path").first).to_be_attached()
    page.keyboard.press("/")
    page.keyboard.type("los")
    expect(page.locator(".offer code")).to_have_text(["loss:"])
    page.keyboard.press("Tab")
    page.keyboard.type("hin")
    expect(page.locator(".offer code")).to_have_text(["loss:hinge"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#runs-count")).to_have_text("82 of 330")
    page.locator(".tree-name", has_text="project-6").click()
    until(lambda: len(shown(page)) == 17 and all(name.startswith("hinge-") for name in shown(page)))
    page.locator('.ag-header-cell[col-id="name"]').click()
    page.locator('.ag-header-cell[col-id="name"]').click()
    until(lambda: shown(page) == sorted(shown(page)))
    names = shown(page)
    until(lambda: {"sort=name", "project=project-6"} <= set(page.evaluate("location.search.slice(1)").split("&")))
    page.reload()
    until(lambda: shown(page) == names)
    expect(page.locator("#runs-search")).to_have_value("loss:hinge")
    expect(page.locator('.tree-name[aria-current="true"]')).to_contain_text("project-6")

    page.get_by_role("button", name="How to search").click()
    page.locator(".example", has_text="name:dcgan*").first.click()
    expect(page.get_by_role("heading", name="No run fits")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#runs-count")).to_have_text("330")


def test_the_link_to_all_runs_shows_all_of_them(crowd: Lab, page: Page) -> None:
    page.goto(f"{crowd.url}/?q=loss:hinge&sort=name")
    expect(page.locator("#runs-search")).to_have_value("loss:hinge")
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page).to_have_url(f"{crowd.url}/")
    expect(page.locator("#runs-search")).to_have_value("")
    expect(page.locator("#runs-count")).to_have_text("330")
    page.go_back()
    expect(page.locator("#runs-search")).to_have_value("loss:hinge")


def test_the_first_rows_are_there_before_the_table(crowd: Lab, page: Page) -> None:
    held: list[Route] = []
    page.route("**/dash_ag_grid*.js", lambda route: held.append(route))
    page.goto(f"{crowd.url}/?sort=name", wait_until="commit")
    first = page.locator(".first-row .run-link")
    expect(first.first).to_be_visible()
    names = first.all_text_contents()
    assert len(names) > 10
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    assert names == sorted(names)
    assert page.locator(".ag-row").count() == 0
    until(lambda: held)
    held[0].continue_()
    until(lambda: shown(page)[: len(names)] == names)  # the table has the same in their place
    expect(first).to_have_count(0)
    expect(page.locator("#runs-bulk")).to_contain_text("1 selected")  # keys that came before the table are not lost
    assert page.locator(".ag-row-selected .run-link").text_content() == names[1]


def test_a_wrong_query_is_told_and_takes_nothing_away(crowd: Lab, tab: Callable[..., Any]) -> None:
    one = tab()
    one.page.goto(crowd.url)
    expect(one.page.locator(".ag-row .run-link").first).to_be_visible()
    one.page.locator("#runs-search").fill("health:ill")
    expect(one.page.locator("#runs-fault")).to_contain_text("allowed are unknown, healthy, watch, critical")
    expect(one.page.locator("#runs-search")).to_have_attribute("aria-invalid", "true")
    one.page.locator("#runs-search").fill("health:healthy")
    expect(one.page.locator("#runs-fault")).to_be_hidden()
    expect(one.page.locator("#runs-count")).to_have_text("330")
    one.errors = [text for text in one.errors if "422" not in text]


def test_keys_and_columns(crowd: Lab, page: Page) -> None:
    page.goto(f"{crowd.url}/?q=loss:lsgan")
    expect(page.locator(".ag-row .run-link").first).to_be_visible()
    names = shown(page)
    for key in ("j", "j", "x", "j", "x", "k"):
        page.keyboard.press(key)
    expect(page.locator("#runs-bulk")).to_contain_text("2 selected")
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Health").uncheck()
    page.get_by_label("Points").check()
    expect(page.locator('.ag-header-cell[col-id="health"]')).to_have_count(0)
    until(lambda: page.evaluate("localStorage.getItem('nashboard-runs-columns')"))
    page.reload()
    expect(page.locator(".ag-row .run-link").first).to_be_visible()
    state = """async () => (await dash_ag_grid.getApiAsync("runs-grid")).getColumnState()
      .filter((one) => !one.hide).map((one) => one.colId)"""
    until(lambda: "health" not in page.evaluate(state) and "points" in page.evaluate(state))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[1])


def test_many_runs_are_put_aside_thrown_away_brought_back_and_deleted(lab: Lab, page: Page) -> None:
    for name in ("one", "two", "three"):
        lab.run(name, project="bulk")
        lab.log(name, range(5))
    page.goto(f"{lab.url}/?project=bulk")

    def select(*names: str) -> None:
        for name in names:
            page.locator(f'.ag-row[row-id="{name}"] input[type=checkbox]').check()

    bar = page.locator("#runs-bulk")
    select("one", "two")
    bar.get_by_role("button", name="Tag…", exact=True).click()
    page.get_by_label("Tag", exact=True).fill("good")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator('.ag-row[row-id="two"] .tag')).to_have_text("good")
    select("one", "two")
    bar.get_by_role("button", name="Trash").click()
    until(lambda: shown(page) == ["three"])
    bar.get_by_role("button", name="Undo").click()
    until(lambda: sorted(shown(page)) == ["one", "three", "two"])
    select("one", "three")
    bar.get_by_role("button", name="Archive").click()
    until(lambda: shown(page) == ["two"])
    select("two")
    bar.get_by_role("button", name="Trash").click()
    page.get_by_role("button", name=re.compile("Archived")).click()
    until(lambda: sorted(shown(page)) == ["one", "three"])
    page.get_by_role("button", name=re.compile("^Trash ?1$")).click()
    until(lambda: shown(page) == ["two"])
    expect(page.locator("#runs-kept")).to_have_text("Runs are deleted for good after 30 days in the trash.")
    select("two")
    bar.get_by_role("button", name="Delete for good…").click()
    expect(page.locator("dialog")).to_contain_text("40 points")
    page.locator("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    assert lab.service.http.get("/runs/two").status_code == 404


def test_names_tags_and_notes_are_edited_in_place(lab: Lab, page: Page) -> None:
    run = lab.run("edited", project="edit", tags=["a"])
    page.goto(f"{lab.url}/?project=edit")
    row = page.locator(f'.ag-row[row-id="{run}"]')
    row.locator('[col-id="name"]').dblclick(position={"x": 130, "y": 12})
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("renamed")
    page.keyboard.press("Enter")
    expect(row.get_by_role("link")).to_have_text("renamed")
    row.locator('[col-id="tags"]').dblclick()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("b, c,, b")
    page.keyboard.press("Enter")
    expect(row.locator(".tag")).to_have_text(["b", "c"])
    until(
        lambda: (
            (lab.service.get(f"/runs/{run}")["name"], lab.service.get(f"/runs/{run}")["tags"])
            == ("renamed", ["b", "c"])
        )
    )


def test_the_table_stays_where_one_reads(crowd: Lab, page: Page) -> None:
    page.goto(f"{crowd.url}/?q=-name:later*")
    expect(page.locator(".ag-row .run-link").first).to_be_visible()
    view = page.locator(".ag-body-viewport").first
    view.evaluate("view => { view.scrollTop = 4000; }")
    until(lambda: len(rows := shown(page)) > 10 and rows[0] != "wgan-gp-329")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.ag-row')].every((row) => row.querySelector('.run-link'))"
    )
    before, top = shown(page), view.evaluate("view => view.scrollTop")
    crowd.run("comes-while-one-reads")
    fresh = page.get_by_role("button", name="The list has changed: show")
    expect(fresh).to_be_visible()
    assert (shown(page), view.evaluate("view => view.scrollTop")) == (before, top)
    fresh.click()
    until(lambda: shown(page)[:1] == ["comes-while-one-reads"])
