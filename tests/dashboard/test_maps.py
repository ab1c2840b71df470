"""The t-SNE tab: samples on the map of the data, missing modes and occupancy, from a real service with real workers."""

from __future__ import annotations

import io
import math
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sklearn.datasets import load_digits

from monitor import wire
from tests.dashboard.seeds import START, Lab
from tests.support import until

pytestmark = pytest.mark.browser

ORDER = np.random.default_rng(0).permutation(1797)  # they come writer by writer
DIGITS, CLASSES = (column[ORDER] for column in load_digits(return_X_y=True))


def samples(step: int, rows: Any, name: str = "random", kind: Any = "random", **more: Any) -> wire.Samples:
    """A record with a batch of digits, and a grid of the first four."""
    batch = np.ascontiguousarray(rows, np.float32)
    tiles = (np.resize(batch, (2, 2, 8, 8)).swapaxes(1, 2).reshape(16, 16) * 15).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(tiles).save(buffer, "WEBP", lossless=True)
    made = wire.Samples(
        step, START + step / 10, name, kind, buffer.getvalue(), 2, 2, 4, 8, 8, "[0, 16]", False,
        batch.tobytes(), "float32", batch.shape,  # type: ignore[arg-type]
    )  # fmt: skip
    return msgspec.structs.replace(made, **more)


def trained(lab: Lab, run: str) -> None:
    """A run whose generator makes noise at first, then five of the ten digits, then all of them."""
    few = DIGITS[500:][CLASSES[500:] < 5][:60]
    labels = CLASSES[:300].tolist()
    lab.run(run, total_steps=30)
    lab.ship(run, [samples(0, DIGITS[:300], "reference", "reference", labels=labels)], lane="-media")
    lab.ship(run, [samples(10, few), samples(20, few), samples(30, DIGITS[1200:1260])], lane="-media")
    lab.ship(run, [samples(20, DIGITS[:9, :32], "odd")], lane="-media")


PIXELS = """() => {
  const canvas = document.querySelector(".tab-tsne .point-map canvas:last-child");
  if (!canvas.width) return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, value) => sum + value, 0);
}"""


def test_samples_on_the_map_of_the_data_through_training(lab: Lab, page: Page) -> None:
    lab.run("maps")
    lab.log("maps", range(31))
    page.goto(f"{lab.url}/runs/maps?tab=tsne")
    tab = page.get_by_role("tabpanel", name="t-SNE")
    expect(tab).to_contain_text("No map without real samples")
    noise = np.random.default_rng(0).random((60, 64)) * 16
    lab.ship("maps", [samples(0, DIGITS[:9], "reference", "reference"), samples(0, noise)], lane="-media")
    note = tab.locator(".map-note")  # nine rows can't be laid out: that is told live, and principal components stand in
    expect(note).to_contain_text("a reference of 9 rows can't be laid out", timeout=90_000)
    shown = tab.locator(".point-map")
    expect(shown).to_have_attribute("data-method", "pca", timeout=90_000)
    trained(lab, "maps")
    expect(shown).to_have_attribute("data-method", "tsne", timeout=90_000)  # and it comes by itself
    expect(note).to_be_hidden()
    expect(shown).to_have_attribute("data-step", "30", timeout=90_000)
    until(lambda: page.evaluate(PIXELS) > 0)
    expect(tab.get_by_role("region", name="Missing modes")).to_contain_text("10 of 10 reached at step 30")

    page.get_by_label("Map of the samples").focus()
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_attribute("data-step", "20")
    missing = tab.get_by_role("region", name="Missing modes")
    expect(missing).to_contain_text("5 of 10 reached at step 20")
    expect(missing.locator(".mode-row").first).to_contain_text("of the data, 0.0 % of the samples")
    expect(missing.locator(".mode-row canvas").first).to_be_visible()
    expect(tab).to_contain_text("1 map could not be made")
    until(lambda: "sample=20" in page.evaluate("location.search"))
    page.get_by_role("tab", name="Samples").click()  # the same step there
    expect(page.locator("#run-samples .picture img").first).to_have_attribute("data-step", "20")
    page.get_by_role("tab", name="t-SNE").click()

    before = until(lambda: page.evaluate(PIXELS))
    page.get_by_role("button", name="PCA").click()
    expect(shown).to_have_attribute("data-method", "pca")
    until(lambda: page.evaluate(PIXELS) != before)
    page.get_by_label("Map of the samples").focus()
    page.keyboard.press("d")
    expect(page.get_by_role("button", name="Density")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("d")

    box = shown.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -500)
    expect(shown).to_have_attribute("data-zoom", "2.72")
    page.keyboard.press("+")
    expect(shown).to_have_attribute("data-zoom", "4.08")
    before = page.evaluate(PIXELS)
    page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 90, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    until(lambda: page.evaluate(PIXELS) != before)
    page.get_by_role("button", name="Show all").click()
    expect(shown).to_have_attribute("data-zoom", "1.00")

    page.mouse.move(box["x"] + 4, box["y"] + 4)  # a lasso around everything
    page.mouse.down()
    for x, y in ((0.99, 0.01), (0.99, 0.99), (0.01, 0.99)):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=3)
    page.mouse.up()
    picked = tab.get_by_role("region", name="Picked samples")
    expect(picked).to_contain_text("60 generated")
    expect(picked).to_contain_text("300 real")
    page.keyboard.press("Escape")
    expect(picked).to_contain_text("Point at a sample")
    page.evaluate("document.querySelector('.tab-tsne .point-map').scrollIntoView({ block: 'center' })")
    spot = page.evaluate(WHERE)
    page.mouse.move(*spot)
    expect(page.locator(".map-card")).to_contain_text("the usual distance")
    page.mouse.click(*spot)
    expect(picked).to_contain_text("The nearest real samples in feature space")
    expect(picked.locator(".pinned > .pair")).to_have_text("generated")
    expect(picked.locator("canvas")).to_have_count(1 + 5)
    expect(picked.locator(".beside figcaption").first).to_have_text(re.compile(r"^\d+\.\d\d ×$"))
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Drag to draw around samples").click()  # by touch a tool has to be chosen
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    box = shown.bounding_box()
    assert box
    corners = [(0.01, 0.01), (0.99, 0.02), (0.99, 0.99), (0.01, 0.99)]
    for kind, *spots in (("touchStart", corners[0]), *(("touchMove", one) for one in corners[1:]), ("touchEnd",)):
        points = [{"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y} for x, y in spots]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(picked).to_contain_text("60 generated")
    a, b = ({"x": box["x"] + box["width"] * x, "y": box["y"] + 200, "id": at} for at, x in enumerate((0.45, 0.55)))
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [a, b]})
    wide = [{**a, "x": a["x"] - 0.05 * box["width"]}, {**b, "x": b["x"] + 0.05 * box["width"]}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": wide})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(shown).to_have_attribute("data-zoom", "2.00")
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    page.get_by_role("button", name="Joint t-SNE").click()  # asked for, waited for, shown
    expect(shown).to_have_attribute("data-method", "joint", timeout=90_000)
    expect(shown).to_have_attribute("data-step", "20")

    with sqlite3.connect(lab.service.folder / "nashboard.db") as database:  # as thinning leaves a step: its map stays
        database.execute("DELETE FROM samples WHERE run_id = 'maps' AND step = 10")
    database.close()
    page.goto(f"{lab.url}/runs/maps?tab=tsne&sample=10")
    expect(shown).to_have_attribute("data-step", "10")
    until(lambda: page.evaluate(PIXELS) > 0)
    expect(picked).to_contain_text("The images of this step were removed")
    spot = until(lambda: page.evaluate(WHERE))
    page.mouse.move(*spot)
    expect(page.locator(".map-card")).to_contain_text("the usual distance")
    expect(page.locator(".map-card canvas")).to_have_count(1)  # the nearest real one
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


# where on the screen the first generated point is: its colours are the only ones on the upper canvas
WHERE = """() => {
  const canvas = document.querySelector(".tab-tsne .point-map canvas:last-child");
  const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const box = canvas.getBoundingClientRect();
  for (let at = 3; at < data.length; at += 4) {
    if (data[at] < 200) continue;
    const [x, y] = [((at - 3) / 4) % width, Math.floor((at - 3) / 4 / width)];
    return [box.left + (x * box.width) / width, box.top + (y * box.width) / width + 3];
  }
}"""


DIFFERENCE = """() => {
  const canvas = document.querySelector("#run-samples canvas.over");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [Math.max(...data.filter((_, i) => i % 4 === 0)), data.filter((value, i) => i % 4 === 0 && value === 0).length];
}"""


def test_grids_are_held_against_other_steps_and_real_samples(lab: Lab, page: Page) -> None:
    lab.run("grids")
    same = DIGITS[300:304]
    other = same.copy()
    other[3] = DIGITS[305]  # one of the four cells changes
    lab.ship("grids", [samples(0, DIGITS[:100], "reference", "reference"), samples(0, same, "fixed", "fixed")])
    lab.ship("grids", [samples(10, other, "fixed", "fixed"), samples(10, DIGITS[400:460])])
    page.goto(f"{lab.url}/runs/grids?tab=samples")
    card = page.locator("#run-samples")
    first, second = card.locator(".picture").nth(0), card.locator(".picture").nth(1)
    expect(first).to_contain_text("Fixed noise")
    expect(second).to_contain_text("Reference")
    expect(card.locator(".thumbnail")).to_have_count(2)
    page.get_by_label("Hold against").select_option("previous")
    expect(second).to_contain_text("step 0")
    card.focus()
    page.keyboard.press("d")
    expect(second).to_be_hidden()
    until(lambda: page.evaluate(DIFFERENCE)[0] == 255)
    assert page.evaluate(DIFFERENCE)[1] >= 3 * 64  # three cells are as they were
    page.keyboard.press("ArrowLeft")
    expect(card).to_contain_text("There is no step before this one.")
    page.keyboard.press("ArrowRight")
    page.get_by_label("Hold against").select_option("nearest")
    page.get_by_label("How", exact=True).select_option("beside")
    expect(second).to_contain_text("Nearest real", timeout=90_000)  # it comes by itself once the step has its map
    expect(second).to_contain_text("half lie within")

    page.get_by_role("button", name="Fresh noise").click()
    expect(first).to_contain_text("Fresh noise")
    metrics = page.get_by_role("region", name="Sample metrics")
    expect(metrics).to_contain_text("Precision", timeout=60_000)
    expect(metrics).to_contain_text("pooled-pixels")
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename == "grids-random-10.png"
    with Image.open(download.value.path()) as saved:
        assert saved.size == (16, 16)

    page.get_by_role("button", name="Fixed noise").click()
    first.get_by_role("button", name="Show in full size").click()
    box = page.get_by_role("dialog", name="Samples in full size")
    expect(box).to_contain_text("step 10")
    width = box.locator("img").bounding_box()
    page.keyboard.press("+")
    assert width
    assert (box.locator("img").bounding_box() or width)["width"] > 1.2 * width["width"]
    page.keyboard.press("ArrowLeft")
    expect(box).to_contain_text("step 0")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_points_of_a_real_training_lie_on_the_discriminators_field(lab: Lab, page: Page, tmp_path: Path) -> None:
    ring = [
        sys.executable,
        "-m",
        "monitor",
        "train",
        "--data",
        "ring",
        "--steps",
        "3",
        "--sample-every",
        "2",
        "--name",
        "plane",
    ]
    own = {
        "NASHBOARD_SERVER": lab.url,
        "NASHBOARD_DIR": str(tmp_path),
        "OMP_WAIT_POLICY": "passive",
        "OMP_NUM_THREADS": "1",
    }
    subprocess.run([*ring, "--batch-size", "64", "--width", "16"], env=os.environ | own, check=True, timeout=120)
    run = lab.service.get("/runs", q="plane")["runs"][0]["id"]
    page.goto(f"{lab.url}/runs/{run}?tab=samples")
    plane = page.locator("#run-samples .point-map")
    expect(plane).to_have_attribute("data-step", "2")
    legend = page.locator("#run-samples .plane .legend")
    expect(legend).to_contain_text("takes it for generated")
    shown = legend.inner_text()
    low = lab.service.get(f"/runs/{run}/fields")["fields"][-1]["low"]
    assert f"{low:.4g}"[:5] in shown.replace("\u2212", "-")
    page.locator("#run-samples").focus()
    page.keyboard.press("ArrowLeft")
    expect(plane).to_have_attribute("data-step", "0")
    until(lambda: legend.inner_text() != shown)  # the field of that step
    painted = """() => {
      const canvas = document.querySelector("#run-samples .point-map canvas:first-child");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length / (data.length / 4);
    }"""
    until(lambda: page.evaluate(painted) > 0.5)


VERDICTS = """(modes) => modes.steps.map((_, at) => modes.clusters.map((_, i) => m.modes.verdict(modes, i, at)))"""
MODES = {
    "name": "random", "steps": [0, 10, 20, 30], "count": [100, 100, 100, 100], "off": [0, 0, 0, None],
    "clusters": [{"cluster": 0, "share": 0.5}, {"cluster": 1, "share": 0.47}, {"cluster": 2, "share": 0.03}],
    "shares": [[0.5, 0.99, 0.95, None], [0.47, 0.01, 0.04, None], [0.03, 0, 0.01, None]],
}  # fmt: skip


def test_a_mode_is_missing_when_chance_does_not_explain_it(scripts: Page) -> None:
    told = scripts.evaluate(VERDICTS, MODES)
    assert told[0] == ["fair", "fair", "unknown"]  # 3 samples are expected of the last: none may be chance
    assert told[1] == ["fair", "missing", "unknown"]
    assert told[2] == told[1]
    assert told[3] == ["unknown"] * 3
    found = scripts.evaluate("(modes) => m.modes.listed(modes, 2, 'missing')", MODES)
    assert [(one["cluster"], one["step"], one["always"]) for one in found] == [(1, 10, False)]
    few = {**MODES, "clusters": [{"cluster": 0, "share": 0.2}, *MODES["clusters"][1:]]}  # type: ignore[operator]
    over = scripts.evaluate("(modes) => m.modes.listed(modes, 1, 'over')", few)
    assert [(one["cluster"], one["step"], one["always"]) for one in over] == [(0, 0, True)]
    later = {**MODES, "steps": [20, 40], "count": [9, 9], "off": [0.5, 0.5], "shares": [[1, 1], [2, 2], [3, 3]]}
    joined = scripts.evaluate("([a, b]) => m.modes.joined(a, b)", [MODES, later])
    assert joined["steps"] == [0, 10, 20, 40]
    assert joined["shares"] == [[0.5, 0.99, 1, 1], [0.47, 0.01, 2, 2], [0.03, 0, 3, 3]]


def test_a_map_has_one_scale_and_contours_lie_where_density_falls(scripts: Page) -> None:
    there = scripts.evaluate(
        """() => {
          const place = m["maps/scale"].projection([-1, 3, 0, 1], 200, 100);
          return [place.x(-1), place.x(3), place.y(0), place.y(1), ...place.back(place.x(2), place.y(0.3))];
        }"""
    )
    assert there == pytest.approx([0, 200, 75, 25, 2, 0.3])
    seen = scripts.evaluate(
        "() => [[1, 0.5], [9, 0]].map(([x, y]) => m['maps/scale'].through([-1, 3, 0, 1], { zoom: 2, x, y }))"
    )
    assert seen == [[0, 2, 0.25, 0.75], [1, 3, 0, 0.5]]  # never beyond the range
    assert scripts.evaluate(
        "() => [0.5, 1.5, 2.5, 9].map((x) => m['maps/scale'].remoteness(x, 1))"
    ) == pytest.approx([0, 1, 1, 1])  # fmt: skip
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 1, (2, 4000)).tolist()
    pieces = scripts.evaluate(
        "([x, y]) => m['maps/density'].contours(m['maps/density'].density({ x, y }, [-4, 4, -4, 4]), [0.5])[0]", [x, y]
    )
    away = [math.hypot((a + 0.5) / 10 - 4, (b + 0.5) / 10 - 4) for a, b, *_ in pieces]
    # half of the peak of a Gaussian blurred by 0.24: at a radius of 1.178 times its deviation
    assert np.median(away) == pytest.approx(math.sqrt(2 * math.log(2) * (1 + 0.24**2)), rel=0.06)
