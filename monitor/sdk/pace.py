"""How often to look, so that looking stays cheap."""

from __future__ import annotations

import math
import time

SHARE = 0.003  # of the time; a GAN has two optimizers, so 0.6 % in all
STRIDES = (1, 2, 5, 10, 20, 50, 100, 200)


class Pace:
    """Says at which steps to read: every so many when told, else as often as costs `SHARE` of the time between steps.

    Readings fall on multiples of a round stride, so that runs can be compared step by step.
    """

    def __init__(self, every: int | None) -> None:
        self._every, self.stride = every, every or 1
        self._count, self._cost, self._more, self._interval = 0, 0.0, 0.0, 0.0
        self._read_at, self._read_count, self._readings = 0.0, 0, 0

    def due(self) -> bool:
        """Counts a step; True when it is to be read. The first step always is."""
        self._count += 1
        return self._count == 1 or self._count % self.stride == 0

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
        """What a detailed reading took besides; it counts by its share of all readings (one in ten)."""
        if self._readings > 1:
            self._more = 0.1 * seconds
