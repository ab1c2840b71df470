"""What a finding rests on, and which curve shows it best."""

from __future__ import annotations

from monitor.doctor import Alert
from monitor.reports.language import t
from monitor.reports.report import Report
from monitor.wire import Columns, Evidence


def shown(report: Report, alert: Alert) -> tuple[Evidence, Columns] | None:
    """The first of a finding's evidence whose curve is there."""
    for one in alert.evidence:
        curve = report.curves.get(one.signal)
        if curve is not None and curve.step:
            return one, curve
    return None


def measured(one: Evidence) -> str:
    """Which signal was read, its value, and the limit."""
    return f"{one.signal} {value(one.value)}, {t('limit')} {value(one.threshold)}"


def value(number: float) -> str:
    """A number in four digits."""
    return f"{number:.4g}"
