"""The trash empties itself: a run that has been in it for long enough is deleted for good, as a user would do it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from monitor.ingest.apply import Applier
from monitor.storage.tables import runs

DAY = 86_400.0  # seconds
AT_ONCE = 20  # runs that one transaction deletes: others wait for the writer meanwhile


def delete_overdue(connection: Connection, applier: Applier, before: float, most: int = AT_ONCE) -> list[str]:
    """Deletes at most `most` runs that were put into the trash before a time (Unix seconds); their ids.

    A run that still gives signs of life stays: its training would be told that there is no such run.
    """
    old = runs.c.trashed_at < before, runs.c.heartbeat_at < before
    ids = list(connection.execute(select(runs.c.id).where(*old).order_by(runs.c.trashed_at).limit(most)).scalars())
    for run_id in ids:
        applier.delete(connection, run_id)
    return ids
