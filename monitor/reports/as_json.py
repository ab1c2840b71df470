"""A report for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from monitor.reports.report import Report


def as_json(report: Report) -> bytes:
    """Verdict, findings, what could not be told, and how the log was read; no curves. What is not finite becomes null."""
    parts: dict[str, Any] = {
        "title": report.title,
        "verdict": report.verdict,
        "critical": report.critical,
        "first_step": report.first_step,
        "last_step": report.last_step,
        "findings": report.findings,
        "lacks": report.lacks or {},
        "reading": report.reading,
    }
    return msgspec.json.format(msgspec.json.encode(parts))
