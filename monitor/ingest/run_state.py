"""A run as the writer knows it, and how its row is written at the end of a transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, case, insert, update

from monitor.ingest.change import Change
from monitor.storage.health import judge
from monitor.storage.tables import runs, senders
from monitor.wire import Finish

MAX_DURATION = 10 * 366 * 86_400.0  # a sender that tells of a longer run had its clock set meanwhile


@dataclass
class RunState:
    """A run as the writer knows it; `new_*` is what the open transaction adds."""

    signals: dict[str, str]
    started_at: float
    acked: dict[str, int]
    refused: dict[str, int]
    change: Change
    beat: bool = False
    resumed: bool = False
    last_step: int = -1
    samples: int = 0
    points: int = 0
    finished: Finish | None = None
    told: set[str] = field(default_factory=set)
    seen: bool = False  # its health was judged since it has signals that the doctor knows


def write_run(connection: Connection, run_id: str, state: RunState, now: float, thinned: int) -> None:
    """Writes what the open transaction adds to a run's row and its senders. `thinned`: how many media were removed."""
    for sender in state.told:
        key = (senders.c.run_id == run_id) & (senders.c.sender == sender)
        row = {"acked": state.acked.get(sender, 0), "refused": state.refused.get(sender, 0)}
        if not connection.execute(update(senders).where(key).values(row)).rowcount:
            connection.execute(insert(senders).values(row | {"run_id": run_id, "sender": sender}))
    values: dict[str, Any] = {"points": runs.c.points + state.points, "samples": runs.c.samples + state.samples}
    if thinned:
        values["thinned"] = runs.c.thinned + thinned
    if state.last_step >= 0:
        larger = runs.c.last_step > state.last_step
        values["last_step"] = case((larger, runs.c.last_step), else_=state.last_step)
    if state.beat:
        values["heartbeat_at"] = now
    if state.resumed:
        values |= {"state": "running", "reason": "", "finished_at": None, "told_duration": None}
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))
    if state.change.alerts or state.change.rewound_to is not None or (state.points and not state.seen):
        state.seen = judge(connection, run_id)
    if state.finished is not None:
        _finish(connection, run_id, state, state.finished, now)


def _finish(connection: Connection, run_id: str, state: RunState, last: Finish, now: float) -> None:
    told = last.time - state.started_at
    duration = told if 0 <= told <= MAX_DURATION else None
    ended = update(runs).where(runs.c.id == run_id)
    if last.state == "crashed":
        # An earlier process of the run, whose journal came late: that it crashed says nothing of the one that finished.
        ended = ended.where(runs.c.state != "finished")
    values = {"state": last.state, "reason": last.reason, "finished_at": now, "told_duration": duration}
    connection.execute(ended.values(values))
