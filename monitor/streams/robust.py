"""Location and spread that outliers hardly move."""

from __future__ import annotations

from collections.abc import Sequence

NORMAL = 1.4826  # makes the median absolute deviation of normal numbers their standard deviation


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle.

    Raises:
        ValueError: of no values.

    >>> median([3.0, 1.0, 2.0]), median([1.0, 2.0, 3.0, 10.0])
    (2.0, 2.5)
    """
    if not values:
        raise ValueError("the median of no values")
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def mad(values: Sequence[float], center: float | None = None) -> float:
    """1.4826 × the median distance from the median (or from `center`): the standard deviation, for normal numbers.

    >>> round(mad([1.0, 2.0, 3.0, 4.0, 100.0]), 4)
    1.4826
    """
    middle = median(values) if center is None else center
    return NORMAL * median([abs(value - middle) for value in values])
