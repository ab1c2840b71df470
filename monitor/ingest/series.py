"""Writes the points of one group commit: rows, rollups and summaries of all series that it touches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from monitor.ingest.gather import gather
from monitor.signals import signal_of
from monitor.storage import rollups as reduction
from monitor.storage.rollups import LEVELS, SHIFT, Row
from monitor.storage.statements import Statements
from monitor.storage.tables import points, rollups, series
from monitor.wire import TIME_SERIES, Scalars

MAX_ASKED = 1000  # steps in one question
MAX_CACHED = 50_000  # series kept in memory; beyond, those of runs that rest are loaded again when needed


@dataclass(slots=True)
class Series:
    """A series as the writer knows it, with what this group adds to it. `last_step` -1: no point yet."""

    id: int
    run_id: str
    name: str
    count: int = 0
    nan_count: int = 0
    inf_count: int = 0
    first_step: int = 0
    last_step: int = -1
    last: float | None = None
    min: float | None = None
    max: float | None = None
    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    @property
    def newest(self) -> int:
        """The largest step, those that wait to be written included (as long as they come in order)."""
        return max(self.steps[-1], self.last_step) if self.steps else self.last_step


class SeriesWriter:
    """Collects points by series, then writes them in one go. Forget it with `forget` when a transaction fails."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._known: dict[str, dict[str, Series]] = {}
        self._touched: dict[int, Series] = {}
        self._size = 0

    def forget(self) -> None:
        """What is in memory may not be what is on disk: load it anew."""
        self._known.clear()
        self._touched.clear()
        self._size = 0

    def drop(self, run_id: str) -> None:
        """Forgets one run and what was collected of it."""
        self._size -= len(self._known.pop(run_id, ()))
        self._touched = {key: one for key, one in self._touched.items() if one.run_id != run_id}

    def _evict(self) -> None:
        busy = {one.run_id for one in self._touched.values()}
        self._known = {run_id: some for run_id, some in self._known.items() if run_id in busy}
        self._size = sum(map(len, self._known.values()))

    def of_run(self, connection: Connection, run_id: str) -> dict[str, Series]:
        """The run's series by name."""
        known = self._known.get(run_id)
        if known is None:
            if self._size > MAX_CACHED:
                self._evict()
            columns = [c for c in series.c if c.name != "signal"]
            rows = connection.execute(select(*columns).where(series.c.run_id == run_id)).mappings()
            known = self._known[run_id] = {row["name"]: Series(**row) for row in rows}
            self._size += len(known)
        return known

    def make(self, connection: Connection, run_id: str, name: str, declared: dict[str, str]) -> Series:
        """A new series, in the database and in memory."""
        empty = {"count": 0, "nan_count": 0, "inf_count": 0, "first_step": 0, "last_step": -1}
        row = {"run_id": run_id, "name": name, "signal": signal_of(name, declared), **empty}
        key = connection.execute(insert(series).values(row)).inserted_primary_key
        assert key is not None
        made = self._known[run_id][name] = Series(key[0], run_id, name)
        self._size += 1
        return made

    def collect(
        self, connection: Connection, run_id: str, declared: dict[str, str], records: Sequence[Scalars]
    ) -> None:
        """Takes the values of records, and the time of each new step (that of its first piece)."""
        known = self.of_run(connection, run_id)
        for names, steps, columns in gather(records):
            for name, column in zip(names, columns, strict=True):
                one = known.get(name) or self.make(connection, run_id, name, declared)
                one.steps += steps
                one.values += column
                self._touched[one.id] = one
        clock = known.get(TIME_SERIES) or self.make(connection, run_id, TIME_SERIES, declared)
        newest, late = clock.newest, dict[int, float]()
        for record in records:
            if TIME_SERIES in record.values:
                continue
            if record.step > newest:
                newest = record.step
                clock.steps.append(newest)
                clock.values.append(record.time)
                self._touched[clock.id] = clock
            elif record.step < newest:
                late.setdefault(record.step, record.time)
        if late:
            self._add_late_times(connection, clock, late)

    def _add_late_times(self, connection: Connection, clock: Series, late: dict[int, float]) -> None:
        """The times of steps that come after later ones, but for those that have one."""
        known = set(clock.steps)
        asked = sorted(late.keys() - known)
        for start in range(0, len(asked), MAX_ASKED):
            some = points.c.step.in_(asked[start : start + MAX_ASKED])
            known.update(
                connection.execute(select(points.c.step).where(points.c.series_id == clock.id, some)).scalars()
            )
        new = [step for step in asked if step not in known]
        if new:
            clock.steps[:0] = new
            clock.values[:0] = [late[step] for step in new]
            self._touched[clock.id] = clock

    def pending(self) -> list[Series]:
        """The series that `write` will write; their `steps` and `values` are what was collected."""
        return list(self._touched.values())

    def write(self, connection: Connection) -> dict[str, int]:
        """Writes what was collected; run → number of points that are new (rewritten ones are not)."""
        reduced: list[tuple[Any, ...]] = []
        before = {one.id: one.count for one in self._touched.values()}
        fresh, late = [], []
        for one in self._touched.values():
            steps = one.steps
            if steps[0] > one.last_step and all(map(int.__lt__, steps, steps[1:])):
                fresh.append(one)
                self._append(one, reduced)
            else:
                late.append(one)
        self._statements.run_flat(connection, self._statements.add_points, _interleaved(fresh))
        self._statements.run(connection, self._statements.add_rollups, reduced)
        for one in late:
            self._rewrite(connection, one)
        touched, self._touched = self._touched, {}
        write_summaries(connection, list(touched.values()))
        added: dict[str, int] = {}
        for one in touched.values():
            added[one.run_id] = added.get(one.run_id, 0) + one.count - before[one.id]
            one.steps, one.values = [], []
        return added

    def _append(self, one: Series, reduced: list[tuple[Any, ...]]) -> None:
        level_rows = reduction.reduce_points(one.steps, one.values)
        for level in range(1, LEVELS + 1):
            reduced += [(one.id, level, *row) for row in level_rows]
            if level < LEVELS:
                level_rows = reduction.reduce_rows(level_rows)
        for row in level_rows:
            _absorb(one, row)
        if one.last_step < 0:
            one.first_step = one.steps[0]
        one.last_step = one.steps[-1]
        value = one.values[-1]
        one.last = value if math.isfinite(value) else None

    def _rewrite(self, connection: Connection, one: Series) -> None:
        """Steps that come late or again: the last write wins; buckets and the summary are computed anew."""
        latest = dict(zip(one.steps, one.values, strict=True))
        rows = [(one.id, step, latest[step]) for step in sorted(latest)]
        self._statements.run(connection, self._statements.put_points, rows)
        refresh(connection, self._statements, one, {step >> SHIFT for step in latest})


def _interleaved(some: list[Series]) -> list[Any]:
    """Series, step, value, series, step, value, …: by slices, without a tuple for each point."""
    flat: list[Any] = [None] * (3 * sum(len(one.steps) for one in some))
    start = 0
    for one in some:
        end = start + 3 * len(one.steps)
        flat[start:end:3] = [one.id] * len(one.steps)
        flat[start + 1 : end : 3] = one.steps
        flat[start + 2 : end : 3] = one.values
        start = end
    return flat


def _absorb(one: Series, row: Row) -> None:
    one.nan_count += row[7]
    one.inf_count += row[8] + row[9]
    one.count += row[1] + row[7] + row[8] + row[9]
    if row[1]:
        assert row[3] is not None
        assert row[4] is not None
        one.min = row[3] if one.min is None else min(one.min, row[3])
        one.max = row[4] if one.max is None else max(one.max, row[4])


def write_summaries(connection: Connection, touched: list[Series]) -> None:
    """Writes the summaries of series."""
    names = ("count", "nan_count", "inf_count", "first_step", "last_step", "last", "min", "max")
    statement = (
        update(series).where(series.c.id == bindparam("key")).values({name: bindparam(f"new_{name}") for name in names})
    )
    if touched:
        rows = [{"key": one.id} | {f"new_{name}": getattr(one, name) for name in names} for one in touched]
        connection.execute(statement, rows)


def refresh(connection: Connection, statements: Statements, one: Series, buckets: set[int]) -> None:
    """Computes level-1 `buckets`, all buckets above them, and the summary anew from what is stored."""
    for level in range(1, LEVELS + 1):
        rows: list[tuple[Any, ...]] = []
        for bucket in sorted(buckets):
            found = _parts(connection, one.id, level, bucket)
            rows += [(one.id, level, *row) for row in found]
        connection.execute(
            delete(rollups).where(
                rollups.c.series_id == one.id, rollups.c.level == level, rollups.c.bucket.in_(sorted(buckets))
            )
        )
        statements.run(connection, statements.add_rollups, rows)
        buckets = {bucket >> SHIFT for bucket in buckets}
    _summarise(connection, one)


def _parts(connection: Connection, series_id: int, level: int, bucket: int) -> list[Row]:
    low, high = bucket << SHIFT, (bucket + 1) << SHIFT
    if level == 1:
        found = connection.execute(
            select(points.c.step, points.c.value)
            .where(points.c.series_id == series_id, points.c.step >= low, points.c.step < high)
            .order_by(points.c.step)
        ).all()
        values = [math.nan if value is None else value for _, value in found]
        return reduction.reduce_points([step for step, _ in found], values) if found else []
    columns = [c for c in rollups.c if c.name not in ("series_id", "level")]
    stored = connection.execute(
        select(*columns)
        .where(
            rollups.c.series_id == series_id,
            rollups.c.level == level - 1,
            rollups.c.bucket >= low,
            rollups.c.bucket < high,
        )
        .order_by(rollups.c.bucket)
    ).all()
    return reduction.reduce_rows([reduction.row_of(row) for row in stored])


def _summarise(connection: Connection, one: Series) -> None:
    top = rollups.c.level == LEVELS
    sums = [func.sum(rollups.c[name]) for name in ("count", "nan", "pos_inf", "neg_inf")]
    found = connection.execute(
        select(*sums, func.min(rollups.c.min), func.max(rollups.c.max)).where(rollups.c.series_id == one.id, top)
    ).one()
    finite, nan, pos, neg = (int(value or 0) for value in found[:4])
    one.count, one.nan_count, one.inf_count = finite + nan + pos + neg, nan, pos + neg
    one.min, one.max = found[4], found[5]
    mine = points.c.series_id == one.id
    first = connection.execute(select(points.c.step).where(mine).order_by(points.c.step).limit(1)).scalar()
    newest = connection.execute(
        select(points.c.step, points.c.value).where(mine).order_by(points.c.step.desc()).limit(1)
    ).one_or_none()
    one.first_step, one.last_step, one.last = 0, -1, None
    if newest is not None:
        one.first_step, one.last_step = int(first or 0), newest[0]
        one.last = newest[1] if newest[1] is not None and math.isfinite(newest[1]) else None
