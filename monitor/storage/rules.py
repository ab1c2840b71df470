"""The alerts of a rule, and the runs that it is for."""

from __future__ import annotations

import time

from sqlalchemy import Connection, select

from monitor.settings import ServiceSettings
from monitor.storage.alerts import info_of
from monitor.storage.filters import Compiler
from monitor.storage.language import parse
from monitor.storage.tables import alerts, runs
from monitor.wire import AlertInfo


def open_alerts(connection: Connection, kind: str, run_id: str | None = None) -> list[AlertInfo]:
    """The alerts of a kind that are not resolved, of one run or of all."""
    query = select(alerts).where(alerts.c.kind == kind, alerts.c.state != "resolved")
    if run_id is not None:
        query = query.where(alerts.c.run_id == run_id)
    return [info_of(row) for row in connection.execute(query).mappings()]


def asks(connection: Connection, settings: ServiceSettings, run_id: str, query: str) -> bool:
    """Whether a query finds a run now."""
    if not query.strip():
        return True
    found = Compiler(settings, time.time()).all_of(parse(query))
    return connection.execute(select(runs.c.id).where(runs.c.id == run_id, found)).first() is not None
