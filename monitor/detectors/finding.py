"""What a detector says."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")


class Evidence(Struct, frozen=True):
    """One thing that was seen.

    Attributes:
        signal: whose curve shows it. says: the same in words, with its numbers.
        value: what was seen. threshold: what it was held against, in the same units.
        first_step, last_step: where to look.
    """

    signal: str
    says: str
    value: float
    threshold: float
    first_step: int
    last_step: int


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
