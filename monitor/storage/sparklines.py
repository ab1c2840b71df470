"""The shape of both losses in a few dozen buckets, for the rows of a list: from rollups alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from sqlalchemy import Connection, select

from monitor.storage.rollups import LEVELS, SHIFT
from monitor.storage.tables import rollups, series

SIGNALS = ("loss/generator", "loss/discriminator")
BUCKETS = 40  # of a sparkline, at most
READ = 160  # rows read for one, at most: levels are eightfold, so at least 20 where there are that many

Line = list[float | None]
Means = dict[int, dict[int, tuple[int, float | None]]]  # series → bucket → count and sum of what is finite


def sparklines(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Line]]:
    """Run → signal → means of equal stretches from the series' first step to its last; null where nothing finite is."""
    table = series.c
    query = select(table.id, table.run_id, table.signal, table.first_step, table.last_step)
    found = connection.execute(
        query.where(table.run_id.in_(ids), table.signal.in_(SIGNALS), table.count > 0).order_by(table.name)
    ).all()
    by_level: dict[int, list[int]] = {}
    for one in found:
        by_level.setdefault(_level(one.first_step, one.last_step), []).append(one.id)
    means: Means = {}
    for level, some in by_level.items():
        means |= _read(connection, level, some)
    drawn: dict[str, dict[str, Line]] = {}
    for one in found:
        level = _level(one.first_step, one.last_step)
        first, last = one.first_step >> SHIFT * level, one.last_step >> SHIFT * level
        drawn.setdefault(one.run_id, {}).setdefault(one.signal, _line(means.get(one.id, {}), first, last))
    return drawn


def _level(first: int, last: int) -> int:
    """The finest stored level with at most `READ` buckets between two steps."""
    level = 1
    while level < LEVELS and (last >> SHIFT * level) - (first >> SHIFT * level) >= READ:
        level += 1
    return level


def _read(connection: Connection, level: int, some: Sequence[int]) -> Means:
    """All buckets of a level; of the coarsest one so many as there are."""
    query = select(rollups.c.series_id, rollups.c.bucket, rollups.c.count, rollups.c.sum)
    cursor = connection.execute(query.where(rollups.c.series_id.in_(some), rollups.c.level == level)).cursor
    assert cursor is not None
    means: Means = {}
    for key, bucket, count, total in cursor.fetchall():
        means.setdefault(key, {})[bucket] = count, total
    return means


def _line(buckets: dict[int, tuple[int, float | None]], first: int, last: int) -> Line:
    width = -(-(last - first + 1) // BUCKETS)
    counts, sums = [0] * BUCKETS, [0.0] * BUCKETS
    for bucket, (count, total) in buckets.items():
        at = (bucket - first) // width
        if count and total is not None:
            counts[at] += count
            sums[at] += total
    means = [total / count if count else None for count, total in zip(counts, sums, strict=True)]
    return [mean if mean is None or isfinite(mean) else None for mean in means[: (last - first) // width + 1]]
