"""What a change did, in numbers that say how sure they are: of experiments, and of groups of runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy

RESAMPLES = 9999


class Interval(NamedTuple):
    """An estimate and its 95 % interval."""

    value: float
    low: float
    high: float


def mean(values: list[float]) -> Interval:
    """The mean with Student's interval; with fewer than two values, or all alike, the interval is NaN or a point."""
    import numpy
    from scipy import stats

    middle = float(numpy.mean(values))
    if len(values) < 2:
        return Interval(middle, math.nan, math.nan)
    half = float(stats.t.ppf(0.975, len(values) - 1) * numpy.std(values, ddof=1) / math.sqrt(len(values)))
    return Interval(middle, middle - half, middle + half)


def share(count: int, total: int) -> Interval:
    """A share with Wilson's interval."""
    from scipy import stats

    bounds = stats.binomtest(count, total).proportion_ci(0.95, method="wilson")
    return Interval(count / total, float(bounds.low), float(bounds.high))


def effect(values: list[float], baseline: list[float]) -> float:
    """Hedges' g: the difference of means in pooled deviations, corrected for small samples; NaN where nothing varies.

    Hedges, "Distribution Theory for Glass's Estimator of Effect Size and Related Estimators", 1981.
    """
    import numpy

    n, m = len(values), len(baseline)
    if n < 2 or m < 2:
        return math.nan
    pooled = ((n - 1) * numpy.var(values, ddof=1) + (m - 1) * numpy.var(baseline, ddof=1)) / (n + m - 2)
    if not pooled:
        return math.nan
    return float((numpy.mean(values) - numpy.mean(baseline)) / math.sqrt(pooled) * (1 - 3 / (4 * (n + m) - 9)))


def permutation_p(values: list[float], baseline: list[float]) -> float:
    """Two-sided p of the difference of means under exchange of the labels: exact for up to 9,999 exchanges, else that many seeded
    ones, the observed one counted among them."""
    import numpy
    from scipy import stats

    if len(values) < 2 or len(baseline) < 2:
        return math.nan

    def difference(a: numpy.ndarray, b: numpy.ndarray, axis: int) -> numpy.ndarray:
        return numpy.asarray(numpy.mean(a, axis=axis) - numpy.mean(b, axis=axis))

    found = stats.permutation_test(
        (values, baseline), difference, n_resamples=RESAMPLES, vectorized=True, rng=numpy.random.default_rng(0)
    )
    return float(found.pvalue)
