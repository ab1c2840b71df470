"""A run's health: what its open alerts come to. Kept in the run's row, so that lists sort and filter by it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, exists, or_, select, update

from monitor.storage.language import HEALTH
from monitor.storage.tables import alerts, runs, series

LEVELS = {"warning": HEALTH.index("watch"), "critical": HEALTH.index("critical")}


SAMPLED = "sample/"  # what the doctor reads beside the standard signals


def judge(connection: Connection, run_id: str) -> bool:
    """Writes the gravest open failure that is no consequence of another, the earliest among equals; without any the run is
    healthy once it has a signal that the doctor knows, and unknown before. Whether there is anything to judge by."""
    query = select(alerts.c.severity, alerts.c.onset_step, alerts.c.kind, alerts.c.data)
    found = connection.execute(
        query.where(alerts.c.run_id == run_id, alerts.c.state != "resolved", alerts.c.severity.in_(LEVELS))
    )
    own = [row for row in found if not row.data.get("consequence_of")]
    worst = max(own, key=lambda row: (LEVELS[row.severity], -row.onset_step), default=None)
    if worst is None:
        known = or_(series.c.signal.is_not(None), series.c.name.startswith(SAMPLED))
        seen = bool(connection.scalar(select(exists().where(series.c.run_id == run_id, series.c.count > 0, known))))
        health = HEALTH.index("healthy" if seen else "unknown")
        values: dict[str, Any] = {"health": health, "trouble": "", "trouble_says": ""}
    else:
        seen = True
        values = {
            "health": LEVELS[worst.severity],
            "trouble": worst.kind,
            "trouble_says": worst.data.get("summary", ""),
        }
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))
    return seen
