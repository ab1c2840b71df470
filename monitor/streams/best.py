"""How good something has been."""

from __future__ import annotations

from bisect import insort
from statistics import median

from msgspec import Struct, field


class Best(Struct):
    """The median of the `of` best values so far: one lucky value does not set the mark.

    Attributes:
        highest: whether high values are the good ones.

    >>> best = Best(of=3, highest=False)
    >>> for value in (5.0, 1.0, 4.0, 3.0, 9.0):
    ...     best.update(value)
    >>> best.value
    3.0
    """

    of: int
    highest: bool
    kept: list[float] = field(default_factory=list)  # ascending

    def update(self, value: float) -> None:
        """Takes a value in."""
        insort(self.kept, value)
        if len(self.kept) > self.of:
            del self.kept[0 if self.highest else -1]

    @property
    def known(self) -> bool:
        """Whether `of` values have come."""
        return len(self.kept) == self.of

    @property
    def value(self) -> float:
        """The mark; ValueError before the first value."""
        return median(self.kept)
