"""How often to look, so that looking stays cheap; and how cheap it was."""

from __future__ import annotations

import math
import time

SHARE = 0.003  # of the time; a GAN has two optimizers, so 0.6 % in all
FIRST, EVERY = 1.0, 10.0  # seconds
STRIDES = (1, 2, 5, 10, 20, 50, 100, 200)


class Pace:
    """Says at which steps to read: every so many when told, else as often as costs `SHARE` of the time between steps.

    Readings fall on multiples of a round stride, so that runs can be compared step by step.
    """

    def __init__(self, every: int | None) -> None:
        self._every, self.stride = every, every or 1
        self._count, self._cost, self._more, self._interval = 0, 0.0, 0.0, 0.0
        self._read_at, self._read_count, self._readings = 0.0, 0, 0
        self._extra = 0.0

    def due(self) -> bool:
        """Counts a step; True when it is to be read. The first step always is."""
        self._count += 1
        return self._count == 1 or self._count % self.stride == 0

    @property
    def next_due(self) -> bool:
        """Whether the coming step is to be read."""
        return (self._count + 1) % self.stride == 0

    def spent(self, seconds: float) -> None:
        """A reading took so long: choose the next stride. The first one pays for torch's warm-up and tells nothing."""
        if self._every is not None:
            return
        now = time.perf_counter()
        if self._readings > 1:
            interval = (now - self._read_at) / (self._count - self._read_count)
            self._interval = interval if not self._interval else 0.8 * self._interval + 0.2 * interval
            self._cost = seconds if not self._cost else 0.8 * self._cost + 0.2 * seconds
            wanted = math.ceil((self._cost + self._more) / (SHARE * self._interval))
            self.stride = next((stride for stride in STRIDES if stride >= wanted), STRIDES[-1])
        self._read_at, self._read_count, self._readings = now, self._count, self._readings + 1

    def spent_more(self, seconds: float) -> None:
        """What a detailed reading took besides, now and then: spread over all readings so far."""
        if self._readings > 1:
            self._extra += seconds
            self._more = self._extra / self._readings


class Share:
    """What share of the wall time goes into something: the first time after a second, then every ten."""

    def __init__(self) -> None:
        self._spent, self._since, self._wait = 0.0, 0.0, FIRST

    def add(self, seconds: float) -> float | None:
        """So much was spent just now; the share since it was last told, when it is time to tell it."""
        now = time.perf_counter()
        if not self._since:
            self._since = now  # what came before is torch's warm-up
            return None
        self._spent += seconds
        if now - self._since < self._wait:
            return None
        share = self._spent / (now - self._since)
        self._spent, self._since, self._wait = 0.0, now, EVERY
        return share
