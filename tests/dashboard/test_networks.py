"""The networks tab: heat maps over layers and steps, histograms through training, filters, live."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor import wire
from monitor.wire_layers import Filters, Histogram, Histograms
from tests.dashboard.seeds import START, Lab
from tests.support import until

pytestmark = pytest.mark.browser


def frames(steps: Any) -> Iterator[wire.Record]:
    """Two layers of a discriminator: the first spreads with time."""
    for step in steps:
        wide = 1.0 + step / 100
        one = Histogram(-wide, wide, [1, 4, 9, 4, 1], 0, 2, 1 if step == 40 else 0, -wide, 3 * wide, 21)
        for kind in ("weights", "gradients"):
            yield Histograms(step, START, "discriminator", kind, {"body.2": one, "body.10": one})  # type: ignore[arg-type]
        yield Filters(step, START, "discriminator", "body.2", 2, 1, 2, 2, [0.5 + step, 0.25], bytes(range(8)))


def norms(step: int) -> dict[str, float]:
    """Gradient norms that fall with depth and have one NaN."""
    values = {"loss/generator": 1.0, "spectral_norm/discriminator/body.2": 1.0 + step}
    for network in ("generator", "discriminator"):
        values |= {f"grad_norm/{network}/body.{at}": 10.0**-at * (1 + step) for at in (2, 10)}
    return values | {"grad_norm/generator/body.2": math.nan if step == 30 else 7.0}


PAINTED = """(network) => {
  const canvas = document.querySelector(`.heat[data-network=${network}] canvas`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.width, canvas.height, data.filter((_, at) => at % 4 === 3 && data[at] === 255).length];
}"""


def test_layers_over_the_steps_one_layer_through_training_and_filters(lab: Lab, page: Page) -> None:
    lab.run("layers")
    page.goto(f"{lab.url}/runs/layers?tab=networks")
    tab = page.get_by_role("tabpanel", name="Networks")
    expect(tab).to_contain_text("run.watch(generator=G, discriminator=D)")
    lab.log("layers", range(0, 60, 10), norms)
    lab.ship("layers", frames(range(0, 60, 20)), lane="-media")
    heat = tab.locator(".heat[data-network=generator]")
    expect(heat.locator(".heat-names span")).to_have_text(["body.2", "body.10"])  # by depth, not by letters
    expect(heat.locator("canvas")).to_have_attribute("data-drawn", "Gradient norm/2")
    until(lambda: page.evaluate(PAINTED, "generator")[2] > 0)
    expect(tab.locator(".heat-odd")).to_be_visible()

    plot = heat.locator(".heat-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 31 / 50, box["y"] + 3)
    expect(page.locator("#tip")).to_contain_text("NaN or Inf among them")
    page.mouse.move(box["x"] + box["width"] * 45 / 50, box["y"] + box["height"] - 3)
    expect(page.locator("#tip")).to_contain_text("step 40: 4.10e-9")

    tab.get_by_role("button", name="Spectral norm", exact=True).click()
    expect(heat).to_be_hidden()  # it has none
    expect(tab.locator(".heat[data-network=discriminator] canvas")).to_have_attribute("data-drawn", "Spectral norm/1")

    weights = tab.get_by_role("region", name="Weights").locator("canvas")
    expect(weights).to_have_attribute("data-step", "40")
    expect(tab.get_by_role("region", name="Weights")).to_contain_text("1 not finite")
    tab.get_by_role("slider", name="Step of the samples").fill("1")
    expect(weights).to_have_attribute("data-step", "20")
    filters = tab.get_by_role("region", name="Filters of the discriminator")
    expect(filters.locator("canvas")).to_have_attribute("data-step", "20")
    expect(filters).to_contain_text("step 20, ±0.2500 … ±20.50")
    tab.get_by_label("Layer", exact=True).select_option("discriminator/body.10")
    until(lambda: "layer=discriminator/body.10" in page.evaluate("location.search"))

    tab.get_by_role("button", name="Latest").click()
    lab.ship("layers", frames([60]), lane="-media")  # live
    expect(weights).to_have_attribute("data-step", "60")
    expect(weights).to_have_attribute("data-frames", "4")
    lab.log("layers", [60], norms)
    until(lambda: "60" in (tab.locator(".heat-axis").last.text_content() or ""))


def test_it_fits_a_phone_in_the_dark_and_in_chinese(lab: Lab, tab: Callable[..., Any]) -> None:
    lab.run("small-layers")
    lab.log("small-layers", range(0, 60, 10), norms)
    lab.ship("small-layers", frames(range(0, 60, 20)), lane="-media")
    page = tab(width=380, scheme="dark").page
    page.goto(f"{lab.url}/runs/small-layers?tab=networks&lang=zh")
    expect(page.locator(".heat[data-network=discriminator] canvas")).to_have_attribute("data-drawn", "梯度范数/2")
    expect(page.locator(".filters canvas")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_column_shows_what_held_there_and_loses_no_peak(scripts: Page) -> None:
    told = scripts.evaluate(
        """() => {
          const { row, behind } = m["layers/cells"];
          const series = { step: [0, 10, 11, 40], max: [1, 2, 9, 4], rows: 4, bucket: 1, odd: new Map([[40, [1, 0, 0]]]) };
          const { values, odd } = row(series, 5, 0, 50);
          const late = row(series, 4, 100, 140).values;
          return [[...values], [...odd], [...late].map(Number.isNaN), ...[1, 3].map((x) => behind(series, 5, 0, 50, x))];
        }"""
    )
    assert told == [[1, 9, 9, 9, 4], [4], [True] * 4, [1, 3], [2, 3]]


def test_colours_are_spread_over_all_but_the_outermost_values(scripts: Page) -> None:
    cells = "m['layers/cells']"
    values = [10 ** (at / 500) for at in range(2000)] + [1e30, -1, 0]
    rows = [{"values": values}]
    low, high = scripts.evaluate(f"(rows) => {cells}.span(rows, {{ log: true }})", rows)
    assert (low, high) == (pytest.approx(values[10], rel=0.01), pytest.approx(values[1990], rel=0.01))
    at = scripts.evaluate(f"() => [0.001, 1, 10, 1e9, 0].map((x) => {cells}.place(x, [0.1, 10], true))")
    assert at == pytest.approx([0, 0.5, 1, 1, 0])
    assert scripts.evaluate(f"() => {cells}.ticks([0.002, 300], true)") == [0.002, 0.1, 1, 10, 300]
    assert scripts.evaluate(f"() => {cells}.span([{{ values: [3, 3] }}], {{ log: false }})") == [2.5, 3.5]
    assert scripts.evaluate(f"() => {cells}.span([{{ values: [NaN] }}], {{ log: false }})") is None


def test_layers_stand_in_order_of_depth(scripts: Page) -> None:
    deep = "m['layers/measures'].deep"
    assert scripts.evaluate(f"() => {deep}(['body.10', 'body.9', 'head'])") == ["body.9", "body.10", "head"]
    # told: the stem comes first whatever its letter; a norm that was not told of stays by its neighbour
    found = scripts.evaluate(f"() => {deep}(['a.0', 'a.1', 'stem.0', 'stem.1'], ['stem.0', 'a.0'])")
    assert found == ["stem.0", "stem.1", "a.0", "a.1"]
