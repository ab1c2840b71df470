"""The journeys of people: from the runs page to a live run, its samples, a zoom, a comparison."""

from __future__ import annotations

import io
import math
import re
from urllib.parse import parse_qs

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from tests.dashboard.looks import axis, curves, drag, last_x, line
from tests.dashboard.seeds import Lab, losses
from tests.support import until

pytestmark = pytest.mark.browser


STEPS_SHOWN = """() => {
  window.stepsShown = [];
  const note = () => window.stepsShown.push(document.querySelector(".picture img").dataset.step);
  const all = { attributes: true, childList: true, subtree: true };
  new MutationObserver(note).observe(document.getElementById("run-samples"), all);
}"""


FRAME = """() => {
  const plot = document.querySelector('[data-chart="losses"] .js-plotly-plot');
  const all = (found, what) => [...plot.querySelectorAll(found)].map(what);
  const end = (line) => line.getPointAtLength(line.getTotalLength()).x;
  return {
    ticks: all(".xtick text, .ytick text", (one) => [one.textContent, one.getAttribute("transform") ?? one.getAttribute("x")]),
    shapes: all(".shapelayer path", (one) => one.getAttribute("d")),
    ends: all("g.trace", (trace) => Math.max(...[...trace.querySelectorAll(".js-line")].map(end)).toFixed(0)),
  };
}"""
COUNT = """() => {
  window.drawnAnew = 0;
  const react = window.Plotly.react;
  window.Plotly.react = (plot, ...rest) => {
    if (plot.closest('[data-chart="losses"]')) window.drawnAnew += 1;
    return react(plot, ...rest);
  };
}"""
ANEW = """() => {
  const plot = document.querySelector('[data-chart="losses"] .js-plotly-plot');
  return window.Plotly.react(plot, plot.data, { ...plot.layout, datarevision: "anew" }).then(() => null);
}"""

BESIDE = """() => {
  const plot = document.querySelector('[data-chart="losses"] .js-plotly-plot');
  const { width, height } = plot._fullLayout;
  document.getElementById("beside")?.remove();
  const made = document.createElement("div");
  made.id = "beside";
  made.style.cssText = `position: fixed; top: 0; left: 0; z-index: 9; width: ${width}px; height: ${height}px`;
  plot.parentElement.append(made);
  return window.Plotly.newPlot(made, plot.data, { ...plot.layout, width, height }, { staticPlot: true }).then(() => null);
}"""

SHADED = """() => document.querySelector('[data-chart="losses"] .js-plotly-plot').layout.shapes
  .filter((one) => one.type === "rect").map((one) => one.x1)"""


def after_first(values: list[str], value: str) -> list[str]:
    """What comes after the first `value`; nothing where it does not occur."""
    return values[values.index(value) + 1 :] if value in values else []


def pixels(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def query(page: Page) -> dict[str, str]:
    """The view as the address tells it."""
    return {key: values[0] for key, values in parse_qs(page.evaluate("location.search.slice(1)")).items()}


def test_from_the_runs_page_to_a_live_run(lab: Lab, page: Page) -> None:
    run = lab.run("journey", total_steps=1000, config={"optimizer": {"lr": 0.0002}}, tags=["tuned"])
    lab.log(run, range(100))
    page.goto(lab.url)
    row = page.locator(f'.ag-row[row-id="{run}"]')
    expect(row).to_contain_text("running")
    expect(row).to_contain_text("10 %")
    row.get_by_role("link", name=run).click()

    expect(page).to_have_url(f"{lab.url}/runs/{run}")
    expect(page.get_by_role("heading", level=1)).to_have_text(run)
    until(lambda: last_x(page) == 99)
    lab.log(run, range(100, 140))
    until(lambda: last_x(page) == 139 and last_x(page, "losses", 1) == 139)
    assert line(page, "losses")["y"][-1] == pytest.approx(losses(139)["loss/generator"])
    expect(page.locator("#run-head")).to_contain_text("139 / 1,000")
    expect(page).to_have_title(re.compile(rf"^(\(\d+\) )?{run} · Nashboard$"))

    page.get_by_role("tab", name="Config").click()
    page.get_by_label("Search config").fill("optimizer")
    expect(page.locator(".fact-row:visible")).to_have_text("lr0.0002")
    page.get_by_role("link", name="Runs").click()
    expect(row).to_contain_text("14 %")


def test_what_is_drawn_on_the_screen_moves(lab: Lab, page: Page) -> None:
    run = lab.run("moves")
    lab.log(run, range(50))
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) == 49)
    for end in range(52, 80, 2):  # small pieces: most of them go straight into the paths
        before = line(page, "losses")["path"]
        lab.log(run, range(end - 2, end))
        until(lambda end=end: last_x(page) == end - 1)  # type: ignore[misc]
        assert line(page, "losses")["path"] != before
    assert line(page, "losses")["x"] == list(range(78))


def test_a_line_that_grew_by_pieces_looks_as_if_drawn_anew(lab: Lab, page: Page) -> None:
    run = lab.run("grows")

    def wave(step: int) -> dict[str, float]:
        return {"loss/generator": 2 + math.sin(step / 20), "loss/discriminator": 1 + math.cos(step / 9)}

    lab.log(run, range(150), wave)
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) == 149)
    whole = page.locator('[data-chart="losses"] .js-plotly-plot')
    parts = """() => document.querySelectorAll('[data-chart="losses"] .js-line').length"""
    seen = 0
    for end in (200, 210, 240, 241, 250, 290, 360, 361, 390):  # within a tail, and past one
        lab.log(run, range(int(last_x(page, at=1)) + 1, end), wave)
        until(lambda end=end: last_x(page, at=1) == end - 1)  # type: ignore[misc]
        if end == 290:  # a step that is drawn already comes again
            lab.log(run, [120], lambda _: {"loss/generator": 1.4, "loss/discriminator": 1.7})
            until(lambda: line(page, "losses")["y"][120] == pytest.approx(1.4))
        seen += page.evaluate(parts) > 2
        grown = pixels(whole.screenshot())
        page.evaluate(BESIDE)
        difference = ImageChops.difference(grown, pixels(page.locator("#beside").screenshot())).convert("L")
        page.evaluate("document.getElementById('beside').remove()")
        # plotly leaves out points that hardly bend a line: less than a pixel
        assert sum(value > 110 for value in difference.tobytes()) <= 20, end
    assert seen > 4


def test_axes_and_shades_that_change_are_moved_and_look_as_if_drawn_anew(lab: Lab, page: Page) -> None:
    run = lab.run("reaches-on", config={"equilibrium": {"discriminator": 1.3863, "generator": 1.1}})
    lab.log(run, range(60))
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) == 59)
    lab.log(run, range(60, 61))  # the live question is under way: nothing of the start is drawn any more
    until(lambda: last_x(page) == 60)
    page.evaluate(COUNT)
    before = [axis(page, "losses", which)["range"] for which in ("xaxis", "yaxis")]
    lab.log(run, range(61, 90), lambda step: losses(step) | {"grad_norm/generator": math.nan if step > 70 else 1.0})
    until(lambda: len(page.evaluate(FRAME)["shapes"]) == 3)  # two lines, and what the open alert shades
    lab.log(run, range(90, 300), lambda step: losses(step) | {"grad_norm/generator": math.nan})
    until(lambda: last_x(page) == 299 and axis(page, "losses")["range"][1] >= 299)
    after = [axis(page, "losses", which)["range"] for which in ("xaxis", "yaxis")]
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert max(page.evaluate(SHADED)) > after[0][1]
    assert page.evaluate("window.drawnAnew") == 0
    moved = page.evaluate(FRAME)
    assert len(moved["ends"]) == 2
    page.evaluate(ANEW)
    assert page.evaluate(FRAME) == moved
    assert "from" not in query(page)  # it was no zoom


def test_samples_come_and_the_slider_moves_through_them(lab: Lab, page: Page) -> None:
    run = lab.run("samples")
    lab.log(run, range(10))
    page.goto(f"{lab.url}/runs/{run}?tab=samples")
    expect(page.locator("#run-samples")).to_contain_text("No samples yet")
    lab.samples(run, [0, 100, 200])
    lab.samples(run, [0], name="reference", kind="reference")
    picture = page.locator(".picture img").first
    expect(picture).to_have_attribute("data-step", "200")
    assert picture.evaluate("image => image.naturalWidth") == 16
    expect(page.locator("#run-samples")).to_contain_text("4 samples, range [-1, 1] (inferred)")
    expect(page.locator(".picture").nth(1)).to_contain_text("Reference")

    slider = page.get_by_label("Step of the samples")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(picture).to_have_attribute("data-step", "100")
    lab.samples(run, [300])  # who looks back is not pulled to the newest
    expect(slider).to_have_attribute("max", "3")
    expect(picture).to_have_attribute("data-step", "100")
    until(lambda: query(page).get("sample") == "100")
    page.reload()
    expect(picture).to_have_attribute("data-step", "100")

    page.get_by_role("button", name="Latest").click()
    expect(picture).to_have_attribute("data-step", "300")
    lab.samples(run, [400])
    expect(picture).to_have_attribute("data-step", "400")
    page.evaluate(STEPS_SHOWN)
    page.get_by_role("button", name="Play").click()  # from the start to the end, and stops there
    until(lambda: "400" in after_first(page.evaluate("window.stepsShown"), "100"))
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_zoom_fetches_finer_down_to_the_points_and_a_reload_keeps_it(lab: Lab, page: Page) -> None:
    run = lab.run("zoom")
    spike = 7_321
    lab.log(run, range(20_000), lambda step: {"loss/generator": 9.0 if step == spike else step / 20_000})
    lab.finish(run)
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: len(line(page, "losses")["x"]) > 100)
    whole = curves(page, "losses")
    assert len(line(page, "losses")["x"]) < 2000
    band = next(trace for trace in whole if trace["uid"] == "c0b")
    assert max(value for value in band["y"] if value is not None) == 9.0  # the spike of one step is there
    assert page.locator("#zoom-reset").is_hidden()

    drag(page, "losses", 0.30, 0.45)
    until(lambda: "from" in query(page))
    low, high = (int(query(page)[key]) for key in ("from", "to"))
    assert low == pytest.approx(6000, abs=200)
    assert high == pytest.approx(9000, abs=200)
    drag(page, "losses", 0.40, 0.50)
    until(
        lambda: (
            {step for step in line(page, "losses")["x"] if spike - 3 <= step <= spike + 3}
            == set(range(spike - 3, spike + 4))
        )
    )
    assert max(line(page, "losses")["y"]) == 9.0
    until(lambda: axis(page, "losses")["range"] == [int(query(page)["from"]), int(query(page)["to"])])
    shown, view = line(page, "losses"), query(page)

    page.reload()
    until(lambda: line(page, "losses")["x"] == shown["x"])
    assert line(page, "losses")["y"] == shown["y"]
    assert query(page) == view
    page.locator('[data-chart="losses"] .nsewdrag').dblclick()
    until(lambda: "from" not in query(page))
    until(lambda: len(line(page, "losses")["x"]) == len(next(t for t in whole if t["uid"] == "c0")["x"]))


def test_a_bucket_says_what_it_is_made_of(lab: Lab, page: Page) -> None:
    run = lab.run("hover")
    lab.log(run, range(8192), lambda step: {"loss/generator": float(step % 8)})
    lab.finish(run)
    page.goto(f"{lab.url}/runs/{run}")
    until(lambda: last_x(page) > 8000)
    page.locator('[data-chart="losses"] .plot').hover(position={"x": 200, "y": 80})
    expect(page.locator("#tip")).to_contain_text("0.000 … 7.000, mean of 8 steps")
    expect(page.locator("#tip .tip-head")).to_contain_text("steps")
    expect(page.locator("#tip b")).to_have_text("3.500")
    page.mouse.move(5, 5)
    expect(page.locator("#tip")).to_be_hidden()


def test_exact_steps_and_values_in_the_hover_of_all_charts(lab: Lab, page: Page) -> None:
    run = lab.run("exact")
    lab.log(run, range(0, 100, 10))
    page.goto(f"{lab.url}/runs/{run}?from=0&to=90")
    until(lambda: last_x(page) == 90)
    box = page.locator('[data-chart="losses"] .nsewdrag').bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 41 / 90, box["y"] + 50)
    expect(page.locator("#tip .tip-head")).to_have_text("step 40")
    expect(page.locator("#tip .tip-row").first).to_contain_text(f"{losses(40)['loss/generator']:.4g}")
    # every other chart tells its value at that step in its head
    fake = page.locator('[data-chart="logits"] .item', has_text="on fake").locator(".value")
    expect(fake).to_have_text(f"{losses(40)['logits/fake']:.4f}")
    expect(page.locator('[data-chart="logits"] .cross')).to_be_visible()


def test_compare_two_runs(lab: Lab, page: Page) -> None:
    for name, shift in (("left", 0.0), ("right", 0.5), ("third", 1.0)):
        lab.run(name)
        lab.log(name, range(200), lambda step, shift=shift: {"loss/generator": step / 199 + shift})  # type: ignore[misc]
        lab.samples(name, [0, 100] if name == "left" else [0, 90, 180])
        lab.finish(name)
    page.goto(f"{lab.url}/?q=")
    for name in ("left", "right"):
        page.locator(f'.ag-row[row-id="{name}"] input[type=checkbox]').check()
    page.get_by_role("link", name="Compare (2)").click()
    until(lambda: len(curves(page, "loss/generator")) == 2)
    by_last = {round(trace["y"][-1], 2): trace["color"] for trace in curves(page, "loss/generator")}
    assert set(by_last) == {1.0, 1.5}

    # all grids on one slider: who has none at that step shows the nearest, and says so
    page.get_by_label("Step of the samples").evaluate(
        "slider => { slider.value = 1; slider.dispatchEvent(new Event('input')); }"
    )
    expect(page.locator(".picture", has_text="left")).to_contain_text("step 100 (nearest to 90)")
    expect(page.locator(".picture", has_text="right")).to_contain_text("step 90")

    page.get_by_role("button", name="Add run").click()
    page.locator('.picker-option[data-run="third"]').click()
    until(lambda: len(curves(page, "loss/generator")) == 3)
    page.get_by_role("button", name="Take out left").click()
    until(lambda: len(curves(page, "loss/generator")) == 2)
    after = {round(trace["y"][-1], 2): trace["color"] for trace in curves(page, "loss/generator")}
    assert after[1.5] == by_last[1.5]  # who stays keeps its colour
    assert after[2.0] not in by_last.values()

    page.locator('.run-chip[data-run="right"] .chip-name').click()
    until(lambda: len(curves(page, "loss/generator")) == 1)
    until(lambda: query(page).get("hide") == "right")
    page.reload()
    until(lambda: len(curves(page, "loss/generator")) == 1)
    assert curves(page, "loss/generator")[0]["color"] == after[2.0]
