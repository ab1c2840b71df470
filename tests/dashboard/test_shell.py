"""What every page owes: themes, titles, designed emptiness, small screens, and no word to another host."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor import wire
from tests.dashboard.looks import curves, last_x, line
from tests.dashboard.seeds import START, Lab
from tests.support import until

pytestmark = pytest.mark.browser

FIRST_PAINT = """document.addEventListener("DOMContentLoaded", () => {
  window.first = getComputedStyle(document.documentElement).backgroundColor;
})"""
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


def test_an_empty_service_says_how_to_start(own_lab: Lab, page: Page) -> None:
    page.goto(own_lab.url)
    expect(page.get_by_role("heading", name="No runs yet")).to_be_visible()
    expect(page.locator("#runs-empty")).to_contain_text("nashboard demo")
    expect(page.locator("#runs-empty")).to_contain_text("run = monitor.init(")
    own_lab.run("first")  # and it goes by itself
    expect(page.locator('.ag-row[row-id="first"]')).to_be_visible()
    expect(page.locator("#runs-empty")).to_be_hidden()


def test_the_theme_is_kept_and_never_flashes(lab: Lab, tab: Callable[..., Any]) -> None:
    run = lab.run("theme")
    lab.log(run, range(20))
    page = tab().page
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) == 19)
    light = line(page, "losses")["color"]
    page.get_by_label("Dark or light").click()
    until(lambda: line(page, "losses")["color"] != light)
    # what is painted first after a reload is dark already: a script that runs before anything is drawn says so
    page.add_init_script(FIRST_PAINT)
    page.reload()
    until(lambda: last_x(page) == 19)
    red, green, blue = page.evaluate("window.first.match(/\\d+/g).map(Number)")
    assert max(red, green, blue) < 60
    assert line(page, "losses")["color"] != light


def test_the_system_decides_until_somebody_chooses(lab: Lab, tab: Callable[..., Any]) -> None:
    page = tab(scheme="dark").page
    page.goto(lab.url)
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"


@pytest.mark.parametrize("place", ["", "runs/small", "compare?runs=small"])
def test_a_telephone_shows_every_page_without_sideways_scrolling(lab: Lab, tab: Callable[..., Any], place: str) -> None:
    lab.run("small", total_steps=500, tags=["a-rather-long-tag", "another-rather-long-tag"])
    lab.log("small", range(100))
    lab.samples("small", [0, 50])
    page = tab(width=380).page
    page.goto(f"{lab.url}/{place}")
    expect(page.locator(".ag-row, .js-plotly-plot").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_an_unknown_run_is_told_kindly(lab: Lab, tab: Callable[..., Any]) -> None:
    one = tab()
    one.page.goto(f"{lab.url}/runs/never-was")
    expect(one.page.get_by_role("heading", name="No such run")).to_be_visible()
    expect(one.page).to_have_title(re.compile(r"^(\(\d+\) )?Not found · Nashboard$"))
    one.page.get_by_role("link", name="All runs").click()
    expect(one.page.locator(".bar h1", has_text="Runs")).to_be_visible()
    one.errors = [text for text in one.errors if "404" not in text]  # the browser's own word about the answer


def test_a_run_that_is_deleted_goes_from_every_page(lab: Lab, tab: Callable[..., Any]) -> None:
    run = lab.run("deleted")
    lab.log(run, range(10))
    table, own = tab(), tab()
    table.page.goto(lab.url)
    expect(table.page.locator(f'.ag-row[row-id="{run}"]')).to_be_visible()
    own.page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(own.page) == 9)
    assert lab.service.http.delete(f"/runs/{run}").status_code == 204
    expect(table.page.locator(f'.ag-row[row-id="{run}"]')).to_have_count(0)
    expect(own.page.get_by_role("heading", name="No such run")).to_be_visible()
    own.errors = [text for text in own.errors if "404" not in text]


def test_an_address_that_is_no_page(lab: Lab, page: Page) -> None:
    page.goto(f"{lab.url}/no/such/page")
    expect(page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    expect(page.locator("#missing-address")).to_have_text("/no/such/page")


def test_a_run_without_points_waits_and_then_shows_them(lab: Lab, page: Page) -> None:
    run = lab.run("waits")
    page.goto(f"{lab.url}/runs/{run}")
    expect(page.get_by_role("heading", name="Waiting for the first step")).to_be_visible()
    expect(page.locator("#run-verdict")).to_have_text("Nothing to judge by")
    lab.log(run, range(5))
    until(lambda: last_x(page) == 4)
    expect(page.get_by_role("heading", name="Waiting for the first step")).to_be_hidden()
    expect(page.locator("#run-verdict")).to_contain_text("Nothing wrong seen")


def test_a_notebook_s_frame_without_storage_shows_the_run(lab: Lab, page: Page, tmp_path: Path) -> None:
    run = lab.run("framed")
    lab.log(run, range(5))
    cell = tmp_path / "notebook.html"  # of another site than the service: the browser refuses its frames all storage
    cell.write_text(f'<iframe src="{lab.url}/runs/{run}" width="900" height="640"></iframe>')
    page.goto(cell.as_uri())
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="framed")).to_be_visible()
    expect(frame.locator('[data-chart="losses"] .main-svg').first).to_be_visible()
    refused = page.frames[1].evaluate("() => { try { localStorage; return false; } catch { return true; } }")
    assert refused, "this browser gives frames storage: the test shows nothing"


def test_a_run_that_ended_without_points_waits_for_none(lab: Lab, page: Page) -> None:
    run = lab.run("empty")
    lab.finish(run)
    page.goto(f"{lab.url}/runs/{run}")
    expect(page.get_by_role("heading", name="Nothing was logged")).to_be_visible()


def test_a_run_whose_names_mean_nothing_to_the_doctor_is_not_called_sound(lab: Lab, page: Page) -> None:
    run = lab.run("own-names")
    lab.log(run, range(5), lambda step: {"foo": float(step)})
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page, "foo") == 4)
    expect(page.locator("#run-verdict")).to_contain_text("Nothing to judge by")
    expect(page.locator("#run-verdict")).to_contain_text("monitor.init(signals=…)")
    page.get_by_role("tab", name="Diagnosis").click()
    expect(page.locator(".finding-none")).to_contain_text("Nothing to judge by")
    lab.log(run, range(5, 9))
    expect(page.locator("#run-verdict")).to_contain_text("Nothing wrong seen")
    expect(page.locator(".finding-none")).to_contain_text("Nothing wrong seen")


def test_an_open_page_says_that_its_run_was_thrown_away(lab: Lab, page: Page) -> None:
    run = lab.run("thrown")
    lab.log(run, range(5))
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) == 4)
    expect(page.locator(".run-aside")).to_be_hidden()
    for change, text in (({"trashed": True}, "in the trash"), ({"trashed": False, "archived": True}, "archived")):
        lab.service.http.patch(f"/runs/{run}", json=change).raise_for_status()
        expect(page.locator(".run-aside")).to_have_text(text)
        expect(page.locator(".run-aside")).to_be_visible()
    lab.service.http.patch(f"/runs/{run}", json={"archived": False}).raise_for_status()
    expect(page.locator(".run-aside")).to_be_hidden()


def test_a_run_with_many_tags_has_a_short_head(lab: Lab, page: Page) -> None:
    run = lab.run("tagged", tags=[f"tag-{n}" for n in range(300)])
    page.goto(f"{lab.url}/runs/{run}")
    expect(page.locator(".run-sub")).to_have_text(
        "tests · " + " · ".join(f"tag-{n}" for n in range(11)) + " · 289 more"
    )
    assert page.locator(".run-sub").get_attribute("title").endswith("tag-299")  # type: ignore[union-attr]


def test_values_that_are_not_finite_are_marked(lab: Lab, page: Page) -> None:
    run = lab.run("odd")
    odd = {30: float("nan"), 40: float("inf"), 50: float("-inf")}
    lab.log(run, range(100), lambda step: {"loss/generator": odd.get(step, 1.0 + step)})
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: any(trace["uid"] == "marks" for trace in curves(page, "losses")))
    marks = next(trace for trace in curves(page, "losses") if trace["uid"] == "marks")
    assert dict(zip(marks["x"], marks["y"], strict=True)) == {30: 1, 40: 1, 50: 0}
    assert line(page, "losses")["y"][30] is None
    expect(page.locator("#run-head .badge.bad")).to_have_text("3 NaN/Inf")
    lab.log(run, [100], lambda _: {"loss/generator": float("nan")})
    expect(page.locator("#run-head .badge.bad")).to_have_text("4 NaN/Inf")
    until(lambda: 100 in next(t for t in curves(page, "losses") if t["uid"] == "marks")["x"])


def drawn(page: Page) -> list[dict[str, Any]]:
    """The losses' curves without their paths, which plotly writes with one digit more than we do."""
    return [{key: value for key, value in one.items() if key != "path"} for one in curves(page, "losses")]


def test_the_view_comes_back_with_the_link(lab: Lab, tab: Callable[..., Any]) -> None:
    run = lab.run("view")
    lab.log(run, range(200))
    lab.finish(run)
    page = tab().page
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) == 199)
    page.locator("#log-axis").check(force=True)
    page.locator("#x-axis").get_by_text("Images").click()
    until(lambda: last_x(page) == 200 * 64)
    page.get_by_role("slider").first.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    until(lambda: "smooth=20" in page.evaluate("location.search"))
    link = page.evaluate("location.href")
    shown = drawn(page)
    assert {trace["uid"] for trace in shown} == {"c0", "c1", "c0r", "c1r"}  # smoothed, and the raw line faintly behind

    other = tab().page
    other.goto(link)
    until(lambda: drawn(other) == shown)
    expect(other.locator("#smoothing-shown")).to_have_text("≈ 10 points")
    expect(other.locator("#log-axis")).to_be_checked()
    assert other.evaluate("document.querySelector('.js-plotly-plot')._fullLayout.yaxis.type") == "log"


def test_pages_do_not_jump_while_they_load(lab: Lab, page: Page) -> None:
    run = lab.run("still")
    lab.log(run, range(500))
    lab.samples(run, [0, 100])
    lab.finish(run)
    page.add_init_script(SHIFTS)
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) == 499)
    expect(page.locator(".picture img").first).to_be_visible()
    assert page.evaluate("window.shift") < 0.1  # what the web's vitals call good


@pytest.mark.parametrize(("outcome", "word"), [(None, "Running"), ("finished", "Took"), ("crashed", "Ran")])
def test_a_runs_time_is_told_by_how_it_stands(lab: Lab, page: Page, outcome: Any, word: str) -> None:
    run = lab.run(f"time-{word}")
    lab.log(run, range(10))
    if outcome:
        lab.ship(run, [wire.Finish(START + 14, outcome)])
    page.goto(f"{lab.url}/runs/{run}")
    time = page.locator("#run-head .fact").filter(has_text=re.compile(rf"^{word} ?\d+ s$"))
    expect(time).to_have_count(1)


def test_the_auc_has_its_own_name_on_both_pages(lab: Lab, page: Page) -> None:
    run = lab.run("auc")
    lab.log(run, range(10), lambda step: {"auc/discriminator": 0.5 + step / 20, "accuracy/real": 0.7})
    for place in (f"runs/{run}", f"compare?runs={run}"):
        page.goto(f"{lab.url}/{place}")
        title = page.get_by_role("heading", name="Discriminator AUC", exact=True)
        expect(title).to_have_attribute("title", re.compile("0.5: it can't tell real from fake"))


LEGEND = """(head) => {
  const box = (element) => element.getBoundingClientRect();
  const plot = box(head.parentElement.querySelector(".plot-box"));
  return [...head.querySelectorAll(".item")].map((item) => {
    const [name, all, value] = [item.querySelector(".name"), item.parentElement, item.querySelector(".value")].map(box);
    const inside = name.left >= all.left && value.right <= all.right && name.bottom <= Math.min(all.bottom, plot.top);
    return [item.querySelector(".name").title, inside && name.width >= 40];
  });
}"""


@pytest.mark.parametrize("width", [380, 560, 1440])
def test_every_compared_run_is_named_in_every_chart(lab: Lab, tab: Callable[..., Any], width: int) -> None:
    names = [f"wgan-gp-with-a-name-that-no-telephone-is-wide-enough-for-{at}" for at in range(5)]
    for name in names:
        lab.run(name)
        lab.log(name, range(20), lambda _: {"loss/generator": -1.234e-5, "custom/own": 1.0})
    page = tab(width=width).page
    page.goto(f"{lab.url}/compare?runs={','.join(names)}")
    for chart in ("loss/generator", "custom/own"):
        head = page.locator(f'[data-chart="{chart}"] .card-head')
        head.scroll_into_view_if_needed()
        expect(head.locator(".value").last).not_to_be_empty()
        assert head.evaluate(LEGEND) == [[name, True] for name in names]
    page.goto(f"{lab.url}/compare?runs={','.join(names[:2])}")
    head = page.locator('[data-chart="custom/own"] .card-head')
    head.scroll_into_view_if_needed()
    expect(head.locator(".value").last).not_to_be_empty()
    assert head.evaluate(LEGEND) == [[name, True] for name in names[:2]]


@pytest.mark.parametrize("width", [380, 560, 1440, 1920])
def test_every_curve_of_a_run_is_named(lab: Lab, tab: Callable[..., Any], width: int) -> None:
    run = lab.run("named")
    lab.log(run, range(20))
    page = tab(width=width).page
    page.goto(f"{lab.url}/runs/{run}")
    head = page.locator('[data-chart="gradients"] .card-head')
    head.scroll_into_view_if_needed()  # charts are drawn where they are seen
    expect(head.locator(".value").last).not_to_be_empty()
    assert head.evaluate(LEGEND) == [["generator", True], ["discriminator", True]]


ENDS = """(run) => ["generator", "discriminator", "duration"].map((column) =>
  [`.ag-header-cell[col-id="${column}"] .ag-header-cell-text`, `.ag-row[row-id="${run}"] [col-id="${column}"]`].map((place) => {
    const text = document.createRange();
    text.selectNode(document.createTreeWalker(document.querySelector(place), NodeFilter.SHOW_TEXT).nextNode());
    return text.getBoundingClientRect().right;
  }))"""  # where the texts themselves end


def test_numbers_end_below_the_end_of_their_headers(lab: Lab, tab: Callable[..., Any]) -> None:
    run, page = lab.run("aligned"), tab(width=2200).page  # wide enough for all columns
    lab.log(run, range(20))
    page.goto(lab.url)
    numbers = page.locator(f'.ag-row[row-id="{run}"] .ag-cell.number')
    expect(numbers).to_have_count(3)
    for cell in numbers.all():
        expect(cell).to_have_css("font-variant-numeric", "tabular-nums")
    until(lambda: all(cell == pytest.approx(header, abs=1) for header, cell in page.evaluate(ENDS, run)), 5)


def test_layers_are_one_chart_a_network_behind_a_fold_a_kind(lab: Lab, page: Page) -> None:
    run = lab.run("layers")
    values = {
        f"{kind}/{network}/{layer}": float(number)
        for number, kind in enumerate(("grad_norm", "update_ratio", "weight_norm", "spectral_norm"))
        for network in ("generator", "critic")
        for layer in ("body.0", "body.2.weight")
    }
    points = [wire.Scalars(step=step, time=START + step, values=values) for step in range(20)]
    lab.ship(run, points)
    page.goto(f"{lab.url}/runs/{run}")
    titles = ["Gradient norms by layer", "Update ratios by layer", "Weight norms by layer", "Spectral norms by layer"]
    expect(page.locator("#run-sections summary")).to_have_text([f"{title}4" for title in titles])
    page.get_by_text("Spectral norms by layer").click()
    chart = page.locator('[data-chart="layers-spectral_norm-critic"]')
    expect(chart).to_be_visible()
    expect(chart.locator(".item .name")).to_have_text(["body.0", "body.2.weight"])
