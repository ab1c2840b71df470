"""A curve of any length in a bounded number of buckets, no spike and no NaN lost."""

from __future__ import annotations

from math import inf, isfinite, isnan

from msgspec import Struct, field

from monitor.wire import Columns, NonFinite

MOST = 1024  # buckets; when there are more, neighbours are joined


class Bucket(Struct, gc=False):
    """Some points in a row: their steps, and what is known of their finite values."""

    first: int
    end: int
    low: float = inf
    high: float = -inf
    total: float = 0.0
    last: float | None = None
    count: int = 0
    nan: int = 0
    above: int = 0
    below: int = 0

    def put(self, step: int, value: float) -> None:
        """Adds a point."""
        self.end = step
        if isfinite(value):
            self.low, self.high = min(self.low, value), max(self.high, value)
            self.total, self.count, self.last = self.total + value, self.count + 1, value
        else:
            self.nan += isnan(value)
            self.above += value == inf
            self.below += value == -inf

    def join(self, after: Bucket) -> None:
        """Takes in the bucket that follows."""
        self.end, self.low, self.high = after.end, min(self.low, after.low), max(self.high, after.high)
        self.total, self.count = self.total + after.total, self.count + after.count
        self.last = self.last if after.last is None else after.last
        self.nan, self.above, self.below = self.nan + after.nan, self.above + after.above, self.below + after.below


class Curve(Struct):
    """One series. O(1) a point.

    Attributes:
        buckets: each of `size` points (the last one of fewer).
    """

    buckets: list[Bucket] = field(default_factory=list)
    size: int = 1
    filled: int = 0

    def put(self, step: int, value: float) -> None:
        """Adds a point; the steps do not fall."""
        if not self.buckets or self.filled == self.size:
            if len(self.buckets) == MOST:
                self._halve()
            if not self.buckets or self.filled == self.size:
                self.buckets.append(Bucket(step, step))
                self.filled = 0
        self.buckets[-1].put(step, value)
        self.filled += 1

    def _halve(self) -> None:
        for at in range(0, len(self.buckets) - 1, 2):
            self.buckets[at].join(self.buckets[at + 1])
        self.buckets = self.buckets[::2]
        self.size *= 2

    def columns(self) -> Columns:
        """As the service gives a series."""
        some, odd = self.buckets, [one for one in self.buckets if one.nan or one.above or one.below]
        bad = NonFinite(
            [one.first for one in odd], [one.nan for one in odd], [one.above for one in odd], [one.below for one in odd]
        )
        steps, last = [one.first for one in some], [one.last for one in some]
        if self.size == 1:
            return Columns(1, steps, last, nonfinite=bad)
        return Columns(
            self.size,
            steps,
            last,
            [one.low if one.count else None for one in some],
            [one.high if one.count else None for one in some],
            [one.total / one.count if one.count else None for one in some],
            [one.count for one in some],
            bad,
        )
