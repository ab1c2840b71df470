"""Reading runs. Lists use the summaries alone; the points table is never touched."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from monitor.errors import NotFound
from monitor.settings import ServiceSettings
from monitor.storage.facts import LOSS
from monitor.storage.language import HEALTH
from monitor.storage.tables import events, run_facts, runs, senders, series
from monitor.wire import RunDetail, RunSummary, SeriesSummary

LISTED = ("loss/generator", "loss/discriminator")  # the signals whose last value lists show
HEAVY = ("config", "signals", "environment", "reason", "extractor", "thinned")
MANY = 500  # ids in one question


def state_of(row: RowMapping, settings: ServiceSettings, now: float) -> str:
    """What is true of a run now: as told when it ended, else by the age of its last sign of life."""
    if row["state"] != "running":
        return str(row["state"])
    age = now - row["heartbeat_at"]
    if age > settings.crashed_after:
        return "crashed"
    return "stale" if age > settings.stale_after else "running"


def open_states(connection: Connection, settings: ServiceSettings) -> dict[str, str]:
    """The states of all runs that have not ended by their own word and were heard of within the last day."""
    now = time.time()
    query = select(runs.c.id, runs.c.state, runs.c.heartbeat_at).where(
        runs.c.state == "running", runs.c.heartbeat_at > now - settings.crashed_after - 86_400
    )
    return {row["id"]: state_of(row, settings, now) for row in connection.execute(query).mappings()}


def summaries(connection: Connection, settings: ServiceSettings, wanted: Sequence[str]) -> list[RunSummary]:
    """Summaries of the named runs, in no special order; unknown ones are left out."""
    columns = [column for column in runs.c if column.name not in HEAVY]
    rows: list[RowMapping] = []
    for start in range(0, len(wanted), MANY):
        query = select(*columns).where(runs.c.id.in_(wanted[start : start + MANY]))
        rows += connection.execute(query).mappings().all()
    return _summaries(connection, settings, rows)


def _summaries(connection: Connection, settings: ServiceSettings, rows: Sequence[RowMapping]) -> list[RunSummary]:
    ids = [row["id"] for row in rows]
    last: dict[str, dict[str, float | None]] = {}
    refused: dict[str, int] = {}
    losses: dict[str, str] = {}
    for start in range(0, len(ids), MANY):
        some = ids[start : start + MANY]
        query = select(series.c.run_id, series.c.signal, series.c.last)
        of_losses = query.where(series.c.run_id.in_(some), series.c.signal.in_(LISTED))
        for run_id, signal, value in connection.execute(of_losses).all():
            last.setdefault(run_id, {})[signal] = value
        sums = select(senders.c.run_id, func.sum(senders.c.refused)).where(senders.c.run_id.in_(some))
        refused |= {run_id: int(count) for run_id, count in connection.execute(sums.group_by(senders.c.run_id)).all()}
        told = select(run_facts.c.run_id, run_facts.c.text).where(
            run_facts.c.key.in_(LOSS), run_facts.c.run_id.in_(some)
        )
        losses |= {row.run_id: row.text for row in connection.execute(told).all()}
    now = time.time()
    return [RunSummary(**_fields(row, settings, now, last, refused), loss=losses.get(row["id"], "")) for row in rows]


def _fields(
    row: RowMapping,
    settings: ServiceSettings,
    now: float,
    last: Mapping[str, dict[str, float | None]],
    refused: Mapping[str, int],
) -> dict[str, Any]:
    state = state_of(row, settings, now)
    told = row["told_duration"]
    end = row["finished_at"] or (now if state == "running" else row["heartbeat_at"])
    copied = (
        "id", "project", "name", "group", "tags", "created_at", "started_at", "finished_at", "heartbeat_at", "last_step",
        "total_steps", "points", "samples", "notes", "trouble",
    )  # fmt: skip
    return {name: row[name] for name in copied} | {
        "state": state,
        "duration": max(0.0, end - row["created_at"]) if told is None or row["finished_at"] is None else told,
        "last": last.get(row["id"], {}),
        "refused": refused.get(row["id"], 0),
        "health": HEALTH[row["health"]],
        "says": row["trouble_says"],
        "archived": row["archived_at"] is not None,
        "trashed": row["trashed_at"] is not None,
    }


def run_detail(connection: Connection, settings: ServiceSettings, run_id: str) -> RunDetail:
    """Everything about a run but its points.

    Raises:
        NotFound: no such run.
    """
    found = run_details(connection, settings, [run_id])
    if not found:
        raise NotFound(f"no run {run_id!r}", run=run_id)
    return found[0]


def run_details(connection: Connection, settings: ServiceSettings, ids: Sequence[str]) -> list[RunDetail]:
    """Everything about some runs but their points, in the order of `ids`; unknown ones are left out."""
    rows = connection.execute(select(runs).where(runs.c.id.in_(ids))).mappings().all()
    columns = [series.c[name] for name in SeriesSummary.__struct_fields__]
    query = select(series.c.run_id, *columns).where(series.c.run_id.in_(ids), series.c.count > 0)
    held: dict[str, list[SeriesSummary]] = {}
    for run_id, *values in connection.execute(query.order_by(series.c.name)):
        held.setdefault(run_id, []).append(SeriesSummary(*values))
    found = {
        row["id"]: RunDetail(
            **{name: getattr(summary, name) for name in RunSummary.__struct_fields__},
            **{name: row[name] for name in HEAVY},
            series=held.get(row["id"], []),
        )
        for row, summary in zip(rows, _summaries(connection, settings, rows), strict=True)
    }
    return [found[run_id] for run_id in ids if run_id in found]


def require(connection: Connection, ids: Iterable[str]) -> None:
    """Raises NotFound when one of the runs does not exist."""
    wanted = list(dict.fromkeys(ids))
    known = {row[0] for row in connection.execute(select(runs.c.id).where(runs.c.id.in_(wanted)))}
    for run_id in wanted:
        if run_id not in known:
            raise NotFound(f"no run {run_id!r}", run=run_id)


def list_events(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    """A run's events in the order in which they were stored."""
    query = select(events.c.step, events.c.time, events.c.kind, events.c.data)
    found = connection.execute(query.where(events.c.run_id == run_id).order_by(events.c.id))
    return [dict(row) for row in found.mappings()]
