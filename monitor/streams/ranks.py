"""How well one sample of numbers ranks above another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import isfinite


def auc(real: Sequence[float], fake: Sequence[float]) -> float | None:
    """P(real > fake) + P(real = fake) / 2 over all pairs; None when a side has no finite value.

    Mann and Whitney (1947). 0.5: the two can't be told apart. Standard error then: sqrt((n + m + 1) / (12 n m)).

    >>> auc([3.0, 2.0], [1.0, 2.0])
    0.875
    """
    real = [value for value in real if isfinite(value)]
    ordered = sorted(value for value in fake if isfinite(value))
    if not real or not ordered:
        return None
    below = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in real)
    return below / (2 * len(real) * len(ordered))
