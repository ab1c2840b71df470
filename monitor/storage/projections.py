"""Maps of the samples: one row a frame, its columns as 32-bit numbers."""

from __future__ import annotations

from array import array
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from monitor.errors import NotFound
from monitor.storage.tables import projections

REFERENCE = -1  # the step under which the reference's own map is kept
WHOLE = ("nearest", "cluster", "row")  # columns of whole numbers
DIGITS = 4
RANKS = range(1, 6)  # of the nearest real samples that are kept


def list_frames(connection: Connection, run_id: str, name: str | None = None) -> list[dict[str, Any]]:
    """Which frames there are, by step: `step` (`REFERENCE` for its own), `name`, `count` (points), `laid_out`: whether it
    has t-SNE places yet.
    """
    query = select(projections.c.step, projections.c.name, projections.c.count, projections.c.laid_out)
    query = query.where(projections.c.run_id == run_id)
    if name is not None:
        query = query.where(projections.c.name.in_((name, "")))  # the reference's map has no name
    rows = connection.execute(query.order_by(projections.c.step, projections.c.name))
    return [dict(row) for row in rows.mappings()]


def read_frame(connection: Connection, run_id: str, step: int, method: str, name: str | None = None) -> dict[str, Any]:
    """One frame's columns: `x` and `y` of `method` ("tsne", "pca"), and what goes with every method.

    Raises:
        NotFound: there is no such frame, or it has no such places yet.
    """
    found, stored = _stored(connection, run_id, step, name)
    if f"{method}_x" not in stored:
        raise NotFound(f"the {method} map of step {step} of run {run_id!r} is not computed yet", run=run_id)
    columns = {column: _numbers(column, content) for column, content in stored.items() if "_" not in column}
    place = {axis: _numbers(axis, stored[f"{method}_{axis}"]) for axis in ("x", "y")}
    return {"name": found, "step": step, "method": method} | place | columns


def read_neighbours(
    connection: Connection, run_id: str, step: int, point: int, name: str | None = None
) -> dict[str, Any]:
    """The real samples nearest to a point of a frame: `rows` of the logged reference, nearest first, and their `distances`.

    Raises:
        NotFound: there is no such frame, or it has no such point.
    """
    found, stored = _stored(connection, run_id, step, name)
    count = len(next(iter(stored.values()), b"")) // 4
    if point >= count:
        raise NotFound(
            f"the map of step {step} of run {run_id!r} has {count} points, there is none {point}", run=run_id
        )

    def told(column: str) -> float:
        return array("f", stored[column][4 * point : 4 * point + 4])[0]

    known = [(f"neighbour_{rank}", f"apart_{rank}") for rank in RANKS if f"neighbour_{rank}" in stored]
    if not known and "nearest" in stored:  # a map of an earlier version
        known = [("nearest", "distance")]
    pairs = [(int(told(row)), round(told(apart), DIGITS)) for row, apart in known]
    near = [pair for pair in pairs if pair[0] >= 0]
    rows, distances = [row for row, _ in near], [apart for _, apart in near]
    return {"run": run_id, "step": step, "name": found, "point": point, "rows": rows, "distances": distances}


def _stored(connection: Connection, run_id: str, step: int, name: str | None) -> tuple[str, dict[str, bytes]]:
    query = select(projections.c.name, projections.c.columns).where(
        projections.c.run_id == run_id, projections.c.step == step
    )
    if name is not None:
        query = query.where(projections.c.name == name)
    row = connection.execute(query.order_by(projections.c.name).limit(1)).first()
    if row is None:
        which = "the reference" if step == REFERENCE else f"step {step}"
        raise NotFound(f"run {run_id!r} has no map of {which}" + (f" named {name!r}" if name else ""), run=run_id)
    return row.name, msgspec.msgpack.decode(row.columns, type=dict[str, bytes])


def _numbers(column: str, content: bytes) -> list[Any]:
    values = array("f")
    values.frombytes(content)
    return [int(value) if column in WHOLE else round(value, DIGITS) for value in values]


def put_frame(connection: Connection, run_id: str, name: str, step: int, columns: dict[str, bytes]) -> None:
    """Keeps what is known of a frame, beside what another job of the same batch told of it."""
    same = _same(run_id, name, step)
    before = connection.execute(select(projections.c.columns).where(same)).scalar()
    if before is not None:
        columns = msgspec.msgpack.decode(before, type=dict[str, bytes]) | columns
        connection.execute(delete(projections).where(same))
    count = len(next(iter(columns.values()), b"")) // 4
    row = {"run_id": run_id, "name": name, "step": step, "count": count, "laid_out": "tsne_x" in columns}
    connection.execute(insert(projections).values(row | {"columns": msgspec.msgpack.encode(columns)}))


def drop_frame(connection: Connection, run_id: str, name: str, step: int) -> None:
    """Forgets a frame: its batch is another one now."""
    connection.execute(delete(projections).where(_same(run_id, name, step)))


def _same(run_id: str, name: str, step: int) -> ColumnElement[bool]:
    return (projections.c.run_id == run_id) & (projections.c.name == name) & (projections.c.step == step)
