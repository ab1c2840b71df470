"""What users do with many runs at once: put aside, throw away, bring back, delete for good, tag, move."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, select

from monitor.ingest.apply import Applier
from monitor.storage.runs import require
from monitor.storage.sizes import Size, measure
from monitor.storage.tables import runs

Action = Literal["archive", "unarchive", "trash", "restore", "delete", "tag", "untag", "group", "project"]
NEEDS_VALUE = ("tag", "untag", "group", "project")
MAX_TAGS = 100  # of one run


def curate(connection: Connection, applier: Applier, ids: Sequence[str], action: Action, value: str = "") -> Size:
    """Does it to all of the runs or, where one of them is unknown, to none. What a deletion frees; else nothing.

    Raises:
        NotFound: there is no such run.
    """
    require(connection, ids)
    if action == "delete":
        freed = measure(connection, ids)
        for run_id in ids:
            applier.delete(connection, run_id)
        return freed
    change = _changes(connection, ids, action, value)
    for run_id in ids:
        applier.patch(connection, run_id, change(run_id))
    return Size()


def _changes(connection: Connection, ids: Sequence[str], action: Action, value: str) -> Callable[[str], dict[str, Any]]:
    now = time.time()
    fixed: dict[str, dict[str, Any]] = {
        "archive": {"archived_at": now, "trashed_at": None},
        "unarchive": {"archived_at": None},
        "trash": {"trashed_at": now},
        "restore": {"trashed_at": None},
        "group": {"group": value},
        "project": {"project": value},
    }
    if action in fixed:
        return lambda _: fixed[action]
    tags = {row.id: row.tags for row in connection.execute(select(runs.c.id, runs.c.tags).where(runs.c.id.in_(ids)))}

    def tagged(run_id: str) -> dict[str, Any]:
        others = [tag for tag in tags[run_id] if tag != value]
        return {"tags": [*others, value][:MAX_TAGS] if action == "tag" else others}

    return tagged
