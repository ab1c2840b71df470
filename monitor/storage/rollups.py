"""Reductions of a stretch of a series to buckets of 8, 64, 512, … steps.

A level's row is the sum of its parts: count, sum, minimum, maximum, last value, and how many NaN, +Inf and -Inf. All of
these but `last` can be added up, so a row can be kept by upsert as points come in; `last` follows the larger step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

# Eightfold, so that at most four stored buckets make one that is asked for: with sixteenfold ones, 20 runs of 10,000 points
# at width 2,000 took 2.5 times as long to read; the price is 4 bytes a point.
SHIFT = 3  # each level's buckets are 2^3 = 8 times those of the level below
LEVELS = 6  # up to 8^6 = 262,144 steps a bucket

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# One bucket: (bucket, count, sum, min, max, last_step, last, nan, pos_inf, neg_inf); min, max, last_step and last are None
# when nothing finite is in it. A sum that overflowed is ±Inf or NaN (NULL in the database): the mean is then unknown.
Row = tuple[int, int, float, float | None, float | None, int | None, float | None, int, int, int]


def reduce_points(steps: list[int], values: list[float]) -> list[Row]:
    """Level-1 rows of points with increasing steps; `values` may hold NaN and ±Inf."""
    rows: list[Row] = []
    bucket, start = steps[0] >> SHIFT, 0
    for index, step in enumerate(steps):
        if step >> SHIFT != bucket:
            rows.append(_row(bucket, steps[start:index], values[start:index]))
            bucket, start = step >> SHIFT, index
    rows.append(_row(bucket, steps[start:], values[start:]))
    return rows


def _row(bucket: int, steps: list[int], values: list[float]) -> Row:
    total = sum(values)
    if total - total == 0.0:  # finite, and so is every term
        return bucket, len(values), total, min(values), max(values), steps[-1], values[-1], 0, 0, 0
    finite = [(step, value) for step, value in zip(steps, values, strict=True) if value - value == 0.0]
    nan = sum(value != value for value in values)
    pos = values.count(float("inf"))
    neg = len(values) - len(finite) - nan - pos
    if not finite:
        return bucket, 0, 0.0, None, None, None, None, nan, pos, neg
    numbers = [value for _, value in finite]
    step, last = finite[-1]
    return bucket, len(numbers), sum(numbers), min(numbers), max(numbers), step, last, nan, pos, neg


def reduce_rows(rows: list[Row]) -> list[Row]:
    """Rows of the level above, from rows with increasing buckets."""
    merged: list[Row] = []
    for row in rows:
        bucket = row[0] >> SHIFT
        if merged and merged[-1][0] == bucket:
            merged[-1] = add(merged[-1], row)
        else:
            merged.append((bucket, *row[1:]))
    return merged


def add(first: Row, second: Row) -> Row:
    """Two parts of one bucket, in the order of their steps."""
    if not second[1]:
        low, high, last_step, last = first[3:7]
    elif not first[1]:
        low, high, last_step, last = second[3:7]
    else:
        low, high = min(first[3], second[3]), max(first[4], second[4])  # type: ignore[type-var]
        last_step, last = second[5:7]
    return (
        first[0],
        first[1] + second[1],
        first[2] + second[2],
        low,
        high,
        last_step,
        last,
        first[7] + second[7],
        first[8] + second[8],
        first[9] + second[9],
    )


def bucket_of(first: int, last: int, width: int) -> int:
    """The smallest power of two so that `first` to `last` lie in at most `width` buckets, which begin at its multiples."""
    shift = max(0, ((last - first) // width).bit_length() - 1)
    while (last >> shift) - (first >> shift) >= width:
        shift += 1
    return 1 << shift


def row_of(stored: Sequence[Any]) -> Row:
    """A row as the database has it, as `Row`."""
    bucket, count, total, *rest = stored
    return (bucket, count, math.nan if total is None else total, *rest)


class Parts(NamedTuple):
    """Stored buckets, or points, as arrays of length n, sorted by bucket; NaN where the database has NULL.

    `finite`: how many finite values each one holds. `nonfinite`: how many NaN, +Inf and -Inf, (3, n); None when there are none.
    """

    bucket: Ints
    finite: Floats
    sum: Floats
    min: Floats
    max: Floats
    last: Floats
    nonfinite: Floats | None


PARTS = ("bucket", "count", "sum", "min", "max", "last")
NONFINITE = ("nan", "pos_inf", "neg_inf")


def parts_of_rows(rows: Sequence[Any]) -> Parts:
    """Rows of the columns `PARTS`, with `NONFINITE` behind them or without."""
    table = np.array(rows, dtype=np.float64).reshape(len(rows), -1 if rows else len(PARTS))
    bucket, finite, total, low, high, last = table[:, :6].T
    odd = table[:, 6:].T
    return Parts(bucket.astype(np.int64), finite, total, low, high, last, odd if len(odd) else None)


def parts_of_points(rows: Sequence[Any]) -> Parts:
    """(step, value) rows as buckets of one step."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 2)
    step, value = table[:, 0].astype(np.int64), table[:, 1]
    finite = np.isfinite(value)
    if finite.all():
        return Parts(step, np.ones(len(step)), value, value, value, value, None)
    kept = np.where(finite, value, np.nan)
    odd = np.stack([np.isnan(value), value == np.inf, value == -np.inf]).astype(np.float64)
    return Parts(step, finite.astype(np.float64), np.where(finite, value, 0.0), kept, kept, kept, odd)


class Merged:
    """Parts merged to buckets of `bucket` steps, as arrays.

    Args:
        parts: at least one. unit: steps of one of them. bucket: a power-of-two multiple of it.
    """

    def __init__(self, parts: Parts, unit: int, bucket: int) -> None:
        key = parts.bucket * unit // bucket
        starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        self.step: Ints = key[starts] * bucket
        self.count: Ints = np.add.reduceat(parts.finite, starts).astype(np.int64)
        with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
            total = np.add.reduceat(parts.sum, starts)
        self.mean: Floats = np.divide(total, self.count, out=np.full(len(starts), np.nan), where=self.count > 0)
        self.min: Floats = np.fmin.reduceat(parts.min, starts)
        self.max: Floats = np.fmax.reduceat(parts.max, starts)
        # the last part with something finite in it, for each merged bucket
        newest = np.maximum.reduceat(np.where(parts.finite > 0, np.arange(len(key)), -1), starts)
        self.last: Floats = np.where(newest >= starts, parts.last[newest], np.nan)
        odd = parts.nonfinite
        self.nonfinite: Ints | None = None if odd is None else np.add.reduceat(odd, starts, axis=1).astype(np.int64)
