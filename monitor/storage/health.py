"""A run's health: what its open alerts come to. Kept in the run's row, so that lists sort and filter by it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case, select, update

from monitor.storage.language import HEALTH
from monitor.storage.tables import alerts, runs

LEVELS = {"warning": HEALTH.index("watch"), "critical": HEALTH.index("critical")}


def judge(connection: Connection, run_id: str) -> None:
    """Writes the gravest open failure that is no consequence of another, the earliest among equals; without any the run is
    healthy once it has points, and unknown before."""
    query = select(alerts.c.severity, alerts.c.onset_step, alerts.c.kind, alerts.c.data)
    found = connection.execute(
        query.where(alerts.c.run_id == run_id, alerts.c.state != "resolved", alerts.c.severity.in_(LEVELS))
    )
    own = [row for row in found if not row.data.get("consequence_of")]
    worst = max(own, key=lambda row: (LEVELS[row.severity], -row.onset_step), default=None)
    if worst is None:
        seen = case((runs.c.points > 0, HEALTH.index("healthy")), else_=HEALTH.index("unknown"))
        values: dict[str, Any] = {"health": seen, "trouble": "", "trouble_says": ""}
    else:
        values = {
            "health": LEVELS[worst.severity],
            "trouble": worst.kind,
            "trouble_says": worst.data.get("summary", ""),
        }
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))
