"""One signal under one rule: whether the condition holds, since when, and a running baseline. O(1) a value."""

from __future__ import annotations

from math import isfinite, isnan

from msgspec import Struct, field

from monitor.rules.rule import COMPARE, Change, Condition, NoData, NotFinite, Rule, Threshold

PARTS = 50  # a window is kept in so many parts: its mean is exact but for one part


class Part(Struct, array_like=True):
    """Some of a window's steps."""

    number: int
    count: int
    sum: float


class Track(Struct):
    """Where a signal stands.

    Attributes:
        first_step, last_step: the first and the newest value seen; older ones that come late are left out.
        since, since_time: when the condition began to hold without a break; None: it does not.
        clear, clear_time: of one that is on: when it ceased to hold. on: it held for as long as the rule asks.
        value, limit: the newest value that met the condition, and what it was held against then.
    """

    first_step: int = -1
    last_step: int = -1
    since: int | None = None
    since_time: float = 0.0
    clear: int | None = None
    clear_time: float = 0.0
    on: bool = False
    value: float = 0.0
    limit: float = 0.0
    parts: list[Part] = field(default_factory=list)

    def take(self, rule: Rule, step: int, value: float, now: float) -> None:
        """The next value."""
        self.last_step = step
        if self.first_step < 0:
            self.first_step = step
        found = self._held_against(rule.condition, step, value)
        if isinstance(rule.condition, Change) and isfinite(value):
            self._remember(step, value, rule.condition.window)
        if found is None:
            return
        met, limit = found
        if met:
            self.value, self.limit, self.clear = value, limit, None
            if self.since is None:
                self.since, self.since_time = step, now
        elif not self.on:
            self.since = None
        elif self.clear is None:
            self.clear, self.clear_time = step, now
        self.settle(rule, now)

    def settle(self, rule: Rule, now: float) -> None:
        """Turns on or off what has held, or been gone, for long enough; also as time goes by."""
        if not self.on and self.since is not None:
            self.on = _long(rule, self.last_step - self.since, now - self.since_time)
        elif self.on and self.clear is not None and _long(rule, self.last_step - self.clear, now - self.clear_time):
            self.on, self.since, self.clear = False, None, None

    def _held_against(self, condition: Condition, step: int, value: float) -> tuple[bool, float] | None:
        """Whether a value meets the condition, and its limit; None: this value says nothing of it."""
        if isinstance(condition, NotFinite):
            return not isfinite(value), 0.0
        if isnan(value) or isinstance(condition, NoData):
            return None
        if isinstance(condition, Threshold):
            limit = condition.value if not self.on or condition.clear is None else condition.clear
            return COMPARE[condition.op](value, limit), condition.value
        return self._moved(condition, step, value)

    def _moved(self, condition: Change, step: int, value: float) -> tuple[bool, float] | None:
        if step - self.first_step < condition.window or not (count := sum(part.count for part in self.parts)):
            return None
        mean = sum(part.sum for part in self.parts) / count
        room = condition.by * abs(mean)
        up = value > mean + room and condition.direction != "down"
        down = value < mean - room and condition.direction != "up"
        return up or down, mean

    def _remember(self, step: int, value: float, window: int) -> None:
        number = step // max(1, window // PARTS)
        if self.parts and self.parts[-1].number == number:
            self.parts[-1].count += 1
            self.parts[-1].sum += value
        else:
            self.parts.append(Part(number, 1, value))
        oldest = (step - window) // max(1, window // PARTS)
        while self.parts and self.parts[0].number < oldest:
            del self.parts[0]


def _long(rule: Rule, steps: int, seconds: float) -> bool:
    return steps >= rule.hold_steps and seconds >= rule.hold_seconds
