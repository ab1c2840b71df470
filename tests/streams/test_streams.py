"""Each statistic against a slow obvious one, a closed form, or another package."""

from __future__ import annotations

import doctest
import importlib
import math
import pkgutil
import random

import msgspec
import numpy
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

import monitor.streams
from monitor.streams import (
    Best,
    DecayingMean,
    Persistence,
    Window,
    auc,
    concentration,
    cycle,
    mann_kendall,
)

MODULES = [info.name for info in pkgutil.iter_modules(monitor.streams.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"monitor.streams.{name}")).failed == 0


@pytest.mark.parametrize("seed", range(5))
def test_auc_is_that_of_scikit_learn_ties_included(seed: int) -> None:
    rng = numpy.random.default_rng(seed)
    real, fake = rng.integers(0, 9, 40).astype(float), rng.integers(-3, 6, 30).astype(float)
    truth = roc_auc_score([1] * 40 + [0] * 30, numpy.concatenate([real, fake]))
    assert auc(real.tolist(), fake.tolist()) == pytest.approx(truth)


def test_auc_leaves_out_what_is_no_number() -> None:
    assert auc([1.0, math.nan], [0.0, math.inf]) == 1.0
    assert auc([math.nan], [0.0]) is None


@pytest.mark.parametrize("seed", range(5))
def test_the_trend_is_that_of_scipy(seed: int) -> None:
    rng = numpy.random.default_rng(seed)
    values = (rng.normal(size=20) + 0.1 * numpy.arange(20)).tolist()
    assert mann_kendall(values) == pytest.approx(stats.kendalltau(range(20), values).statistic)


def test_a_decaying_mean_is_the_weighted_mean_that_it_says() -> None:
    values, mean = [3.0, -1.0, 4.0, 1.5], DecayingMean(half_life=3.0)
    for value in values:
        mean.update(value)
    weights = [0.5 ** (age / 3.0) for age in (3, 2, 1, 0)]
    assert mean.value == pytest.approx(numpy.average(values, weights=weights))


@pytest.mark.parametrize("period", [5, 8, 13, 24, 30])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_period_is_found_in_noise_and_on_a_slope(period: int, seed: int) -> None:
    rng = random.Random(seed)
    values = [math.sin(2 * math.pi * i / period) + 0.3 * rng.gauss(0, 1) + 0.05 * i for i in range(96)]
    found = cycle(values)
    assert found is not None
    turns = found.period / period
    assert abs(turns - round(turns)) * period <= 1.5, "one turn or several whole ones"
    assert found.peak > 0.5
    assert found.amplitude == pytest.approx(math.sqrt(0.5 + 0.09), rel=0.25)


def test_noise_and_random_walks_have_no_period_that_stands_out() -> None:
    rng, noisy, walking = random.Random(3), 0, 0
    for _ in range(200):
        noise = [rng.gauss(0, 1) for _ in range(96)]
        found = cycle(noise)
        noisy += found is not None and found.peak > 0.4
        walk = [sum(noise[: i + 1]) for i in range(96)]
        found = cycle(walk)
        walking += found is not None and found.peak > 0.4 and found.periods >= 3
    assert noisy <= 4
    assert walking <= 6


def test_a_constant_and_too_few_values_have_no_period() -> None:
    assert cycle([2.0] * 96) is None
    assert cycle([1.0, 2.0] * 10) is None


def test_fishers_g_of_white_noise_exceeds_its_level_as_often_as_it_should() -> None:
    rng, ordinates, level, trials = random.Random(0), 23, 0.05, 400
    limit = 1 - (level / ordinates) ** (1 / (ordinates - 1))
    beyond = sum(concentration([rng.gauss(0, 1) for _ in range(96)]) > limit for _ in range(trials))
    # The window makes neighbouring ordinates depend on each other, so this is a bound: 5 % and four standard errors.
    assert beyond / trials < level + 4 * math.sqrt(level * (1 - level) / trials)


def test_persistence_enters_late_leaves_later_and_dates_the_beginning() -> None:
    lasting = Persistence(of=5, enter=4, leave=1)
    looks = [(0, False), (10, True), (20, True), (30, False), (40, True), (50, True)]
    assert [lasting.update(*look) for look in looks] == [False, False, False, False, False, True]
    assert lasting.onset == 10
    assert [lasting.update(step, False) for step in (60, 70, 80, 90)] == [True, True, True, False]
    lasting.update(100, True)
    assert lasting.since == 100, "a new stretch has a new beginning"


def test_best_and_window_forget_what_they_should() -> None:
    best = Best(3, True)
    assert not best.known
    for value in (1.0, 5.0, 3.0, 4.0, 2.0):
        best.update(value)
    assert best.known
    assert best.value == 4.0
    window = Window(2)
    window.push(1, 1.0)
    assert not window.full
    assert len(window) == 1
    window.push(2, 2.0)
    window.push(3, 3.0)
    assert window.full
    assert window.steps == [2, 3]


@pytest.mark.parametrize("one", [Window(3), DecayingMean(2.0), Persistence(4, 3, 1), Best(3, True)])
def test_state_survives_being_kept(one: msgspec.Struct) -> None:
    match one:
        case Window() | Persistence():
            one.push(1, 2.0) if isinstance(one, Window) else one.update(1, True)
        case Best() | DecayingMean():
            one.update(1.0)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=type(one)) == one
