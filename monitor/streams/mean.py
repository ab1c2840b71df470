"""A mean that forgets."""

from __future__ import annotations

from msgspec import Struct


class DecayingMean(Struct):
    """Exponential mean: a value counts half as much `half_life` updates later. Its start is unbiased.

    >>> mean = DecayingMean(half_life=1.0)
    >>> [round(mean.update(value), 3) for value in (8.0, 8.0, 0.0)]
    [8.0, 8.0, 3.429]
    """

    half_life: float
    total: float = 0.0
    weight: float = 0.0

    def update(self, value: float) -> float:
        """Takes a value in; the mean with it."""
        decay = 0.5 ** (1.0 / self.half_life)
        self.total = decay * self.total + value
        self.weight = decay * self.weight + 1.0
        return self.total / self.weight

    @property
    def value(self) -> float:
        """The mean; 0 before the first value."""
        return self.total / self.weight if self.weight else 0.0
