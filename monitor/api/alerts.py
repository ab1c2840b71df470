"""Alerts: lists, and what users do with them."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from msgspec import Meta, Struct
from sqlalchemy import Connection

from monitor.api.answers import json
from monitor.api.bodies import decode
from monitor.api.house import house
from monitor.doctor import Doctor
from monitor.storage.alerts import list_alerts
from monitor.storage.retelling import names_of
from monitor.storage.runs import require
from monitor.storage.tables import runs
from monitor.wire import AlertInfo

router = APIRouter(tags=["alerts"])

State = Literal["open", "acknowledged", "snoozed", "resolved"]
Severity = Literal["info", "warning", "critical"]
Limit = Annotated[int, Query(ge=1, le=10_000)]
ACTIONS = {"ack": "acknowledged", "snooze": "snoozed", "resolve": "resolved"}


class Snooze(Struct, frozen=True, forbid_unknown_fields=True):
    """For how long nothing is to be heard of an alert."""

    seconds: Annotated[float, Meta(gt=0, le=366 * 86_400)]


class RunName(Struct, frozen=True):
    """What a list of alerts says of a run."""

    name: str
    project: str


class AllAlerts(Struct):
    """Alerts, those changed last first, and the runs that they are of, by id."""

    cursor: str
    alerts: list[AlertInfo]
    runs: dict[str, RunName]


@router.get("/alerts")
async def all_alerts(
    request: Request,
    state: Annotated[list[State] | None, Query()] = None,
    severity: Annotated[list[Severity] | None, Query()] = None,
    kind: Annotated[str | None, Query(max_length=64)] = None,
    run: Annotated[str | None, Query(max_length=64)] = None,
    project: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 1000,
) -> Response:
    """Alerts of all runs, those changed last first, and where the live cursor stood before they were read."""
    home = house(request)
    cursor = home.live.cursor

    def query(connection: Connection) -> AllAlerts:
        found = list_alerts(connection, run, state or (), kind, severity or (), limit, project)
        return AllAlerts(cursor, found, _named(connection, {alert.run for alert in found}))

    return json(await home.read(query))


def _named(connection: Connection, ids: Collection[str]) -> dict[str, RunName]:
    columns = (runs.c.id, runs.c.name, runs.c.project)
    rows = connection.execute(runs.select().with_only_columns(*columns).where(runs.c.id.in_(ids)))
    return {row.id: RunName(row.name, row.project) for row in rows}


@router.get("/runs/{run_id}/alerts")
async def of_run(run_id: str, request: Request, limit: Limit = 1000) -> Response:
    """A run's alerts, and what the doctor could not see of it: kind → signals that would be needed."""

    def query(connection: Connection) -> dict[str, object]:
        require(connection, [run_id])
        signals = connection.execute(
            runs.select().with_only_columns(runs.c.signals).where(runs.c.id == run_id)
        ).scalar_one()
        doctor = Doctor(signals=signals)
        for name in names_of(connection, run_id).values():
            doctor.looks_at(name)
        return {"alerts": list_alerts(connection, run_id, limit=limit), "lacks": doctor.lacks}

    return json(await house(request).read(query))


@router.post("/alerts/{alert_id}/{action}")
async def act(alert_id: int, action: Literal["ack", "snooze", "resolve"], request: Request) -> Response:
    """Acknowledges an alert, snoozes it for the seconds in the body, or resolves it by hand; the alert as it is then."""
    home = house(request)
    until = None
    if action == "snooze":
        until = time.time() + (await decode(request, Snooze, home.settings.max_body_bytes)).seconds
    to = ACTIONS[action]
    return json(await home.write(lambda connection, applier: applier.alert_changed(connection, alert_id, to, until)))
