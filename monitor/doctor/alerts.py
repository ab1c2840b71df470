"""What the doctor tells."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from monitor.detectors import Evidence, Severity
from monitor.wire import Advice


class Alert(Struct, frozen=True):
    """One failure of one run, from its beginning to its end. There is at most one open alert a kind.

    Attributes:
        kind, variant: what it is; see the detectors. severity: "info", "warning" or "critical"; it only rises while open.
        state: "open" or "resolved". onset_step: when the failure began. step: when it was first told.
        resolved_step: when it was seen to be over.
        summary: one sentence. evidence: what it rests on. advice: what to try, the cheapest first. confidence: 0 … 1.
        consequence_of: the kind of an alert that explains this one and is open, or ended lately; it is kept, but nobody need be
            told.
    """

    kind: str
    severity: Severity
    state: Literal["open", "resolved"]
    onset_step: int
    step: int
    summary: str
    evidence: list[Evidence]
    advice: list[Advice]
    confidence: float
    variant: str = ""
    resolved_step: int | None = None
    consequence_of: str = ""
