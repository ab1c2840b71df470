"""Maps of the samples: one row a frame, its columns as 32-bit numbers."""

from __future__ import annotations

from array import array
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from monitor.errors import NotFound
from monitor.storage.tables import projections

REFERENCE = -1  # the step under which the reference's own map is kept
WHOLE = ("nearest", "cluster", "row")  # columns of whole numbers
DIGITS = 4


def list_frames(connection: Connection, run_id: str, name: str | None = None) -> list[dict[str, Any]]:
    """Which frames there are, by step: `step` (`REFERENCE` for its own), `name`, `count` (points)."""
    query = select(projections.c.step, projections.c.name, projections.c.count)
    query = query.where(projections.c.run_id == run_id)
    if name is not None:
        query = query.where(projections.c.name.in_((name, "")))  # the reference's map has no name
    rows = connection.execute(query.order_by(projections.c.step, projections.c.name))
    return [dict(row) for row in rows.mappings()]


def read_frame(connection: Connection, run_id: str, step: int, method: str, name: str | None = None) -> dict[str, Any]:
    """One frame's columns: `x` and `y` of `method` ("tsne", "pca"), and what goes with every method.

    Raises:
        NotFound: there is no such frame.
    """
    query = select(projections.c.name, projections.c.columns).where(
        projections.c.run_id == run_id, projections.c.step == step
    )
    if name is not None:
        query = query.where(projections.c.name == name)
    row = connection.execute(query.order_by(projections.c.name).limit(1)).first()
    if row is None:
        which = "the reference" if step == REFERENCE else f"step {step}"
        raise NotFound(f"run {run_id!r} has no map of {which}" + (f" named {name!r}" if name else ""), run=run_id)
    stored = msgspec.msgpack.decode(row.columns, type=dict[str, bytes])
    columns = {column: _numbers(column, content) for column, content in stored.items() if "_" not in column}
    place = {axis: _numbers(axis, stored[f"{method}_{axis}"]) for axis in ("x", "y")}
    return {"name": row.name, "step": step, "method": method} | place | columns


def _numbers(column: str, content: bytes) -> list[Any]:
    values = array("f")
    values.frombytes(content)
    return [int(value) if column in WHOLE else round(value, DIGITS) for value in values]


def put_frame(connection: Connection, run_id: str, name: str, step: int, columns: dict[str, bytes]) -> None:
    """Keeps a frame, in the place of an earlier one of that name and step."""
    count = len(next(iter(columns.values()), b"")) // 4
    row = {"run_id": run_id, "name": name, "step": step, "count": count, "columns": msgspec.msgpack.encode(columns)}
    same = (projections.c.run_id == run_id) & (projections.c.name == name) & (projections.c.step == step)
    connection.execute(delete(projections).where(same))
    connection.execute(insert(projections).values(row))
