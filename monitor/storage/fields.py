"""Reading fields: what a function of the plane gives on a grid of points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from monitor.errors import NotFound
from monitor.storage.tables import fields
from monitor.wire import FieldInfo

NAMES = ("step", "time", "name", "rows", "columns", "bounds", "low", "high")


@dataclass(frozen=True)
class StoredField:
    """A field, and the blob that holds its values: (rows, columns) little-endian float32."""

    info: FieldInfo
    blob: str


def field_info(row: Mapping[str, Any] | RowMapping) -> FieldInfo:
    """A row of `fields` as it travels."""
    return FieldInfo(**{name: row[name] for name in NAMES})


def list_fields(connection: Connection, run_id: str, name: str | None = None) -> list[FieldInfo]:
    """A run's fields by step; of one name when given."""
    query = select(fields).where(fields.c.run_id == run_id).order_by(fields.c.step, fields.c.name)
    if name is not None:
        query = query.where(fields.c.name == name)
    return [field_info(row) for row in connection.execute(query).mappings()]


def field_at(connection: Connection, run_id: str, step: int, name: str | None = None) -> StoredField:
    """The field of a step; of one name when given, else the first by name.

    Raises:
        NotFound: there is none.
    """
    query = select(fields).where(fields.c.run_id == run_id, fields.c.step == step).order_by(fields.c.name).limit(1)
    if name is not None:
        query = query.where(fields.c.name == name)
    row = connection.execute(query).mappings().first()
    if row is None:
        named = "" if name is None else f" named {name!r}"
        raise NotFound(f"run {run_id!r} has no field of step {step}{named}", run=run_id)
    return StoredField(field_info(row), row["blob"])
