"""Reading sample grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from monitor.storage.tables import blobs, runs, samples
from monitor.wire import SampleInfo

FIELDS = ("step", "time", "name", "kind", "rows", "columns", "count", "tile_height", "tile_width", "value_range")
COLUMNS = [samples.c[name] for name in (*FIELDS, "inferred", "image", "batch", "batch_shape")]  # without the labels


def sample_info(row: Mapping[str, Any] | RowMapping, size: int) -> SampleInfo:
    """A row of `samples` as it travels; `size` is the image's, in bytes."""
    digest = row["image"]
    return SampleInfo(
        **{name: row[name] for name in FIELDS},
        inferred=bool(row["inferred"]),
        hash=digest,
        url=f"/api/v1/blobs/{digest}",
        bytes=size,
        batch=row["batch"] or "",
        shape=tuple(row["batch_shape"]) if row["batch"] else (),
    )


def list_samples(
    connection: Connection, run_id: str, step: int | None = None, name: str | None = None, kind: str | None = None
) -> list[SampleInfo]:
    """A run's grids by step; at one step, of one name or kind when given."""
    query = _grids().where(samples.c.run_id == run_id)
    for column, wanted in ((samples.c.step, step), (samples.c.name, name), (samples.c.kind, kind)):
        if wanted is not None:
            query = query.where(column == wanted)
    return [sample_info(row, row["size"]) for row in connection.execute(query).mappings()]


def samples_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[SampleInfo]]:
    """The grids of some runs, each by step; runs that there are not are left out."""
    known = set(connection.execute(select(runs.c.id).where(runs.c.id.in_(ids))).scalars())
    found: dict[str, list[SampleInfo]] = {run_id: [] for run_id in ids if run_id in known}
    query = _grids().add_columns(samples.c.run_id).where(samples.c.run_id.in_(found))
    for row in connection.execute(query).mappings():
        found[row["run_id"]].append(sample_info(row, row["size"]))
    return found


def _grids() -> Select[Any]:
    query = select(*COLUMNS, blobs.c.size).join(blobs, blobs.c.hash == samples.c.image)
    return query.order_by(samples.c.step, samples.c.name, samples.c.kind)
