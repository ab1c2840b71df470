"""Reading stretches of series: as logged when the points fit the width, else in buckets that keep every extreme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, or_, select

from monitor.storage.rollups import LEVELS, SHIFT, Floats, Merged, bucket_of, table_of
from monitor.storage.tables import points, rollups, series
from monitor.wire import MAX_STEP, Columns, NonFinite


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


def find(connection: Connection, runs: Sequence[str], names: Sequence[str] | None) -> list[Found]:
    """The series of some runs with one of the names (their own, or the standard signal's); all when `names` is None."""
    table = series.c
    query = select(
        table.id, table.run_id, table.name, table.signal, table.count, table.first_step, table.last_step
    ).where(table.run_id.in_(runs), table.count > 0)
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
    return _bucketed(connection, one.id, first, last, bucket_of(first, last, wanted.width))


def _fits(connection: Connection, series_id: int, first: int, last: int, width: int) -> bool:
    query = select(points.c.step).where(points.c.series_id == series_id, points.c.step.between(first, last))
    return connection.execute(query.order_by(points.c.step).offset(width).limit(1)).first() is None


def _exact(connection: Connection, series_id: int, first: int, last: int) -> Columns:
    query = select(points.c.step, points.c.value).where(
        points.c.series_id == series_id, points.c.step.between(first, last)
    )
    rows = _tuples(connection, query.order_by(points.c.step))
    return exact_columns([row[0] for row in rows], [math.nan if row[1] is None else row[1] for row in rows])


def _tuples(connection: Connection, query: Select[Any]) -> list[tuple[Any, ...]]:
    """The driver's own tuples: SQLAlchemy's rows cost numpy twenty times as much."""
    cursor = connection.execute(query).cursor
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


def _bucketed(connection: Connection, series_id: int, first: int, last: int, bucket: int) -> Columns:
    level = min(LEVELS, (bucket.bit_length() - 1) // SHIFT)
    unit = 1 << SHIFT * level
    low, high = first // bucket * bucket, (last // bucket + 1) * bucket - 1
    if level == 0:
        table = _points_table(connection, series_id, low, high)
    else:
        columns = [rollups.c[name] for name in ("bucket", "count", "sum", "min", "max", "last_step", "last", "nan",
                                                "pos_inf", "neg_inf")]  # fmt: skip
        query = select(*columns).where(
            rollups.c.series_id == series_id,
            rollups.c.level == level,
            rollups.c.bucket.between(low // unit, high // unit),
        )
        table = table_of(_tuples(connection, query.order_by(rollups.c.bucket)))
    merged = Merged(table, unit, bucket)
    odd = merged.nonfinite.any(axis=0)
    marks = NonFinite(merged.step[odd].tolist(), *(merged.nonfinite[kind][odd].tolist() for kind in range(3)))
    return Columns(
        bucket,
        merged.step.tolist(),
        _nullable(merged.last),
        _nullable(merged.min),
        _nullable(merged.max),
        _nullable(merged.mean),
        merged.count.tolist(),
        marks,
    )


def _points_table(connection: Connection, series_id: int, low: int, high: int) -> Floats:
    query = select(points.c.step, points.c.value).where(
        points.c.series_id == series_id, points.c.step.between(low, high)
    )
    raw = np.array(_tuples(connection, query.order_by(points.c.step)), dtype=np.float64).reshape(-1, 2)
    step, value = raw[:, 0], raw[:, 1]
    finite = np.isfinite(value)
    kept = np.where(finite, value, np.nan)
    kinds = (np.isnan(value), value == np.inf, value == -np.inf)
    return np.column_stack([step, finite, np.where(finite, value, 0.0), kept, kept, step, kept, *kinds])


def _nullable(values: Floats) -> list[float | None]:
    listed = values.tolist()
    return listed if np.isfinite(values).all() else [value if math.isfinite(value) else None for value in listed]
