"""The scripts' arithmetic, run in the browser and held against slow and obvious references here."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


APPEND = """([columns, pieces]) => {
  const series = new m.series.Series(columns);
  series.settled = true;
  const late = pieces.map((piece) => series.append(piece));
  const plain = (values) => values && values.map((value) => (Number.isNaN(value) ? null : value));
  return { late, step: series.step, mean: plain(series.mean), min: plain(series.min), max: plain(series.max),
    count: series.count, odd: [...series.odd.entries()] };
}"""


def buckets(points: dict[int, float], size: int) -> dict[int, list[float]]:
    """Values by the first step of their bucket."""
    found: dict[int, list[float]] = {}
    for step, value in sorted(points.items()):
        found.setdefault(step - step % size, []).append(value)
    return found


def columns(points: dict[int, float], size: int) -> dict[str, Any]:
    """What the service would answer."""
    if size == 1:
        return {"bucket": 1, "step": list(points), "last": list(points.values())}
    rows = buckets(points, size)
    return {
        "bucket": size,
        "step": list(rows),
        "last": [values[-1] for values in rows.values()],
        "min": [min(values) for values in rows.values()],
        "max": [max(values) for values in rows.values()],
        "mean": [math.fsum(values) / len(values) for values in rows.values()],
        "count": [len(values) for values in rows.values()],
    }


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [1, 4, 32])
def test_live_points_give_what_one_fetch_would(scripts: Page, seed: int, size: int) -> None:
    rng = random.Random(seed)
    steps = sorted(rng.sample(range(1000), 300))
    points = {step: rng.gauss(0, 1) for step in steps}
    cut = rng.randrange(1, 299)
    later = steps[cut:]
    pieces = []
    while later:
        n = rng.randrange(1, 20)
        some, later = later[:n], later[n:]
        pieces.append({"step": some, "last": [points[step] for step in some]})
    got = scripts.evaluate(APPEND, [columns({step: points[step] for step in steps[:cut]}, size), pieces])
    want = columns(points, size)
    assert got["step"] == want["step"]
    assert not any(got["late"])
    if size == 1:
        assert got["mean"] == want["last"]
    else:
        assert (got["min"], got["max"], got["count"]) == (want["min"], want["max"], want["count"])
        assert got["mean"] == pytest.approx(want["mean"], abs=1e-12)


def test_out_of_order_and_repeated_points_the_last_word_wins(scripts: Page) -> None:
    start = {"bucket": 1, "step": [10, 20, 30], "last": [1.0, 2.0, 3.0]}
    pieces = [{"step": [15, 20, 5], "last": [1.5, 9.0, 0.5]}, {"step": [20], "last": [7.0]}]
    got = scripts.evaluate(APPEND, [start, pieces])
    assert dict(zip(got["step"], got["mean"], strict=True)) == {5: 0.5, 10: 1.0, 15: 1.5, 20: 7.0, 30: 3.0}


def test_a_point_of_an_earlier_bucket_asks_for_a_new_fetch(scripts: Page) -> None:
    start = columns(dict.fromkeys(range(64), 1.0), 8)
    got = scripts.evaluate(APPEND, [start, [{"step": [70], "last": [1.0]}, {"step": [20], "last": [5.0]}]])
    assert got["late"] == [False, True]


def test_what_is_not_finite_is_marked_and_a_better_value_clears_it(scripts: Page) -> None:
    nan = {"step": [12], "nan": [1], "pos_inf": [0], "neg_inf": [0]}
    start = {"bucket": 1, "step": [10], "last": [1.0]}
    pieces: list[dict[str, Any]] = [{"step": [12], "last": [None], "nonfinite": nan}]
    assert scripts.evaluate(APPEND, [start, pieces])["odd"] == [[12, [1, 0, 0]]]
    pieces.append({"step": [12], "last": [4.0]})
    got = scripts.evaluate(APPEND, [start, pieces])
    assert got["odd"] == []
    assert got["mean"] == [1.0, 4.0]
    bucketed = columns(dict.fromkeys(range(16), 1.0), 8)
    got = scripts.evaluate(APPEND, [bucketed, pieces[:1]])
    assert got["odd"] == [[8, [1, 0, 0]]]
    assert got["mean"] == [1.0, 1.0]  # the mean is of the finite ones


SMOOTH = """([columns, points]) =>
  m.smoothing.smooth(new m.series.Series(columns), points).map((value) => (Number.isNaN(value) ? null : value))"""


def reference(steps: list[int], values: list[float], tau: float) -> list[float]:
    """Each value's weight is what it lasted, forgotten exponentially: written as the plain sum."""
    spacing = (steps[-1] - steps[0]) / (len(steps) - 1)
    widths = [spacing, *(b - a for a, b in itertools.pairwise(steps))]
    out = []
    for at, now in enumerate(steps):
        weights = [
            math.exp(-(now - steps[i]) / (tau * spacing)) * (1 - math.exp(-widths[i] / (tau * spacing)))
            for i in range(at + 1)
        ]
        out.append(math.fsum(w * v for w, v in zip(weights, values, strict=False)) / math.fsum(weights))
    return out


@pytest.mark.parametrize("tau", [2.0, 10.0, 100.0])
def test_smoothing_is_the_debiased_average_over_time(scripts: Page, tau: float) -> None:
    rng = random.Random(3)
    steps = sorted(rng.sample(range(500), 80))
    values = [rng.gauss(0, 1) for _ in steps]
    got = scripts.evaluate(SMOOTH, [{"bucket": 1, "step": steps, "last": values}, tau])
    assert got == pytest.approx(reference(steps, values, tau), rel=1e-9)
    assert got[0] == pytest.approx(values[0])  # debiased: it starts at the first value


def test_smoothing_of_a_constant_is_that_constant_over_any_gap(scripts: Page) -> None:
    column = {"bucket": 1, "step": [0, 1, 2, 500, 501, 9000], "last": [3.0, 3.0, None, 3.0, 3.0, 3.0]}
    assert scripts.evaluate(SMOOTH, [column, 50]) == pytest.approx([3.0, 3.0, None, 3.0, 3.0, 3.0])


def test_smoothing_means_the_same_at_every_zoom(scripts: Page) -> None:
    points = {step: math.sin(step / 500) for step in range(4096)}
    fine = scripts.evaluate(SMOOTH, [columns(points, 1), 300])
    coarse = scripts.evaluate(SMOOTH, [columns(points, 32), 300])
    assert coarse[40:] == pytest.approx([fine[at * 32 + 31] for at in range(40, 128)], abs=0.01)


def test_the_axis_goes_there_and_back(scripts: Page) -> None:
    got = scripts.evaluate(
        """() => {
          const series = new m.series.Series({ bucket: 1, step: [0, 10, 30, 40], last: [100, 110, 210, 260] });
          const axis = new m.axis.Axis("time", series);
          return [[0, 5, 10, 20, 40, 50].map((step) => axis.x(step)), [0, 5, 25, 110, 160].map((x) => axis.step(axis.x(x)))];
        }"""
    )
    assert got[0] == [0, 5, 10, 60, 160, 210]
    assert got[1] == [0, 5, 25, 110, 160]


def test_what_differs_by_rounding_alone_is_drawn_as_a_constant(scripts: Page) -> None:
    fit = "(y) => m.traces.fit([{ y }], false)"
    assert scripts.evaluate(fit, [0.98, 0.98 + 2e-16]) == pytest.approx([0.49, 1.47])
    assert scripts.evaluate(fit, [1e-30, 2e-30]) == pytest.approx([0.93e-30, 2.07e-30], abs=1e-36)
    assert scripts.evaluate(fit, [0, 0]) == [-1, 1]


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        ("value(0.69314)", "0.6931"), ("value(1234.5)", "1235"), ("value(123456)", "1.23e5"), ("value(1.5e-7)", "1.50e-7"),
        ("value(0)", "0.000"), ("value(NaN)", "NaN"), ("value(-Infinity)", "-Inf"), ("value(null)", "–"),
        ("duration(59)", "59 s"), ("duration(185)", "3 min 05 s"), ("duration(7800)", "2 h 10 min"),
        ("duration(273600)", "3 d 4 h"),
        ("ago(1000, 1005)", "just now"), ("ago(1000, 1300)", "5 min ago"), ("steps(1234567)", "1,234,567"),
        ("progress({ last_step: 49, total_steps: 100 })", "0.5"), ("progress({ last_step: 5, total_steps: null })", "null"),
        ("timeLeft({ state: 'running', last_step: 24, total_steps: 100, duration: 10 })", "30"),
    ],
)  # fmt: skip
def test_formats(scripts: Page, call: str, shown: str) -> None:
    assert scripts.evaluate(f"String(m.format.{call})") == shown
