"""Alerts of runs. All but reading is the writer's."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, case, delete, insert, select, update

from monitor.errors import InvalidValue, NotFound
from monitor.storage import memory
from monitor.storage.tables import alerts, doctors, rule_memory, runs
from monitor.wire import AlertInfo

STATES = ("open", "acknowledged", "snoozed", "resolved")
IN_DATA = ("summary", "evidence", "advice", "confidence", "variant", "consequence_of")


def info_of(row: RowMapping) -> AlertInfo:
    """A row as it travels; one whose snooze is over is open again."""
    values = {str(key): row[key] for key in row if key not in ("run_id", "data")}
    if row["state"] == "snoozed" and row["snoozed_until"] <= time.time():
        values["state"] = "open"
    return msgspec.convert(values | row["data"] | {"run": row["run_id"]}, AlertInfo)


def list_alerts(
    connection: Connection,
    run_id: str | None = None,
    states: Collection[str] = (),
    kind: str | None = None,
    severities: Collection[str] = (),
    limit: int = 1000,
    project: str | None = None,
) -> list[AlertInfo]:
    """Alerts, those changed last first; of one run or project, of some states, kinds or severities when given."""
    query = select(alerts).order_by(alerts.c.updated_at.desc(), alerts.c.id.desc()).limit(limit)
    if run_id is not None:
        query = query.where(alerts.c.run_id == run_id)
    if project is not None:
        query = query.where(alerts.c.run_id.in_(select(runs.c.id).where(runs.c.project == project)))
    if states:
        over = (alerts.c.state == "snoozed") & (alerts.c.snoozed_until <= time.time())
        query = query.where(case((over, "open"), else_=alerts.c.state).in_(states))
    if severities:
        query = query.where(alerts.c.severity.in_(severities))
    if kind is not None:
        query = query.where(alerts.c.kind == kind)
    return [info_of(row) for row in connection.execute(query).mappings()]


def put(connection: Connection, run_id: str, told: dict[str, Any]) -> AlertInfo | None:
    """Writes what the doctor says of an alert, known by run, kind and the step at which it was first told.

    Told again it changes nothing (then None is returned): a doctor may go through a stretch twice, and may then tell a step
    earlier or later: while one of the kind is open, that one is meant. What somebody resolved by hand stays resolved, and what
    somebody acknowledged or snoozed stays so while it is open.
    """
    of_kind = (alerts.c.run_id == run_id) & (alerts.c.kind == told["kind"])
    row = connection.execute(select(alerts).where(of_kind, alerts.c.step == told["step"])).mappings().first()
    if row is None:
        row = connection.execute(select(alerts).where(of_kind, alerts.c.state != "resolved")).mappings().first()
    where = of_kind & (alerts.c.step == (told["step"] if row is None else row["step"]))
    now, data = time.time(), {key: told[key] for key in IN_DATA}
    values = {key: told[key] for key in ("severity", "onset_step", "resolved_step")} | {"data": data}
    if row is None:
        resolved_at = now if told["state"] == "resolved" else None
        new = {key: told[key] for key in ("kind", "state", "step")} | {"run_id": run_id, "snoozed_until": None}
        connection.execute(
            insert(alerts).values(values | new | {"created_at": now, "updated_at": now, "resolved_at": resolved_at})
        )
    elif row["state"] == "resolved":
        return None
    elif told["state"] == "resolved":
        connection.execute(
            update(alerts).where(where).values(values | {"state": "resolved", "updated_at": now, "resolved_at": now})
        )
    elif {key: row[key] for key in values} == values:
        return None
    else:
        connection.execute(update(alerts).where(where).values(values | {"updated_at": now}))
    return info_of(connection.execute(select(alerts).where(where)).mappings().one())


def change(connection: Connection, alert_id: int, state: str, snoozed_until: float | None = None) -> AlertInfo:
    """What a user does with an alert.

    Raises:
        NotFound: there is none. InvalidValue: it is resolved already.
    """
    row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).mappings().first()
    if row is None:
        raise NotFound(f"no alert {alert_id}", alert=alert_id)
    if row["state"] == "resolved":
        raise InvalidValue(f"alert {alert_id} is resolved: it can't be {state} any more")
    now = time.time()
    values = {"state": state, "updated_at": now, "snoozed_until": snoozed_until}
    if state == "resolved":
        values["resolved_at"] = now
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(values))
    return info_of(connection.execute(select(alerts).where(alerts.c.id == alert_id)).mappings().one())


def wake_snoozed(connection: Connection) -> list[AlertInfo]:
    """Opens the alerts whose snooze is over; these."""
    now = time.time()
    over = (alerts.c.state == "snoozed") & (alerts.c.snoozed_until <= now)
    ids = list(connection.execute(select(alerts.c.id).where(over)).scalars())
    mine = alerts.c.id.in_(ids)
    connection.execute(update(alerts).where(mine).values(state="open", updated_at=now))
    return [info_of(row) for row in connection.execute(select(alerts).where(mine)).mappings()]


def any_snooze_over(connection: Connection) -> bool:
    """Whether `wake_snoozed` has something to do."""
    over = (alerts.c.state == "snoozed") & (alerts.c.snoozed_until <= time.time())
    return connection.execute(select(alerts.c.id).where(over).limit(1)).first() is not None


def rewind(connection: Connection, run_id: str, step: int) -> None:
    """Drops alerts that were told after `step`, and what the doctor and the rules knew: they go on from there."""
    connection.execute(delete(alerts).where(alerts.c.run_id == run_id, alerts.c.step > step))
    for table in (doctors, rule_memory):
        memory.forget(connection, table, run_id)
