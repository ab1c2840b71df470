"""Alerts as they travel: to a training with each acknowledgement, to the dashboard with what they rest on."""

from __future__ import annotations

from msgspec import Struct


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


class Advice(Struct, frozen=True):
    """One thing to try.

    Attributes:
        name: the remedy. why: what it does about this failure. paper: where it comes from.
        flag: of `nashboard train`. code: two or three lines of PyTorch.
    """

    name: str
    why: str
    paper: str
    flag: str
    code: str


class Alert(Struct, frozen=True):
    """What a training is told of an alert of its own.

    `id` and `updated_at` tell what was told before; the rest is as in `AlertInfo`.
    """

    id: int
    updated_at: float
    kind: str
    severity: str
    state: str
    onset_step: int
    step: int
    summary: str
    consequence_of: str = ""


class AlertInfo(Alert, frozen=True):
    """A failure of a run, from its beginning to its end; at most one of a kind is open.

    Attributes:
        kind, variant: what it is; see docs/detection.md. severity: "info", "warning" or "critical".
        state: "open", "acknowledged" (somebody has seen it), "snoozed" (until `snoozed_until`) or "resolved".
        onset_step: when the failure began. step: when it was told. resolved_step: when it was over; None: by hand, or not yet.
        summary: one sentence. evidence: what it rests on, the strongest first. advice: what to try, the cheapest first.
        consequence_of: the kind of an alert, open or ended lately, that explains this one, or "".
        confidence: 0 … 1. created_at, updated_at, resolved_at, snoozed_until: seconds since the epoch.
    """

    run: str = ""
    variant: str = ""
    confidence: float = 0.0
    evidence: list[Evidence] = []
    advice: list[Advice] = []
    created_at: float = 0.0
    resolved_step: int | None = None
    resolved_at: float | None = None
    snoozed_until: float | None = None
