"""Lists of runs: which, in what order, and how many; projects and groups with their counts. Points are never touched."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Select, case, func, select, true

from monitor.errors import InvalidValue
from monitor.settings import ServiceSettings
from monitor.storage.facts import LOSS
from monitor.storage.filters import Compiler, Condition
from monitor.storage.language import HEALTH, parse
from monitor.storage.runs import summaries
from monitor.storage.tables import run_facts, runs, series
from monitor.wire import RunSummary

View = Literal["active", "archived", "trash", "all"]
LOSSES = {"generator": "loss/generator", "discriminator": "loss/discriminator"}
SORTS = (
    "created", "started", "name", "project", "group", "state", "health", "step", "progress", "points", "samples", "duration",
    *LOSSES,
)  # fmt: skip
OFFERED = 200  # values of a kind that the search offers


@dataclass(frozen=True)
class Wanted:
    """Which runs: what they are asked for in words and by filters, and in what order.

    `sort` is one of `SORTS`, with "-" in front from the largest down.
    """

    q: str = ""
    view: View = "active"
    project: str | None = None
    group: str | None = None
    state: str | None = None
    sort: str = "-created"


def in_view(view: View) -> Condition:
    """The runs of a view: those at work, put aside, thrown away, or all."""
    kept = runs.c.trashed_at.is_(None)
    return {
        "active": kept & runs.c.archived_at.is_(None),
        "archived": kept & runs.c.archived_at.is_not(None),
        "trash": runs.c.trashed_at.is_not(None),
        "all": true(),
    }[view]


def matching(wanted: Wanted, settings: ServiceSettings) -> Select[Any]:
    """The ids of the runs that are wanted, in no order.

    Raises:
        InvalidValue: a term of the query is wrong.
    """
    compiler = Compiler(settings, time.time())
    query = select(runs.c.id).where(in_view(wanted.view), compiler.all_of(parse(wanted.q)))
    for column, value in ((runs.c.project, wanted.project), (runs.c.group, wanted.group)):
        if value is not None:
            query = query.where(column == value)
    return query if wanted.state is None else query.where(compiler.in_state(wanted.state))


def list_runs(
    connection: Connection, settings: ServiceSettings, wanted: Wanted, limit: int = 1000, offset: int = 0
) -> tuple[list[RunSummary], int]:
    """A page of runs, and how many there are in all.

    Raises:
        InvalidValue: a term of the query or the order is wrong.
    """
    some = matching(wanted, settings)
    query, key = _keyed(some, wanted.sort, settings)
    total = None
    if wanted.q:  # searching costs more than all else: it is done once, and its matches are counted and ordered
        matches = query.add_columns(key.label("key"), runs.c.created_at).cte("matches")
        counted = select(func.count()).select_from(matches).scalar_subquery()
        order = _order(wanted.sort, matches.c.key, matches.c.created_at, matches.c.id)
        rows = connection.execute(select(matches.c.id, counted).order_by(*order).limit(limit).offset(offset)).all()
        ids, total = [row[0] for row in rows], rows[0][1] if rows else None
    else:
        order = _order(wanted.sort, key, runs.c.created_at, runs.c.id)
        ids = list(connection.execute(query.order_by(*order).limit(limit).offset(offset)).scalars().all())
    if total is None:
        total = connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    found = {run.id: run for run in summaries(connection, settings, ids)}
    return [found[run_id] for run_id in ids], total


def _keyed(query: Select[Any], sort: str, settings: ServiceSettings) -> tuple[Select[Any], ColumnElement[Any]]:
    """The query with what it takes to order it, and what it is ordered by."""
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise InvalidValue(
            f"sort={sort!r} is not allowed; there are {', '.join(SORTS)}, with - in front from the largest down"
        )
    if name in LOSSES:
        of_signal = (series.c.run_id == runs.c.id) & (series.c.signal == LOSSES[name])
        query = query.outerjoin(series, of_signal).group_by(runs.c.id, runs.c.created_at)
    return query, _sorted_by(name, Compiler(settings, time.time()))


def _order(
    sort: str, key: ColumnElement[Any], created: ColumnElement[float], run: ColumnElement[str]
) -> list[ColumnElement[Any]]:
    """By the key, runs without one last, the newest of equal ones first."""
    newest = created.desc()
    if sort.removeprefix("-") == "created":
        return [newest if sort.startswith("-") else created, run]
    return [key.is_(None), key.desc() if sort.startswith("-") else key.asc(), newest, run]


def _sorted_by(name: str, compiler: Compiler) -> ColumnElement[Any]:
    columns: dict[str, ColumnElement[Any]] = {
        "created": runs.c.created_at,
        "started": runs.c.started_at,
        "step": runs.c.last_step,
        "progress": compiler.progress(),
        "duration": compiler.duration(),
        "state": compiler.state(),
    }
    if name in LOSSES:
        return func.max(series.c.last)
    if name in ("name", "project", "group"):
        return func.lower(runs.c[name])
    return columns[name] if name in columns else runs.c[name]


def projects(connection: Connection, settings: ServiceSettings, view: View) -> list[dict[str, Any]]:
    """Projects by name, each with its groups: how many runs, how many run now, how many are critical, and the newest's time."""
    running = Compiler(settings, time.time()).in_state("running")
    columns = (
        func.count().label("runs"),
        func.sum(case((running, 1), else_=0)).label("running"),
        func.sum(case((runs.c.health == HEALTH.index("critical"), 1), else_=0)).label("critical"),
        func.max(runs.c.created_at).label("newest"),
    )
    query = select(runs.c.project, runs.c.group, *columns).where(in_view(view)).group_by(runs.c.project, runs.c.group)
    found: dict[str, dict[str, Any]] = {}
    rows = connection.execute(query.order_by(runs.c.project, runs.c.group)).all()
    for project, group, count, live, critical, newest in rows:
        counts = {"runs": count, "running": int(live), "critical": int(critical), "newest": newest}
        one = found.get(project)
        if one is None:
            one = found[project] = {"project": project, **counts, "groups": []}
        else:
            for key in ("runs", "running", "critical"):
                one[key] += counts[key]
            one["newest"] = max(one["newest"], newest)
        if group:
            one["groups"].append({"group": group, **counts})
    return list(found.values())


def views(connection: Connection) -> dict[str, int]:
    """How many runs each view holds."""
    names = [name for name in get_args(View) if name != "all"]
    counted = (func.coalesce(func.sum(case((in_view(name), 1), else_=0)), 0) for name in names)
    return dict(zip(names, map(int, connection.execute(select(*counted)).one()), strict=True))


def offers(connection: Connection) -> dict[str, list[str]]:
    """What is there to search for: tags, loss families, kinds of trouble, keys of configs, the commonest first."""

    def counted(column: ColumnElement[str], condition: Condition) -> list[str]:
        query = select(column).where(condition).group_by(column).order_by(func.count().desc(), column).limit(OFFERED)
        return [str(value) for value in connection.execute(query).scalars()]

    fact = run_facts.c
    return {
        "tag": counted(fact.text, fact.key == "tag"),
        "loss": counted(fact.text, fact.key.in_(LOSS)),
        "trouble": counted(runs.c.trouble, runs.c.trouble != ""),
        "config": counted(fact.key, fact.key.startswith("config.", autoescape=True)),
    }
