"""Reading stretches of series: as logged when the points fit the width, else in buckets that keep every extreme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, bindparam, or_, select

from monitor.storage.rollups import (
    LEVELS,
    NONFINITE,
    PARTS,
    SHIFT,
    Floats,
    Merged,
    Parts,
    bucket_of,
    parts_of_points,
    parts_of_rows,
)
from monitor.storage.tables import points, rollups, series
from monitor.wire import MAX_STEP, Columns, NonFinite

_POINTS = (
    select(points.c.step, points.c.value)
    .where(points.c.series_id == bindparam("key"), points.c.step.between(bindparam("first"), bindparam("last")))
    .order_by(points.c.step)
)
_BUCKETS = {
    nonfinite: select(*(rollups.c[name] for name in (PARTS + NONFINITE if nonfinite else PARTS)))
    .where(
        rollups.c.series_id == bindparam("key"),
        rollups.c.level == bindparam("level"),
        rollups.c.bucket.between(bindparam("first"), bindparam("last")),
    )
    .order_by(rollups.c.bucket)
    for nonfinite in (False, True)
}


@dataclass(frozen=True)
class Stretch:
    """What is asked for: steps `first` to `last`, both included, in at most `width` rows."""

    first: int = 0
    last: int = MAX_STEP
    width: int = 2000


@dataclass(frozen=True)
class Found:
    """A series as a query found it."""

    id: int
    run_id: str
    name: str
    signal: str | None
    count: int
    first_step: int
    last_step: int
    nonfinite: int


def find(connection: Connection, runs: Sequence[str], names: Sequence[str] | None) -> list[Found]:
    """The series of some runs with one of the names (their own, or the standard signal's); all when `names` is None."""
    table = series.c
    columns = (table.id, table.run_id, table.name, table.signal, table.count, table.first_step, table.last_step)
    query = select(*columns, table.nan_count + table.inf_count).where(table.run_id.in_(runs), table.count > 0)
    if names is not None:
        query = query.where(or_(table.name.in_(names), table.signal.in_(names)))
    return [Found(*row) for row in connection.execute(query.order_by(table.name))]


def named(found: Sequence[Found], name: str) -> Found | None:
    """The series of that very name, else the first one that stands for that signal."""
    exact = (one for one in found if one.name == name)
    return next(exact, next((one for one in found if one.signal == name), None))


def read(connection: Connection, one: Found, wanted: Stretch) -> Columns:
    """The wanted stretch of one series."""
    first, last = max(wanted.first, one.first_step), min(wanted.last, one.last_step)
    if first > last:
        return Columns(1, [], [])
    whole = first == one.first_step and last == one.last_step
    if one.count <= wanted.width if whole else _fits(connection, one.id, first, last, wanted.width):
        return _exact(connection, one.id, first, last)
    return _bucketed(connection, one, first, last, bucket_of(first, last, wanted.width))


def _fits(connection: Connection, series_id: int, first: int, last: int, width: int) -> bool:
    query = select(points.c.step).where(points.c.series_id == series_id, points.c.step.between(first, last))
    return connection.execute(query.order_by(points.c.step).offset(width).limit(1)).first() is None


def _exact(connection: Connection, series_id: int, first: int, last: int) -> Columns:
    rows = _tuples(connection, _POINTS, key=series_id, first=first, last=last)
    return exact_columns([row[0] for row in rows], [math.nan if row[1] is None else row[1] for row in rows])


def _tuples(connection: Connection, query: Select[Any], **given: int) -> list[tuple[Any, ...]]:
    """The driver's own tuples: SQLAlchemy's rows cost numpy twenty times as much."""
    cursor = connection.execute(query, given).cursor
    assert cursor is not None
    return list(cursor.fetchall())


def exact_columns(steps: list[int], values: list[float]) -> Columns:
    """Points as they travel: null where a value is not finite, and which kind it was beside it."""
    if math.isfinite(sum(values)) or all(map(math.isfinite, values)):
        return Columns(1, steps, list(values))
    odd = [(step, value) for step, value in zip(steps, values, strict=True) if not math.isfinite(value)]
    marks = NonFinite(
        [step for step, _ in odd],
        [int(value != value) for _, value in odd],
        [int(value == math.inf) for _, value in odd],
        [int(value == -math.inf) for _, value in odd],
    )
    return Columns(1, steps, [value if math.isfinite(value) else None for value in values], nonfinite=marks)


def _bucketed(connection: Connection, one: Found, first: int, last: int, bucket: int) -> Columns:
    level = min(LEVELS, (bucket.bit_length() - 1) // SHIFT)
    merged = Merged(_parts(connection, one, level, first, last, bucket), 1 << SHIFT * level, bucket)
    return Columns(
        bucket,
        merged.step.tolist(),
        _nullable(merged.last),
        _nullable(merged.min),
        _nullable(merged.max),
        _nullable(merged.mean),
        merged.count.tolist(),
        _marks(merged),
    )


def _parts(connection: Connection, one: Found, level: int, first: int, last: int, bucket: int) -> Parts:
    """What is stored of the buckets that `first` to `last` lie in, all of the first and the last one included."""
    low, high = first // bucket * bucket, (last // bucket + 1) * bucket - 1
    if level == 0:
        return parts_of_points(_tuples(connection, _POINTS, key=one.id, first=low, last=high))
    given = {"key": one.id, "level": level, "first": low >> SHIFT * level, "last": high >> SHIFT * level}
    return parts_of_rows(_tuples(connection, _BUCKETS[one.nonfinite > 0], **given))


def _marks(merged: Merged) -> NonFinite:
    if merged.nonfinite is None:
        return NonFinite()
    odd = merged.nonfinite.any(axis=0)
    return NonFinite(merged.step[odd].tolist(), *merged.nonfinite[:, odd].tolist())


def _nullable(values: Floats) -> list[float | None]:
    listed = values.tolist()
    return listed if np.isfinite(values).all() else [value if math.isfinite(value) else None for value in listed]
