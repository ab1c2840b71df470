"""Reductions of a stretch of a series to buckets of 16, 256, 4,096, … steps.

A level's row is the sum of its parts: count, sum, minimum, maximum, last value, and how many NaN, +Inf and -Inf. All of
these but `last` can be added up, so a row can be kept by upsert as points come in; `last` follows the larger step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SHIFT = 4  # each level's buckets are 2^4 = 16 times those of the level below
LEVELS = 6  # up to 16^6 = 16.8 M steps a bucket

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


class Merged:
    """Rows of stored buckets (or points) merged to buckets of `bucket` steps, as arrays.

    Args:
        table: (n, 10) floats in the order of `Row`; NaN where the database has NULL. Sorted by bucket.
        unit: steps of one stored bucket. bucket: a power-of-two multiple of it.
    """

    def __init__(self, table: Floats, unit: int, bucket: int) -> None:
        key = (table[:, 0].astype(np.int64) * unit) // bucket
        starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.empty(0, np.int64)
        self.step: Ints = key[starts] * bucket
        self.count: Ints = _sums(table[:, 1], starts).astype(np.int64)
        with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
            total = _sums(table[:, 2], starts)
        self.mean: Floats = np.divide(total, self.count, out=np.full(len(starts), np.nan), where=self.count > 0)
        self.min: Floats = np.fmin.reduceat(table[:, 3], starts) if len(starts) else table[:0, 3]
        self.max: Floats = np.fmax.reduceat(table[:, 4], starts) if len(starts) else table[:0, 4]
        # the last row with something finite in it, for each merged bucket
        index = np.where(table[:, 1] > 0, np.arange(len(table)), -1)
        newest = np.maximum.reduceat(index, starts) if len(starts) else index[:0]
        self.last: Floats = np.where(newest >= starts, table[newest, 6], np.nan)
        self.nonfinite: Ints = np.stack([_sums(table[:, column], starts) for column in (7, 8, 9)]).astype(np.int64)


def _sums(column: Floats, starts: Ints) -> Floats:
    return np.add.reduceat(column, starts) if len(starts) else column[:0]


def table_of(rows: Sequence[Any]) -> Floats:
    """Database rows as an (n, 10) array; NULL becomes NaN."""
    return np.array(rows, dtype=np.float64).reshape(-1, 10)
