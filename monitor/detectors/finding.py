"""What a detector says."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from monitor.wire import Evidence

Severity = Literal["info", "warning", "critical"]
__all__ = ["SEVERITIES", "Evidence", "Finding", "Severity", "fold"]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")


class Finding(Struct, frozen=True):
    """A failure that is there now.

    Attributes:
        severity: critical only with two independent signs. onset_step: when it began, as well as can be told.
        confidence: 0 … 1. summary: one sentence. evidence: what it rests on, the strongest first.
        variant: which form of the kind, "" if it has one form.
    """

    severity: Severity
    onset_step: int
    confidence: float
    summary: str
    evidence: list[Evidence]
    variant: str = ""


def fold(times: float) -> str:
    """How many times as much, as people read it: what a float can hold has up to 309 digits.

    >>> fold(1990), fold(2e27)
    ('1,990', 'over 1,000,000')
    """
    return "over 1,000,000" if times > 1e6 else f"{times:,.0f}"
