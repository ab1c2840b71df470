"""Things that users name and change: rules, channels, routes. Rows of one shape; what `data` holds is checked before."""

from __future__ import annotations

import time
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from monitor.errors import InvalidValue, NotFound

MOST = 200  # of each kind


class Named(Struct, frozen=True):
    """One of them. `version` is when it was last changed, in seconds since the epoch; no two changes share one."""

    id: int
    name: str
    data: dict[str, Any]
    created_at: float
    version: float


def read_all(connection: Connection, table: Table) -> list[Named]:
    """All, by name."""
    query = select(table.c.id, table.c.name, table.c.data, table.c.created_at, table.c.version).order_by(table.c.name)
    return [Named(*row) for row in connection.execute(query)]


def find(connection: Connection, table: Table, key: int) -> Named:
    """One.

    Raises:
        NotFound: there is none.
    """
    query = select(table.c.id, table.c.name, table.c.data, table.c.created_at, table.c.version)
    row = connection.execute(query.where(table.c.id == key)).first()
    if row is None:
        raise NotFound(f"no {_one(table)} {key}", id=key)
    return Named(*row)


def add(connection: Connection, table: Table, name: str, data: dict[str, Any], **further: Any) -> int:
    """Adds one, with what only this table has; its id.

    Raises:
        InvalidValue: the name is taken, or there are too many.
    """
    _free(connection, table, name, None)
    if connection.execute(select(func.count()).select_from(table)).scalar_one() >= MOST:
        raise InvalidValue(f"there are {MOST} {table.name} already, which is the most that is allowed")
    now = time.time()
    row = {"name": name, "data": data, "created_at": now, "version": now} | further
    made = connection.execute(insert(table).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def change(connection: Connection, table: Table, key: int, name: str, data: dict[str, Any]) -> Named:
    """Writes one anew; as it was before.

    Raises:
        NotFound: there is none. InvalidValue: the new name is taken.
    """
    before = find(connection, table, key)
    _free(connection, table, name, key)
    version = max(time.time(), before.version + 1e-3)
    connection.execute(update(table).where(table.c.id == key).values(name=name, data=data, version=version))
    return before


def remove(connection: Connection, table: Table, key: int) -> Named:
    """Removes one; as it was.

    Raises:
        NotFound: there is none.
    """
    before = find(connection, table, key)
    connection.execute(delete(table).where(table.c.id == key))
    return before


def _free(connection: Connection, table: Table, name: str, own: int | None) -> None:
    other = connection.execute(select(table.c.id).where(table.c.name == name)).scalar()
    if other is not None and other != own:
        raise InvalidValue(f"name={name!r} is not allowed: there is a {_one(table)} of that name already")


def _one(table: Table) -> str:
    return table.name.removesuffix("s")
