"""What a report says, however it is shown."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from monitor.doctor import Alert
from monitor.reports.words import sorted_findings, verdict
from monitor.sources import Faults
from monitor.wire import Columns


class Reading(Struct):
    """How a log was read.

    Attributes:
        kind: its format. path: where it lies. step: what the steps were taken from. rows: records that held values.
        matched: signal → the name that it has in the log. unknown: names that are no signal. second: names that would be a
        signal which another name speaks for → that signal. texts: names of what is no number. faults: what could not be read.
        notes: what else there is to know.
    """

    kind: str = ""
    path: str = ""
    step: str = ""
    rows: int = 0
    matched: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    second: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    notes: list[str] = field(default_factory=list)


class Picture(Struct):
    """A sample grid.

    Attributes:
        data: the encoded image. media_type: of it. shown: how black and white were read.
    """

    step: int
    name: str
    kind: str
    data: bytes
    media_type: str
    shown: str = ""


class Report(Struct):
    """Everything about one run.

    Attributes:
        title, subtitle: how it is called. facts: (what, value) of its head.
        alerts: all that were ever told. lacks: kinds that can't be told → the signals that would be needed; None: not known.
        first_step, last_step: -1: none. curves: name → columns. pictures: by step. left_out: what had no room.
    """

    title: str
    subtitle: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    lacks: dict[str, list[str]] | None = None
    first_step: int = -1
    last_step: int = -1
    rows: int = 0
    curves: dict[str, Columns] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)
    reading: Reading | None = None
    left_out: list[str] = field(default_factory=list)

    @property
    def findings(self) -> list[Alert]:
        """The gravest first."""
        return sorted_findings(self.alerts)

    @property
    def verdict(self) -> str:
        """In words."""
        return verdict(self.alerts, self.rows)

    @property
    def critical(self) -> bool:
        """Whether anything critical was found, also if it was over later."""
        return any(alert.severity == "critical" for alert in self.alerts)
