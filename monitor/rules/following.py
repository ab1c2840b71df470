"""A rule that follows a run: told values and the time, it opens and resolves one alert."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from math import inf, isfinite, nan

import msgspec
from msgspec import Struct, field

from monitor.doctor import Alert
from monitor.rules.rule import Change, NoData, NotFinite, Rule, Threshold
from monitor.rules.tracks import Track
from monitor.wire import Evidence

SIGNALS = 200  # of one run that a rule looks at; further ones are left out
SHOWN = 5  # signals that an alert names
WORDS = {">": "above", ">=": "at or above", "<": "below", "<=": "at or below"}


class Standing(Struct):
    """All that is known between two values; it can be kept and taken up again.

    Attributes:
        floor: values up to this step are none of its business: they were logged before the rule was made.
        open: the alert, while there is one. ended_at: when the last one was over. heard_at: when a value last came.
    """

    floor: int = -1
    tracks: dict[str, Track] = field(default_factory=dict)
    open: Alert | None = None
    ended_at: float = -inf
    heard_at: float = 0.0


class Followed:
    """One rule on one run. The same values at the same times give the same alerts.

    Args:
        rule: what is looked for. standing: what was known before. now: seconds since the epoch, when it begins.

    >>> rule = Rule("high", Threshold(">", 5), "loss/*", hold_steps=2)
    >>> one = Followed(rule, now=0)
    >>> [one.observe(step, {"loss/generator": 6.0}, step / 10) for step in (0, 1)]
    [[], []]
    >>> one.observe(2, {"loss/generator": 7.0}, 0.2)[0].summary
    'loss/generator is above 5 (7) since step 0'
    """

    def __init__(self, rule: Rule, standing: Standing | None = None, now: float = 0.0) -> None:
        self.rule = rule
        self.standing = standing or Standing(heard_at=now)

    def looks_at(self, name: str, signal: str | None = None) -> bool:
        """Whether the rule is about a series of that name, which stands for that signal."""
        return fnmatchcase(name, self.rule.signal) or (signal is not None and fnmatchcase(signal, self.rule.signal))

    def observe(self, step: int, values: Mapping[str, float], now: float) -> list[Alert]:
        """A step's values of series that it looks at; alerts that this opened or resolved."""
        standing = self.standing
        if values:
            standing.heard_at = max(standing.heard_at, now)
        for name, value in values.items():
            track = standing.tracks.get(name)
            if track is None:
                if len(standing.tracks) >= SIGNALS:
                    continue
                track = standing.tracks[name] = Track(last_step=standing.floor)
            if step > track.last_step:
                track.take(self.rule, step, value, now)
        return self._judge(step, now)

    def tick(self, step: int, now: float, alive: bool = True) -> list[Alert]:
        """Time went by; the run stands at `step`. `alive`: it has not ended."""
        if not isinstance(self.rule.condition, NoData):
            for track in self.standing.tracks.values():
                track.settle(self.rule, now)
        return self._judge(step, now, alive)

    def _judge(self, step: int, now: float, alive: bool = True) -> list[Alert]:
        standing, on = self.standing, self._on(now, alive)
        if standing.open is None:
            if not on or now - standing.ended_at < self.rule.cooldown:
                return []
            standing.open = self._alert(on, step, now)
            return [standing.open]
        if on:
            standing.open = self._alert(on, standing.open.step, now, standing.open.onset_step)
            return []
        over = msgspec.structs.replace(standing.open, state="resolved", resolved_step=max(step, standing.open.step))
        standing.open, standing.ended_at = None, now
        return [over]

    def _on(self, now: float, alive: bool) -> dict[str, Track]:
        """The signals for which the condition holds, those that it held for longest first."""
        condition, tracks = self.rule.condition, self.standing.tracks
        if isinstance(condition, NoData):
            silent = alive and now - self.standing.heard_at >= condition.minutes * 60
            last = max((track.last_step for track in tracks.values()), default=max(0, self.standing.floor))
            return {self.rule.signal: Track(last_step=last, since=last)} if silent else {}
        on = {name: track for name, track in tracks.items() if track.on}
        return dict(sorted(on.items(), key=lambda pair: (pair[1].since or 0, pair[0])))

    def _alert(self, on: dict[str, Track], step: int, now: float, onset: int | None = None) -> Alert:
        rule, first = self.rule, next(iter(on.values()))
        begun = min(track.since or 0 for track in on.values())
        evidence = [self._evidence(name, track, now) for name, track in list(on.items())[:SHOWN]]
        others = f", and {len(on) - 1} more" if len(on) > 1 else ""
        summary = evidence[0].says + others + self._when(first) + (f". {rule.note}" if rule.note else "")
        onset = begun if onset is None else min(onset, begun)
        step = max(step, onset)
        return Alert(rule.kind, rule.severity, "open", onset, step, summary, evidence, [], 1.0)

    def _when(self, track: Track) -> str:
        if isinstance(self.rule.condition, NoData):
            return f"; the last came at step {track.last_step:,}" if track.last_step >= 0 else ""
        return f" since step {track.since:,}"

    def _evidence(self, name: str, track: Track, now: float) -> Evidence:
        condition, value, limit = self.rule.condition, track.value, track.limit
        if isinstance(condition, Threshold):
            says = f"{name} is {WORDS[condition.op]} {limit:.4g} ({value:.4g})"
        elif isinstance(condition, NotFinite):
            says, value = f"{name} is not a number", 1.0
        elif isinstance(condition, Change):
            says, limit = _moved(name, condition, value, limit)
        else:
            value, limit = (now - self.standing.heard_at) / 60, condition.minutes
            what = "any signal" if name == "*" else name
            says = f"No value of {what} for {limit:g} min"
        value = value if isfinite(value) else 1e308 if value > 0 else -1e308  # JSON has no infinity
        return Evidence(name, says, value, limit, max(0, track.since or 0), max(0, track.last_step))


def _moved(name: str, condition: Change, value: float, mean: float) -> tuple[str, float]:
    """What a change is said to be, and the value that was the limit."""
    up = value > mean
    share = (value - mean) / abs(mean) if mean else nan
    much = f"{abs(share):.0%}" if isfinite(share) else "any amount"
    way = "above" if up else "below"
    says = f"{name} is {much} {way} its mean over the {condition.window:,} steps before ({value:.4g}, mean {mean:.4g})"
    return says, mean + condition.by * abs(mean) * (1 if up else -1)
