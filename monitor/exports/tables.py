"""All points of a run as a table: a row a step, a column a series."""

from __future__ import annotations

import csv
import importlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from monitor.errors import NotInstalled
from monitor.sources.stored import StoredRun

ROWS = 10_000  # that are held at once

Rows = Iterator[tuple[int, dict[str, float]]]


def names_of(run: StoredRun) -> list[str]:
    """The columns."""
    return sorted(one.name for one in run.detail.series)


def to_csv(names: Sequence[str], rows: Rows, path: Path) -> int:
    """`step,name,…`; `nan`, `inf` and `-inf` are values, an empty cell is none. The number of rows."""
    count = 0
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["step", *names])
        for step, values in rows:
            writer.writerow([step, *(repr(values[name]) if name in values else "" for name in names)])
            count += 1
    return count


def to_jsonl(names: Sequence[str], rows: Rows, path: Path) -> int:
    """An object a step; what is not finite is the text "NaN", "Infinity" or "-Infinity". The number of rows."""
    count = 0
    with path.open("w") as file:
        for step, values in rows:
            file.write(
                json.dumps({"step": step} | {name: _word(one) for name, one in values.items()}, ensure_ascii=False)
            )
            file.write("\n")
            count += 1
    return count


def to_parquet(names: Sequence[str], rows: Rows, path: Path) -> int:
    """`step` as int64, each series as float64; null where a step has no value. The number of rows.

    Raises:
        NotInstalled: pyarrow.
    """
    try:
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise NotInstalled("Parquet files", "parquet", error.name or "pyarrow") from None
    fields = [("step", arrow.int64()), *((name, arrow.float64()) for name in names if name != "step")]
    schema, count = arrow.schema(fields), 0
    with parquet.ParquetWriter(str(path), schema) as writer:
        while some := list(islice(rows, ROWS)):
            columns: dict[str, list[Any]] = {"step": [step for step, _ in some]}
            columns |= {name: [values.get(name) for _, values in some] for name in names if name != "step"}
            writer.write_table(arrow.table(columns, schema=schema))
            count += len(some)
    return count


def _word(value: float) -> float | str:
    if isfinite(value):
        return value
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


WRITERS: dict[str, Callable[[Sequence[str], Rows, Path], int]] = {
    "csv": to_csv,
    "jsonl": to_jsonl,
    "parquet": to_parquet,
}
