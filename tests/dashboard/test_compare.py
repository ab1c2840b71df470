"""The compare page: means of groups, small multiples, results, configs, before and after; and the arithmetic behind them."""

from __future__ import annotations

import math
import random
import re
import statistics
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.looks import axis, curves, line
from tests.dashboard.seeds import Lab
from tests.support import until

pytestmark = pytest.mark.browser
EDGE = re.compile(r"inset\(0(px)? 0(px)? 0(px)? 2[3-7]")  # a quarter from the left
T = {1: 12.706, 2: 4.303}  # Student's t, 97.5 %

MEAN = """async (all) => {
  const { use } = await import(document.querySelector("script[type=module]").src);
  const { meanOf } = use("compare/aggregate.js");
  const { Series } = use("series.js");
  const made = meanOf(all.map((columns) => new Series(columns)));
  return { bucket: made.bucket, step: made.step, mean: made.mean, min: made.min, max: made.max, count: made.count };
}"""


def test_the_mean_of_runs_is_of_what_is_finite_on_common_buckets(lab: Lab, page: Page) -> None:
    page.goto(f"{lab.url}/compare")
    rng = random.Random(1)
    values = [[rng.gauss(0, 1) for _ in range(64)] for _ in range(3)]
    exact = [{"bucket": 1, "step": list(range(64)), "last": one} for one in values[:2]]
    exact[0]["last"] = [None if step % 8 == 0 else value for step, value in enumerate(values[0])]  # type: ignore[index]
    eights = [values[2][at : at + 8] for at in range(0, 32, 8)]  # the third run ended after 32 steps
    coarse = {"bucket": 8, "step": [0, 8, 16, 24], "last": [one[-1] for one in eights]} | {
        "mean": [statistics.fmean(one) for one in eights], "min": [min(one) for one in eights],
        "max": [max(one) for one in eights], "count": [8] * 4,
    }  # fmt: skip
    got = page.evaluate(MEAN, [*exact, coarse])
    assert (got["bucket"], got["step"], got["count"]) == (8, list(range(0, 64, 8)), [3] * 4 + [2] * 4)
    for row, step in enumerate(got["step"]):
        runs = [[one[at] for at in range(step, step + 8) if one is not values[0] or at % 8] for one in values]
        means = [statistics.fmean(one) for one in (runs if step < 32 else runs[:2])]
        half = T[len(means) - 1] * statistics.stdev(means) / math.sqrt(len(means))
        assert got["mean"][row] == pytest.approx(statistics.fmean(means))
        assert got["max"][row] - got["mean"][row] == pytest.approx(half)
        assert got["mean"][row] - got["min"][row] == pytest.approx(half)
    alone = page.evaluate(MEAN, [exact[1]])
    assert alone["mean"] == alone["min"] == alone["max"] == values[1]


def group(lab: Lab, name: str, level: float, **config: Any) -> list[str]:
    """Three seeds of a setting, whose coverage is `level` and some hundredths."""
    runs = []
    for seed in range(3):
        run = lab.run(
            f"{name}-{seed}", project="effects", group=name, config={"seed": seed, "opt": {"lr": 0.1}, **config}
        )
        lab.log(
            run,
            range(100),
            lambda step, s=seed: {  # type: ignore[misc]
                "loss/generator": step / 99 + s,
                "sample/coverage": level + s / 100,
                "sample_floor/coverage": 0.95,
                "generator_updates": (step + 1) / 2,
            },
        )
        lab.samples(run, [0, 50])
        lab.finish(run)
        runs.append(run)
    return runs


def test_groups_are_compared(lab: Lab, page: Page) -> None:
    runs = group(lab, "plain", 0.4, loss="bce") + group(lab, "better", 0.8, loss="wgan-gp")
    page.goto(f"{lab.url}/compare?runs={','.join(runs)}&open=results,config,effects")
    results = page.locator('[data-part="results"]')
    row = results.locator("tbody tr", has_text="sample/coverage")
    expect(row.locator("td.best")).to_have_text(re.compile("0.8200"))
    expect(row.locator("th")).to_contain_text("a perfect generator: 0.9500")
    expect(results.locator("tbody tr", has_text="sample_floor")).to_have_count(0)
    page.get_by_label("Baseline: plain-0").click()
    expect(row.locator("td").nth(3)).to_contain_text("+100 %")
    expect(row.locator("td").nth(3).locator(".better")).to_be_visible()
    configs = page.locator('[data-part="config"] tbody tr')
    expect(configs.locator("th")).to_have_text(["loss", "seed"])
    page.get_by_label("show all").check()
    expect(configs.locator("th")).to_have_text(["loss", "opt.lr", "seed"])
    effect = page.locator('[data-part="effects"] tbody tr', has_text="sample/coverage")
    expect(effect).to_contain_text(
        "32.00 (large)", timeout=30_000
    )  # 0.4 / 0.01, less a fifth for three and three seeds; loads scipy
    expect(effect).to_contain_text("0.100")

    page.get_by_role("button", name="Mean of groups").click()
    page.evaluate("scrollTo(0, 0)")  # charts draw where they are seen
    until(lambda: len([one for one in curves(page, "loss/generator") if one["uid"] in ("c0", "c1")]) == 2)
    assert line(page, "loss/generator")["y"][-1] == pytest.approx(2.0)  # the mean of 1, 2 and 3
    expect(page.locator('[data-chart="loss/generator"] .item .name').first).to_have_text("plain (n = 3)")
    page.get_by_role("button", name="Small multiples").click()
    until(lambda: curves(page, "loss/generator plain-0") and curves(page, "loss/generator plain-2"))
    until(lambda: all(axis(page, f"loss/generator plain-{seed}", "yaxis")["range"][1] > 3 for seed in (0, 2)))
    page.get_by_role("button", name="Swipe").click()
    expect(page.locator(".overlay .stage img").first).to_be_visible()
    stage = page.locator(".overlay .stage").first
    box = stage.bounding_box()
    assert box
    stage.hover(position={"x": box["width"] / 4, "y": box["height"] / 2})
    link = page.evaluate("new Promise((done) => setTimeout(() => done(location.href), 400))")
    page.goto(link)
    expect(page.locator(".overlay .stage img").first).to_be_visible()
    expect(page.get_by_role("button", name="Small multiples")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Baseline: plain-0")).to_have_attribute("aria-pressed", "true")
    until(lambda: EDGE.search(page.locator(".overlay .stage img.over").first.get_attribute("style") or ""))
    page.locator("#x-axis").get_by_text("G updates").click()
    until(lambda: axis(page, "loss/generator plain-0", "xaxis")["range"][1] == pytest.approx(50, abs=0.1))
