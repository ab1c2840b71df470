"""A run's signals step by step, as the doctor was told them, or would have been."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import nan

from sqlalchemy import Connection, select

from monitor.storage.tables import points, series

STEPS = 20_000  # read at once


def names_of(connection: Connection, run_id: str) -> dict[int, str]:
    """A run's series: id → name."""
    rows = connection.execute(select(series.c.id, series.c.name).where(series.c.run_id == run_id))
    return {row.id: row.name for row in rows}


def retell(connection: Connection, wanted: dict[int, str], after: int) -> Iterator[tuple[int, dict[str, float]]]:
    """(step, values by series name) of these series (id → name), from the step after `after` on, ascending."""
    if not wanted:
        return
    last = _last(connection, wanted)
    first = _next(connection, wanted, after)
    while first is not None and first <= last:
        rows: dict[int, dict[str, float]] = {}
        stretch = points.c.step.between(first, first + STEPS - 1)
        for key, name in wanted.items():
            query = select(points.c.step, points.c.value).where(points.c.series_id == key, stretch)
            for step, value in connection.execute(query):
                rows.setdefault(step, {})[name] = nan if value is None else value
        yield from sorted(rows.items())
        first = _next(connection, wanted, first + STEPS - 1)


def _last(connection: Connection, wanted: Collection[int]) -> int:
    rows = connection.execute(select(series.c.last_step).where(series.c.id.in_(wanted)))
    return max((row.last_step for row in rows), default=-1)


def _next(connection: Connection, wanted: Collection[int], after: int) -> int | None:
    """The first step after `after` at which any of the series has a value."""
    found = [
        connection.execute(
            select(points.c.step)
            .where(points.c.series_id == key, points.c.step > after)
            .order_by(points.c.step)
            .limit(1)
        ).scalar()
        for key in wanted
    ]
    return min((step for step in found if step is not None), default=None)
