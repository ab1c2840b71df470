from __future__ import annotations

import math
import random

import pytest

from monitor.reports.braille import Drawing
from monitor.reports.curve import MOST, Curve
from monitor.wire import Columns


def test_few_points_stay_as_they_are() -> None:
    curve = Curve()
    for step in range(0, 300, 3):
        curve.put(step, step / 2)
    columns = curve.columns()
    assert (columns.bucket, columns.step, columns.last) == (
        1,
        list(range(0, 300, 3)),
        [step / 2 for step in range(0, 300, 3)],
    )


@pytest.mark.parametrize("count", [MOST, MOST + 1, 5 * MOST + 77, 100_000])
def test_no_spike_and_no_nan_is_lost(count: int) -> None:
    chance = random.Random(count)
    points = [(3 * at, chance.gauss(0, 1)) for at in range(count)]
    points[count // 3] = (3 * (count // 3), 1e6)
    points[count // 2] = (3 * (count // 2), math.nan)
    curve = Curve()
    for step, value in points:
        curve.put(step, value)
    columns = curve.columns()
    assert len(columns.step) <= MOST
    assert max(value for value in (columns.max or columns.last) if value is not None) == 1e6
    assert sum(columns.nonfinite.nan) == 1
    if columns.count:
        assert sum(columns.count) == count - 1
        total = sum(mean * some for mean, some in zip(columns.mean, columns.count, strict=True) if mean is not None)
        assert total == pytest.approx(sum(value for _, value in points if value == value))
        for at, size in ((0, columns.bucket), (5, columns.bucket)):  # against the plain way
            rows = [value for _, value in points[at * size : (at + 1) * size]]
            assert (columns.min[at], columns.max[at], columns.last[at]) == (min(rows), max(rows), rows[-1])


def test_a_drawing_has_its_dots_where_the_values_are() -> None:
    rising = Drawing(Columns(1, list(range(80)), [float(step) for step in range(80)]), width=40, height=4)
    assert [line.strip("⠀") != "" for line in rising.lines] == [True] * 4
    assert rising.lines[0].rstrip("⠀")[-1] != "⠀"
    assert rising.lines[0][0] == "⠀"  # low on the left
    assert rising.lines[3][0] != "⠀"
    assert (rising.low, rising.high, rising.logarithmic) == (0.0, 79.0, False)
    steep = Drawing(Columns(1, [0, 1, 2], [1.0, 100.0, 1e6]))
    assert steep.logarithmic
    Drawing(Columns(1, [5], [None]))  # nothing finite
