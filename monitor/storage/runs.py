"""Reading runs. Lists use the summaries alone; the points table is never touched."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, or_, select

from monitor.errors import NotFound
from monitor.settings import ServiceSettings
from monitor.storage.tables import events, runs, senders, series
from monitor.wire import RunDetail, RunSummary, SeriesSummary

LISTED = ("loss/generator", "loss/discriminator")  # the signals whose last value lists show
HEAVY = ("config", "signals", "environment", "reason")


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
    rows = list(connection.execute(select(*columns).where(runs.c.id.in_(wanted))).mappings())
    return _summaries(connection, settings, rows)


def list_runs(
    connection: Connection,
    settings: ServiceSettings,
    *,
    project: str | None = None,
    text: str | None = None,
    state: str | None = None,
    limit: int = 1000,
    offset: int = 0,
) -> tuple[list[RunSummary], int]:
    """Runs, newest first, and how many there are in all."""
    columns = [column for column in runs.c if column.name not in HEAVY]
    query = select(*columns)
    if project is not None:
        query = query.where(runs.c.project == project)
    if text:
        searched = (runs.c.name, runs.c.id, runs.c.group)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in searched)))
    if state is not None:
        query = _in_state(query, state, settings)
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    page = query.order_by(runs.c.created_at.desc(), runs.c.id).limit(limit).offset(offset)
    return _summaries(connection, settings, list(connection.execute(page).mappings())), total


def _in_state(query: Select[Any], state: str, settings: ServiceSettings) -> Select[Any]:
    now = time.time()
    stale, crashed = now - settings.stale_after, now - settings.crashed_after
    running, beat = runs.c.state == "running", runs.c.heartbeat_at
    return query.where(
        {
            "running": running & (beat >= stale),
            "stale": running & (beat < stale) & (beat >= crashed),
            "crashed": (runs.c.state == "crashed") | (running & (beat < crashed)),
            "finished": runs.c.state == "finished",
        }[state]
    )


def _summaries(connection: Connection, settings: ServiceSettings, rows: Sequence[RowMapping]) -> list[RunSummary]:
    ids = [row["id"] for row in rows]
    last: dict[str, dict[str, float | None]] = {}
    refused: dict[str, int] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        query = select(series.c.run_id, series.c.signal, series.c.last)
        for run_id, signal, value in connection.execute(
            query.where(series.c.run_id.in_(some), series.c.signal.in_(LISTED))
        ):
            last.setdefault(run_id, {})[signal] = value
        sums = select(senders.c.run_id, func.sum(senders.c.refused)).where(senders.c.run_id.in_(some))
        refused |= {run_id: int(count) for run_id, count in connection.execute(sums.group_by(senders.c.run_id))}
    now = time.time()
    return [RunSummary(**_fields(row, settings, now, last, refused)) for row in rows]


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
        "total_steps", "points", "samples", "notes",
    )  # fmt: skip
    return {name: row[name] for name in copied} | {
        "state": state,
        "duration": max(0.0, end - row["created_at"]) if told is None or row["finished_at"] is None else told,
        "last": last.get(row["id"], {}),
        "refused": refused.get(row["id"], 0),
    }


def run_detail(connection: Connection, settings: ServiceSettings, run_id: str) -> RunDetail:
    """Everything about a run but its points.

    Raises:
        NotFound: no such run.
    """
    row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().first()
    if row is None:
        raise NotFound(f"no run {run_id!r}", run=run_id)
    summary = _summaries(connection, settings, [row])[0]
    columns = [series.c[name] for name in SeriesSummary.__struct_fields__]
    found = connection.execute(
        select(*columns).where(series.c.run_id == run_id, series.c.count > 0).order_by(series.c.name)
    )
    return RunDetail(
        **{name: getattr(summary, name) for name in RunSummary.__struct_fields__},
        **{name: row[name] for name in HEAVY},
        series=[SeriesSummary(*values) for values in found],
    )


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
