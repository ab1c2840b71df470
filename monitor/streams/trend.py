"""Whether a short series rises or falls, whatever outliers it has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations


def mann_kendall(values: Sequence[float]) -> float:
    """Kendall's tau of the values against their order: 1 always rising, -1 always falling, 0 no trend. O(n²).

    Mann (1945), Kendall (1975). For n independent values its standard deviation is sqrt(2 (2 n + 5) / (9 n (n - 1))).

    >>> mann_kendall([1.0, 2.0, 4.0, 3.0])
    0.6666666666666666
    """
    pairs = len(values) * (len(values) - 1) // 2
    if not pairs:
        return 0.0
    return sum((b > a) - (b < a) for a, b in combinations(values, 2)) / pairs
