"""What is known of a run by who follows it: the doctor (`doctors`), the rules (`rule_memory`). Only the writer changes it."""

from __future__ import annotations

import time

from sqlalchemy import Connection, Table, delete, insert, select, update


def keep(connection: Connection, table: Table, run_id: str, state: bytes) -> None:
    """Keeps what is known of a run."""
    row = {"state": state, "updated_at": time.time()}
    if not connection.execute(update(table).where(table.c.run_id == run_id).values(row)).rowcount:
        connection.execute(insert(table).values(row | {"run_id": run_id}))


def kept(connection: Connection, table: Table, run_id: str) -> bytes | None:
    """What was kept; None: nothing."""
    return connection.execute(select(table.c.state).where(table.c.run_id == run_id)).scalar()


def forget(connection: Connection, table: Table, run_id: str) -> None:
    """Drops what was kept of a run."""
    connection.execute(delete(table).where(table.c.run_id == run_id))
