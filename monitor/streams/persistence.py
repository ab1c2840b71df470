"""Holds a judgement back until it has lasted, and keeps it until it is over."""

from __future__ import annotations

from msgspec import Struct


class Persistence(Struct):
    """Becomes true when at least `enter` of the last `of` looks were bad; false again when at most `leave` are.

    The gap between the two is the hysteresis: a condition on the edge does not flicker.

    Attributes:
        holding: the judgement. onset: step of the oldest bad look of those that made it true.

    >>> lasting = Persistence(of=4, enter=3, leave=1)
    >>> [lasting.update(step, bad) for step, bad in enumerate([True, False, True, True, True, False, False, False])]
    [False, False, False, True, True, True, True, False]
    >>> lasting.onset
    0
    """

    of: int
    enter: int
    leave: int
    looks: int = 0  # the last `of` looks, one bit each, the newest lowest
    count: int = 0
    since: int = -1  # step of the first bad look of the present stretch
    holding: bool = False
    onset: int = -1

    def update(self, step: int, bad: bool) -> bool:
        """One look at `step`; whether the judgement holds now."""
        self.looks = ((self.looks << 1) | bad) & ((1 << self.of) - 1)
        self.count = self.looks.bit_count()
        if not self.count:
            self.since = -1
        elif self.since < 0:
            self.since = step
        if not self.holding and self.count >= self.enter:
            self.holding, self.onset = True, self.since
        elif self.holding and self.count <= self.leave:
            self.holding, self.since = False, -1
        return self.holding

    def reset(self) -> None:
        """Forgets all looks."""
        self.looks = self.count = 0
        self.since = self.onset = -1
        self.holding = False
