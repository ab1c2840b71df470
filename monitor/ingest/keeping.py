"""What a run keeps once and for all, whatever is declared later: its extractor."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from monitor.storage.tables import events, runs
from monitor.wire import RunInfo

OTHER_EXTRACTOR = "extractor_kept"  # the event


def other_extractor(connection: Connection, info: RunInfo) -> dict[str, str] | None:
    """What to tell when a known run is declared with another extractor than it has, unless it was told already.

    Values are only comparable under one extractor, so the first one stays.
    """
    return _other(connection, info.id, info.extractor)


def given_extractor(connection: Connection, run_id: str, name: str, first: bool) -> dict[str, str] | None:
    """A reference came with features: with the run's `first` one their maker becomes its extractor; else as above."""
    if first and name:
        connection.execute(update(runs).where(runs.c.id == run_id).values(extractor=name))
    return _other(connection, run_id, name)


def _other(connection: Connection, run_id: str, asked: str) -> dict[str, str] | None:
    kept = connection.execute(select(runs.c.extractor).where(runs.c.id == run_id)).scalar_one()
    if asked in ("", kept):
        return None
    said = {"asked": asked, "kept": kept}
    told = select(events.c.data).where(events.c.run_id == run_id, events.c.kind == OTHER_EXTRACTOR)
    return None if said in connection.execute(told).scalars().all() else said
