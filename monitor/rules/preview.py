"""What a rule would have told of a run's past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.doctor import Alert
from monitor.rules.following import Followed
from monitor.rules.rule import Rule


def replay(rule: Rule, rows: Iterable[tuple[int, Mapping[str, float]]], pace: float) -> list[Alert]:
    """Alerts in the order in which they would have been told, each as it ended or, at last, stands.

    Args:
        rows: (step, values) ascending. pace: mean seconds a step, which stand for the times at which values came.
    """
    one, told, step = Followed(rule), dict[int, Alert](), 0
    for step, values in rows:
        for alert in [*one.tick(step, step * pace), *one.observe(step, values, step * pace)]:
            told[alert.step] = alert
    if one.standing.open is not None:
        told[one.standing.open.step] = one.standing.open
    return list(told.values())
