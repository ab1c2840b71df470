"""What the runs of a group came to: each signal over its last tenth, and which runs collapsed or diverged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite

from sqlalchemy import Connection, select

from monitor.errors import InvalidValue, NotFound
from monitor.storage.runs import LISTED
from monitor.storage.series import Found, Stretch, find, read
from monitor.storage.tables import alerts, runs, series

MOST_RUNS, MOST_SIGNALS = 100, 40
LAST = 0.1  # share of the steps that an outcome is the mean of
WIDTH = 64


@dataclass
class Outcomes:
    """Of one group. `values`: signal → the runs' means over their last tenth, what is not finite left out.
    `collapsed`, `diverged`: how many runs were told of a mode collapse, or were no numbers at some step."""

    runs: list[str]
    values: dict[str, list[float]] = field(default_factory=dict)
    collapsed: int = 0
    diverged: int = 0


def of_group(connection: Connection, key: str) -> Outcomes:
    """The outcomes of "project//group", runs in the trash left out.

    Raises:
        InvalidValue: the key is none, or the group holds too many runs. NotFound: it holds none.
    """
    project, slashes, group = key.partition("//")
    if not (project and slashes and group):
        raise InvalidValue(f"{key!r} is no group; allowed is project//group")
    query = select(runs.c.id).where(runs.c.project == project, runs.c.group == group, runs.c.trashed_at.is_(None))
    ids = list(connection.execute(query.order_by(runs.c.created_at).limit(MOST_RUNS + 1)).scalars())
    if not ids:
        raise NotFound(f"no runs in group {group!r} of project {project!r}", group=group, project=project)
    if len(ids) > MOST_RUNS:
        raise InvalidValue(f"group {group!r} has more than {MOST_RUNS} runs, which is how many are allowed")
    found = Outcomes(ids, {name: _values(connection, ids, name) for name in _signals(connection, ids)})
    found.collapsed = _told(connection, ids, "mode_collapse")
    found.diverged = _told(connection, ids, "non_finite")
    return found


def _signals(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Losses and sample metrics, those that most of the runs have first."""
    query = select(series.c.name, series.c.signal).where(series.c.run_id.in_(ids), series.c.count > 0)
    counts: dict[str, int] = {}
    for name, signal in connection.execute(query):
        key = signal or name
        if key.startswith("sample/") or key in LISTED:
            counts[key] = counts.get(key, 0) + 1
    return sorted(sorted(counts), key=lambda name: -counts[name])[:MOST_SIGNALS]


def _values(connection: Connection, ids: Sequence[str], name: str) -> list[float]:
    by_run: dict[str, Found] = {}
    for one in find(connection, ids, [name]):
        if one.name == name or one.run_id not in by_run:
            by_run[one.run_id] = one
    means = (_tail(connection, by_run[run_id]) for run_id in ids if run_id in by_run)
    return [mean for mean in means if mean is not None]


def _tail(connection: Connection, one: Found) -> float | None:
    """The mean of the finite values of the last tenth of the steps; None where there is none."""
    first = one.last_step - int(LAST * (one.last_step - one.first_step))
    columns = read(connection, one, Stretch(first, one.last_step, WIDTH))
    means, counts = columns.mean or columns.last, columns.count or [1] * len(columns.last)
    finite = [(mean, count) for mean, count in zip(means, counts, strict=True) if mean is not None and isfinite(mean)]
    weight = sum(count for _, count in finite)
    return sum(mean * count for mean, count in finite) / weight if weight else None


def _told(connection: Connection, ids: Sequence[str], kind: str) -> int:
    query = select(alerts.c.run_id).where(alerts.c.run_id.in_(ids), alerts.c.kind == kind, alerts.c.severity != "info")
    return len(connection.execute(query.distinct()).all())
