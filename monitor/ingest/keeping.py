"""What a run keeps once and for all, whatever is declared later: its extractor."""

from __future__ import annotations

from sqlalchemy import Connection, select

from monitor.storage.tables import events, runs
from monitor.wire import RunInfo

OTHER_EXTRACTOR = "extractor_kept"  # the event


def other_extractor(connection: Connection, info: RunInfo) -> dict[str, str] | None:
    """What to tell when a known run is declared with another extractor than it has, unless it was told already.

    Values are only comparable under one extractor, so the first one stays.
    """
    kept = connection.execute(select(runs.c.extractor).where(runs.c.id == info.id)).scalar_one()
    if info.extractor in ("", kept):
        return None
    said = {"asked": info.extractor, "kept": kept}
    told = select(events.c.data).where(events.c.run_id == info.id, events.c.kind == OTHER_EXTRACTOR)
    return None if said in connection.execute(told).scalars().all() else said
