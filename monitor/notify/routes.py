"""Who hears of what, and when not."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from monitor.errors import InvalidValue

Event = Literal["opened", "escalated", "resolved", "reminded"]
EVENTS: tuple[Event, ...] = ("opened", "escalated", "resolved", "reminded")
Severity = Literal["info", "warning", "critical"]
RANKS: dict[str, int] = {"info": 0, "warning": 1, "critical": 2}
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Glob = Annotated[str, Meta(min_length=1, max_length=200)]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Quiet(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours in which nothing is sent.

    Attributes:
        start, end: "22:00" to "07:00", by the clocks of `zone` (an IANA name). days: those on which they begin; none: every day.
        then: "digest": one message at their end; "delay": each at their end, if it still matters; "drop": never.
        critical: whether critical alerts come through.
    """

    start: Clock
    end: Clock
    zone: Annotated[str, Meta(max_length=60)] = "UTC"
    days: list[Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]] = []
    then: Literal["digest", "delay", "drop"] = "digest"
    critical: bool = True

    def until(self, now: float) -> float | None:
        """When the quiet hours that `now` (seconds since the epoch) lies in are over; None: it lies in none.

        >>> at_two = datetime(2026, 1, 2, 1, tzinfo=UTC).timestamp()  # 2:00 in Berlin
        >>> end = Quiet("22:00", "07:00", "Europe/Berlin").until(at_two)
        >>> datetime.fromtimestamp(end, UTC).hour
        6
        """
        zone = ZoneInfo(self.zone)
        today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            if self.days and DAYS[day.weekday()] not in self.days:
                continue
            begin = datetime.combine(day, _clock(self.start), zone)
            last = day if self.end > self.start else day + timedelta(days=1)
            end = datetime.combine(last, _clock(self.end), zone)
            if begin.timestamp() <= now < end.timestamp():
                return end.timestamp()
        return None


def _clock(text: str) -> time:
    return time(int(text[:2]), int(text[3:]))


class Route(Struct, frozen=True, forbid_unknown_fields=True):
    """Which alerts go to which channels.

    Attributes:
        channels: their ids. projects, kinds: globs, one of which has to fit; none: all. severity: the least.
        events: what is told: that an alert opened, got worse, was resolved, and is open again after a snooze.
        cooldown: seconds in which a channel hears of a kind of failure of one run only once.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    channels: Annotated[list[int], Meta(min_length=1, max_length=50)]
    projects: Annotated[list[Glob], Meta(max_length=50)] = []
    kinds: Annotated[list[Glob], Meta(max_length=50)] = []
    severity: Severity = "warning"
    events: Annotated[list[Event], Meta(min_length=1, max_length=4)] = field(default_factory=lambda: list(EVENTS))
    quiet: Quiet | None = None
    cooldown: Annotated[float, Meta(ge=0, le=86_400)] = 600.0
    enabled: bool = True

    def check(self) -> None:
        """What one field alone can't tell.

        Raises:
            InvalidValue: quiet hours of a zone that nobody knows, or that never end.
        """
        if self.quiet is None:
            return
        try:
            ZoneInfo(self.quiet.zone)
        except (OSError, ValueError, KeyError):
            raise InvalidValue(_no_zone(self.quiet.zone)) from None
        if self.quiet.start == self.quiet.end:
            raise InvalidValue(
                f"quiet hours from {self.quiet.start} to {self.quiet.end} never end: start and end have to differ"
            )

    def takes(self, project: str, kind: str, severity: str) -> bool:
        """Whether an alert goes this way."""
        return (
            self.enabled
            and RANKS[severity] >= RANKS[self.severity]
            and (not self.projects or any(fnmatchcase(project, glob) for glob in self.projects))
            and (not self.kinds or any(fnmatchcase(kind, glob) for glob in self.kinds))
        )


def _no_zone(zone: str) -> str:
    return f"zone={zone!r} is not allowed: a name of the IANA time zone database, as Europe/Berlin or UTC"
