"""What a batch does to the database, within a transaction that somebody else begins and commits."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from monitor.errors import NotFound
from monitor.ingest.series import Series, SeriesWriter, refresh, write_summaries
from monitor.storage.blobs import Blobs
from monitor.storage.rollups import SHIFT
from monitor.storage.samples import sample_info
from monitor.storage.statements import Statements
from monitor.storage.tables import blobs as blob_table
from monitor.storage.tables import events, points, rollups, runs, samples, senders, series
from monitor.wire import Batch, Event, Finish, RunInfo, SampleInfo, Samples, Scalars


@dataclass
class Change:
    """What a commit changed in one run; for the live cursor."""

    run_id: str
    points: dict[str, tuple[list[int], list[float]]] = field(default_factory=dict)
    samples: list[SampleInfo] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    rewound_to: int | None = None
    deleted: bool = False


@dataclass
class RunState:
    """A run as the writer knows it; `new_*` is what the open transaction adds."""

    signals: dict[str, str]
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


class Applier:
    """Applies batches; `flush` writes what they collected, `forget` drops what a failed transaction left in memory."""

    def __init__(self, engine: Engine, blobs: Blobs) -> None:
        self._statements = Statements(engine)
        self._series = SeriesWriter(self._statements)
        self._blobs = blobs
        self._runs: dict[str, RunState] = {}
        self._touched: dict[str, RunState] = {}
        self._deleted: list[Change] = []
        self._points = 0

    def forget(self) -> None:
        """Nothing in memory may be trusted any more."""
        self._series.forget()
        self._runs.clear()
        self._touched.clear()
        self._deleted.clear()

    def committed(self) -> int:
        """The points written since the last call."""
        points, self._points = self._points, 0
        return points

    # -- runs ---------------------------------------------------------------------------------------------------------

    def declare(self, connection: Connection, info: RunInfo) -> dict[str, int]:
        """Makes a run known, or takes it as a sign of life; what the service has of each of its senders."""
        now = time.time()
        if connection.execute(select(runs.c.id).where(runs.c.id == info.id)).first() is None:
            row = {
                "id": info.id, "project": info.project, "name": info.name or info.id, "group": info.group, "tags": info.tags,
                "notes": "", "config": info.config, "signals": info.signals, "environment": info.environment,
                "total_steps": info.total_steps, "state": "running", "reason": "", "created_at": now,
                "started_at": info.started_at or now, "finished_at": None, "heartbeat_at": now, "last_step": None,
                "points": 0, "samples": 0,
            }  # fmt: skip
            connection.execute(insert(runs).values(row))
        state = self._run(connection, info.id)
        state.beat = True
        return dict(state.acked)

    def patch(self, connection: Connection, run_id: str, values: dict[str, Any]) -> None:
        """Changes what users may change of a run."""
        self._run(connection, run_id)
        connection.execute(update(runs).where(runs.c.id == run_id).values(values))

    def delete(self, connection: Connection, run_id: str) -> list[str]:
        """Removes a run and all that is its; the names of blobs that nobody uses any more."""
        self._run(connection, run_id)
        self._touched.pop(run_id)
        self._runs.pop(run_id)
        self._series.forget()
        used = select(samples.c.image).where(samples.c.run_id == run_id)
        batches = select(samples.c.batch).where(samples.c.run_id == run_id, samples.c.batch.is_not(None))
        hashes = [row[0] for row in connection.execute(used.union(batches))]
        mine = select(series.c.id).where(series.c.run_id == run_id)
        for table in (points, rollups):
            connection.execute(delete(table).where(table.c.series_id.in_(mine)))
        for table in (series, samples, senders, events):
            connection.execute(delete(table).where(table.c.run_id == run_id))
        connection.execute(delete(runs).where(runs.c.id == run_id))
        self._deleted.append(Change(run_id, deleted=True))
        return self._unused(connection, hashes)

    def _unused(self, connection: Connection, hashes: list[str]) -> list[str]:
        free = []
        for digest in hashes:
            kept = select(samples.c.id).where((samples.c.image == digest) | (samples.c.batch == digest)).limit(1)
            if connection.execute(kept).first() is None:
                connection.execute(delete(blob_table).where(blob_table.c.hash == digest))
                free.append(digest)
        return free

    def _run(self, connection: Connection, run_id: str) -> RunState:
        state = self._runs.get(run_id)
        if state is None:
            row = connection.execute(select(runs.c.signals).where(runs.c.id == run_id)).first()
            if row is None:
                raise NotFound(f"no run {run_id!r}; declare it first with POST /runs", run=run_id)
            found = connection.execute(select(senders).where(senders.c.run_id == run_id)).all()
            acked = {one.sender: one.acked for one in found}
            state = RunState(row[0], acked, {one.sender: one.refused for one in found}, Change(run_id))
            self._runs[run_id] = state
        self._touched[run_id] = state
        return state

    # -- records ------------------------------------------------------------------------------------------------------

    def batch(self, connection: Connection, run_id: str, batch: Batch) -> int:
        """Applies what is new in a batch; the sender's acknowledged number."""
        state = self._run(connection, run_id)
        state.beat = True
        acked = state.acked.get(batch.sender, 0)
        for record in batch.records[max(0, acked + 1 - batch.first_seq) :]:
            if type(record) is Scalars:
                self._series.collect(connection, run_id, state.signals, record.step, record.time, record.values)
                state.last_step = max(state.last_step, record.step)
            else:
                self._other(connection, run_id, state, record)
        newest = batch.first_seq + len(batch.records) - 1
        if newest > acked and batch.records:
            state.acked[batch.sender] = acked = newest
            state.told.add(batch.sender)
        if batch.refused > state.refused.get(batch.sender, 0):
            state.refused[batch.sender] = batch.refused
            state.told.add(batch.sender)
        return acked

    def _other(self, connection: Connection, run_id: str, state: RunState, record: Any) -> None:
        if isinstance(record, Samples):
            self._sample(connection, run_id, state, record)
        elif isinstance(record, Finish):
            state.finished = record
        elif isinstance(record, Event):
            self._event(connection, run_id, state, record)

    def _sample(self, connection: Connection, run_id: str, state: RunState, record: Samples) -> None:
        media_type = "image/webp" if record.image[8:12] == b"WEBP" else "image/png"
        row = {
            name: getattr(record, name)
            for name in ("step", "name", "kind", "time", "rows", "columns", "count", "tile_height", "tile_width",
                         "value_range", "batch_dtype")
        }  # fmt: skip
        row |= {
            "run_id": run_id,
            "inferred": int(record.inferred),
            "image": self._blob(connection, record.image, media_type),
            "batch": self._blob(connection, record.batch, "application/octet-stream") if record.batch else None,
            "batch_shape": list(record.batch_shape),
        }
        same = (
            (samples.c.run_id == run_id)
            & (samples.c.name == record.name)
            & (samples.c.kind == record.kind)
            & (samples.c.step == record.step)
        )
        replaced = connection.execute(delete(samples).where(same)).rowcount
        connection.execute(insert(samples).values(row))
        state.samples += 1 - replaced
        state.last_step = max(state.last_step, record.step)
        state.change.samples.append(sample_info(row, len(record.image)))

    def _blob(self, connection: Connection, content: bytes, media_type: str) -> str:
        digest = self._blobs.put(content)
        if connection.execute(select(blob_table.c.hash).where(blob_table.c.hash == digest)).first() is None:
            row = {"hash": digest, "media_type": media_type, "size": len(content), "created_at": time.time()}
            connection.execute(insert(blob_table).values(row))
        return digest

    def _event(self, connection: Connection, run_id: str, state: RunState, record: Event) -> None:
        row = {"run_id": run_id, "step": record.step, "time": record.time, "kind": record.kind, "data": record.data}
        connection.execute(insert(events).values(row))
        state.change.events.append({key: row[key] for key in ("step", "time", "kind", "data")})
        state.resumed = state.resumed or record.kind in ("resume", "rewind")
        if record.kind == "rewind" and record.step is not None:
            self._rewind(connection, run_id, state, record.step)
        elif record.kind == "config":
            config = connection.execute(select(runs.c.config).where(runs.c.id == run_id)).scalar_one()
            connection.execute(update(runs).where(runs.c.id == run_id).values(config=config | record.data))

    def _rewind(self, connection: Connection, run_id: str, state: RunState, step: int) -> None:
        """Drops points and samples after `step`, and computes what they touched anew."""
        self._write_points(connection)
        touched: list[Series] = []
        for one in self._series.of_run(connection, run_id).values():
            if one.last_step <= step:
                continue
            before = one.count
            late = (points.c.series_id == one.id) & (points.c.step > step)
            connection.execute(delete(points).where(late))
            edge = step >> SHIFT
            for level in range(1, 20):
                after = (rollups.c.series_id == one.id) & (rollups.c.level == level)
                connection.execute(delete(rollups).where(after & (rollups.c.bucket > step >> SHIFT * level)))
            refresh(connection, self._statements, one, {edge})
            state.points += one.count - before
            touched.append(one)
        write_summaries(connection, touched)
        gone = connection.execute(delete(samples).where((samples.c.run_id == run_id) & (samples.c.step > step)))
        state.samples -= gone.rowcount
        steps = [one.last_step for one in self._series.of_run(connection, run_id).values()]
        newest = max(steps, default=-1)
        connection.execute(update(runs).where(runs.c.id == run_id).values(last_step=newest if newest >= 0 else None))
        state.last_step, state.finished = -1, None
        state.change.points.clear()
        state.change.rewound_to = step

    # -- the end of a transaction -------------------------------------------------------------------------------------

    def flush(self, connection: Connection) -> list[Change]:
        """Writes points, acknowledgements and run rows; what changed, by run."""
        self._write_points(connection)
        now = time.time()
        for run_id, state in self._touched.items():
            self._flush_run(connection, run_id, state, now)
        changes = [state.change for state in self._touched.values()] + self._deleted
        for run_id, state in self._touched.items():
            self._runs[run_id] = RunState(state.signals, state.acked, state.refused, Change(run_id))
        self._touched, self._deleted = {}, []
        return changes

    def _write_points(self, connection: Connection) -> None:
        for one in self._series.pending():
            steps, values = self._touched[one.run_id].change.points.setdefault(one.name, ([], []))
            steps += one.steps
            values += one.values
            self._points += len(one.steps)
        for run_id, count in self._series.write(connection).items():
            self._touched[run_id].points += count

    def _flush_run(self, connection: Connection, run_id: str, state: RunState, now: float) -> None:
        for sender in state.told:
            key = (senders.c.run_id == run_id) & (senders.c.sender == sender)
            row = {"acked": state.acked.get(sender, 0), "refused": state.refused.get(sender, 0)}
            if not connection.execute(update(senders).where(key).values(row)).rowcount:
                connection.execute(insert(senders).values(row | {"run_id": run_id, "sender": sender}))
        values: dict[str, Any] = {"points": runs.c.points + state.points, "samples": runs.c.samples + state.samples}
        if state.last_step >= 0:
            values["last_step"] = func.max(func.coalesce(runs.c.last_step, -1), state.last_step)
        if state.beat:
            values["heartbeat_at"] = now
        if state.resumed:
            values |= {"state": "running", "reason": "", "finished_at": None}
        if state.finished is not None:
            values |= {"state": state.finished.state, "reason": state.finished.reason, "finished_at": now}
        connection.execute(update(runs).where(runs.c.id == run_id).values(values))
