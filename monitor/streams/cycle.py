"""Whether a series goes round and round."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin
from operator import mul

from msgspec import Struct


class Cycle(Struct, frozen=True):
    """What `cycle` finds.

    Attributes:
        peak: highest autocorrelation after the first trough, at most 1. White noise of n values has about 2 / sqrt(n).
        trough: the lowest autocorrelation before it.
        period: its lag, in values. periods: how many fit into the series.
        amplitude: standard deviation of the detrended series.
        noise: that of what is left between neighbours (their differences / sqrt 2).
    """

    peak: float
    trough: float
    period: int
    periods: float
    amplitude: float
    noise: float


def cycle(values: Sequence[float]) -> Cycle | None:
    """Looks for a period in `values`, after taking out the straight line; None when they hardly vary, or too few.

    Periods up to a third of the series are found. Box and Jenkins (1970) for the autocorrelation. O(n²/6).

    >>> from math import sin
    >>> found = cycle([sin(i / 2) for i in range(96)])
    >>> found.period, round(found.peak, 2), round(found.periods, 1)
    (13, 0.84, 7.4)
    """
    n = len(values)
    if n < 24:
        return None
    flat = detrended(values)
    power = sum(map(mul, flat, flat))
    if power <= 1e-24 * max(1.0, max(map(abs, values))) ** 2 * n:
        return None
    correlation = [sum(map(mul, flat, flat[lag:])) / power for lag in range(n // 3 + 1)]
    crossing = next((lag for lag, value in enumerate(correlation) if value < 0), len(correlation))
    later = correlation[crossing:]
    if len(later) < 2:
        return Cycle(0.0, 0.0, 0, 0.0, (power / n) ** 0.5, _noise(values))
    period = crossing + max(range(len(later)), key=later.__getitem__)
    return Cycle(
        peak=correlation[period],
        trough=min(correlation[crossing : period + 1]),
        period=period,
        periods=n / max(period, 1),
        amplitude=(power / n) ** 0.5,
        noise=_noise(values),
    )


def detrended(values: Sequence[float]) -> list[float]:
    """The values less their least-squares line."""
    n = len(values)
    middle, mean = (n - 1) / 2, sum(values) / n
    slope = 12 * sum(map(mul, (i - middle for i in range(n)), values)) / (n * (n * n - 1))
    return [value - mean - slope * (i - middle) for i, value in enumerate(values)]


def concentration(values: Sequence[float]) -> float:
    """Fisher's g: the share that the strongest frequency has of a series without its straight line, Hann-windowed. O(n²/4).

    Frequencies of 2 … n/4 turns a series are looked at: M ordinates. For white noise g exceeds 1 - (a / M)^(1 / (M - 1)) with
    probability a (Fisher 1929); a sine has about 2/3, since the window spreads it over three ordinates.

    >>> round(concentration([sin(2 * pi * i / 12) for i in range(96)]), 2)
    0.67
    """
    n, flat = len(values), detrended(values)
    windowed = [value * (0.5 - 0.5 * cos(2 * pi * i / n)) for i, value in enumerate(flat)]
    turns = _turns(n)
    powers = []
    for k in range(2, n // 4 + 1):
        real = sum(value * turns[k * i % n][0] for i, value in enumerate(windowed))
        imaginary = sum(value * turns[k * i % n][1] for i, value in enumerate(windowed))
        powers.append(real * real + imaginary * imaginary)
    total = sum(powers)
    return max(powers) / total if total else 0.0


def _turns(n: int) -> list[tuple[float, float]]:
    return [(cos(2 * pi * i / n), sin(2 * pi * i / n)) for i in range(n)]


def _noise(values: Sequence[float]) -> float:
    steps = [b - a for a, b in pairwise(values)]
    return float((sum(map(mul, steps, steps)) / (2 * max(1, len(steps)))) ** 0.5)
