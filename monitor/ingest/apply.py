"""What a batch does to the database, within a transaction that somebody else begins and commits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from monitor.errors import NotFound
from monitor.ingest.change import Change
from monitor.ingest.keeping import OTHER_EXTRACTOR, given_extractor, other_extractor
from monitor.ingest.layers import add_layers, drop_layers
from monitor.ingest.media import Media, sane
from monitor.ingest.run_state import RunState, write_run
from monitor.ingest.series import Series, SeriesWriter, refresh, write_summaries
from monitor.ingest.trash import throw_away
from monitor.notify import outbox
from monitor.storage import alerts as alert_store
from monitor.storage import facts, joint, memory
from monitor.storage import jobs as job_queue
from monitor.storage import rules as rule_store
from monitor.storage.batches import THINNED, Stored, reference_of
from monitor.storage.blobs import Blobs
from monitor.storage.named import read_all
from monitor.storage.rollups import LEVELS, SHIFT
from monitor.storage.statements import Statements
from monitor.storage.tables import (
    alerts,
    doctors,
    events,
    job_memory,
    jobs,
    points,
    projections,
    rollups,
    rule_memory,
    rules,
    run_facts,
    runs,
    samples,
    senders,
)
from monitor.wire import AlertInfo, Batch, Event, Field, Finish, RunInfo, Samples, Scalars
from monitor.wire_layers import Filters, Histograms


@dataclass(frozen=True)
class Ruled:
    """An alert of a rule, as it was at that version."""

    rule: int
    version: float
    alert: dict[str, Any]


class Applier:
    """Applies batches; `flush` writes what they collected. Then comes `committed` or, if anything failed, `forget`.

    Args:
        kinds: of jobs, to be queued for each batch of samples. waiting: how many jobs of a run and kind may wait.
        extractor: of runs that name none. budget: bytes of a run's media.
    """

    def __init__(
        self,
        engine: Engine,
        blobs: Blobs,
        kinds: Sequence[str] = (),
        waiting: int = 200,
        extractor: str = "pooled-pixels",
        budget: int = 1 << 30,
    ) -> None:
        self._kinds, self._waiting, self._extractor = kinds, waiting, extractor
        self._statements = Statements(engine)
        self._series = SeriesWriter(self._statements)
        self._media = Media(blobs, budget)
        self._runs: dict[str, RunState] = {}
        self._touched: dict[str, RunState] = {}
        self._deleted: list[Change] = []
        self._points = 0

    def forget(self) -> None:
        """The transaction failed: nothing in memory may be trusted any more, and its new files are removed."""
        self._media.forget()
        self._series.forget()
        for some in (self._runs, self._touched, self._deleted):
            some.clear()
        self._points = 0

    def committed(self) -> int:
        """The transaction is on disk: files that nobody uses any more go. The number of points written."""
        self._media.committed()
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
                "started_at": sane(info.started_at, now) or now, "finished_at": None, "heartbeat_at": now,
                "told_duration": None, "last_step": None, "points": 0, "samples": 0,
                "extractor": info.extractor or self._extractor,
            }  # fmt: skip
            connection.execute(insert(runs).values(row))
            facts.replace(connection, info.id, "config", facts.of_config(info.config))
            facts.replace(connection, info.id, "tag", facts.of_tags(info.tags))
        state = self._run(connection, info.id)
        if said := other_extractor(connection, info):
            self._event(connection, info.id, state, Event(None, now, OTHER_EXTRACTOR, said))
        state.beat = True
        return dict(state.acked)

    def patch(self, connection: Connection, run_id: str, values: dict[str, Any]) -> None:
        """Changes what users may change of a run."""
        self._run(connection, run_id)
        connection.execute(update(runs).where(runs.c.id == run_id).values(values))
        if "tags" in values:
            facts.replace(connection, run_id, "tag", facts.of_tags(values["tags"]))
        if "notes" in values:
            facts.replace(connection, run_id, "notes", facts.of_notes(values["notes"]))

    def delete(self, connection: Connection, run_id: str) -> None:
        """Removes a run and all that is its; its points go bit by bit, see `monitor.ingest.trash`."""
        self._run(connection, run_id)
        self._touched.pop(run_id)
        self._runs.pop(run_id)
        self._series.drop(run_id)
        self._media.drop(connection, run_id)
        drop_layers(connection, run_id)
        joint.drop(connection, run_id)
        throw_away(connection, run_id)
        for table in (senders, events, jobs, job_memory, projections, alerts, doctors, rule_memory, run_facts):
            connection.execute(delete(table).where(table.c.run_id == run_id))
        connection.execute(delete(runs).where(runs.c.id == run_id))
        self._deleted.append(Change(run_id, deleted=True))

    def ask_joint(self, connection: Connection, wanted: joint.Wanted) -> str:
        """Queues a joint map; its id."""
        found = joint.ask(connection, wanted)
        self._run(connection, wanted.runs[0]).change.jobs = True
        return found

    def computed(self, connection: Connection, run_id: str, results: Sequence[Scalars], frames: Sequence[int]) -> None:
        """Takes values that were computed of a run's samples, and tells of new maps; it is no sign of life."""
        state = self._run(connection, run_id)
        if results:
            self._series.collect(connection, run_id, state.signals, results)
        state.change.projections += frames

    def jobs_changed(self, connection: Connection, run_id: str) -> None:
        """Tells that some of a run's jobs were begun or failed."""
        self._run(connection, run_id).change.jobs = True

    def alerted(self, connection: Connection, run_id: str, told: Sequence[dict[str, Any]], known: bytes) -> None:
        """Takes what the doctor says of a run's alerts, and what it knows by now."""
        memory.keep(connection, doctors, run_id, known)
        self._alerts(connection, run_id, told)

    def ruled(self, connection: Connection, run_id: str, told: Sequence[Ruled], known: bytes) -> None:
        """Takes what rules say of a run, and what following them knows by now. Rules that were changed meanwhile say nothing."""
        current = {(one.id, one.version) for one in read_all(connection, rules)}
        self._run(connection, run_id)
        memory.keep(connection, rule_memory, run_id, known)
        self._alerts(connection, run_id, [one.alert for one in told if (one.rule, one.version) in current])

    def rule_over(self, connection: Connection, kind: str) -> None:
        """A rule was changed or removed: its alerts are resolved."""
        for alert in rule_store.open_alerts(connection, kind):
            self.alert_changed(connection, alert.id, "resolved")

    def _alerts(self, connection: Connection, run_id: str, told: Sequence[dict[str, Any]]) -> None:
        changed = [found for one in told if (found := alert_store.put(connection, run_id, one))]
        if changed:  # else nobody need be woken
            self._changed(connection, run_id, changed)

    def alert_changed(self, connection: Connection, alert_id: int, to: str, until: float | None = None) -> AlertInfo:
        """Acknowledges, snoozes or resolves an alert."""
        found = alert_store.change(connection, alert_id, to, until)
        self._changed(connection, found.run, [found])
        return found

    def wake_snoozed(self, connection: Connection) -> None:
        """Alerts whose snooze is over are open again."""
        for found in alert_store.wake_snoozed(connection):
            self._changed(connection, found.run, [found])

    def _changed(self, connection: Connection, run_id: str, changed: list[AlertInfo]) -> None:
        """Tells those who follow, and queues what people are to be told."""
        self._run(connection, run_id).change.alerts += changed
        outbox.queue(connection, changed, time.time())

    def _run(self, connection: Connection, run_id: str) -> RunState:
        state = self._runs.get(run_id)
        if state is None:
            row = connection.execute(select(runs.c.signals, runs.c.started_at).where(runs.c.id == run_id)).first()
            if row is None:
                raise NotFound(f"no run {run_id!r}; declare it first with POST /runs", run=run_id)
            found = connection.execute(select(senders).where(senders.c.run_id == run_id)).all()
            acked = {one.sender: one.acked for one in found}
            refused = {one.sender: one.refused for one in found}
            state = RunState(row.signals, row.started_at, acked, refused, Change(run_id))
            self._runs[run_id] = state
        self._touched[run_id] = state
        return state

    # -- records ------------------------------------------------------------------------------------------------------

    def batch(self, connection: Connection, run_id: str, batch: Batch) -> int:
        """Applies what is new in a batch; the sender's acknowledged number."""
        state = self._run(connection, run_id)
        state.beat = True
        acked = state.acked.get(batch.sender, 0)
        fresh = batch.records[max(0, acked + 1 - batch.first_seq) :]
        for kind, records in groupby(fresh, type):
            if kind is Scalars:
                some = cast(list[Scalars], list(records))
                self._series.collect(connection, run_id, state.signals, some)
                state.last_step = max(state.last_step, *(record.step for record in some))
                continue
            for record in records:
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
        elif isinstance(record, Field):
            state.change.fields.append(self._media.add_field(connection, run_id, record))
            state.last_step = max(state.last_step, record.step)
        elif isinstance(record, Histograms | Filters):
            state.change.layers.append(add_layers(connection, run_id, record))
        elif isinstance(record, Finish):
            state.finished = record
        elif isinstance(record, Event):
            self._event(connection, run_id, state, record)

    def _sample(self, connection: Connection, run_id: str, state: RunState, record: Samples) -> None:
        known = reference_of(connection, run_id)
        info, replaced = self._media.add_sample(connection, run_id, record)
        state.samples += 1 - replaced
        state.last_step = max(state.last_step, record.step)
        state.change.samples.append(info)
        if record.kind == "reference" and (
            said := given_extractor(connection, run_id, record.extractor, first=known is None)
        ):
            self._event(connection, run_id, state, Event(None, time.time(), OTHER_EXTRACTOR, said))
        if record.batch and self._kinds:
            self._queue(connection, run_id, state, record, known)

    def _queue(
        self, connection: Connection, run_id: str, state: RunState, record: Samples, known: Stored | None
    ) -> None:
        """Queues what is to be computed of a batch; all anew when it is a reference other than the `known` one."""
        if record.kind != "reference":
            if known is None:
                return  # its turn comes with the reference
            job_queue.enqueue(connection, run_id, self._kinds, record.name, record.step, self._waiting)
        elif reference_of(connection, run_id) != known:
            job_queue.enqueue_all(connection, run_id, self._kinds, self._waiting)
        state.change.jobs = True

    def _event(self, connection: Connection, run_id: str, state: RunState, record: Event) -> None:
        when = sane(record.time, time.time())
        row = {"run_id": run_id, "step": record.step, "time": when, "kind": record.kind, "data": record.data}
        connection.execute(insert(events).values(row))
        state.change.events.append({key: row[key] for key in ("step", "time", "kind", "data")})
        if record.kind in ("resume", "rewind"):
            state.resumed, state.finished = True, None
        if record.kind == "rewind" and record.step is not None:
            self._rewind(connection, run_id, state, record.step)
        elif record.kind == "config":
            config = connection.execute(select(runs.c.config).where(runs.c.id == run_id)).scalar_one()
            connection.execute(update(runs).where(runs.c.id == run_id).values(config=config | record.data))
            facts.replace(connection, run_id, "config", facts.of_config(config | record.data))

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
            for level in range(1, LEVELS + 1):
                after = (rollups.c.series_id == one.id) & (rollups.c.level == level)
                connection.execute(delete(rollups).where(after & (rollups.c.bucket > step >> SHIFT * level)))
            refresh(connection, self._statements, one, {edge})
            state.points += one.count - before
            touched.append(one)
        write_summaries(connection, touched)
        state.samples -= self._media.drop(connection, run_id, step)
        drop_layers(connection, run_id, step)
        job_queue.rewind(connection, run_id, step)
        alert_store.rewind(connection, run_id, step)
        self._set_last_step(connection, run_id)
        state.last_step = -1
        state.change.rewind(step)

    def _set_last_step(self, connection: Connection, run_id: str) -> None:
        steps = [one.last_step for one in self._series.of_run(connection, run_id).values()]
        grid = connection.execute(select(func.max(samples.c.step)).where(samples.c.run_id == run_id)).scalar()
        newest = max(*steps, -1, -1 if grid is None else grid)
        connection.execute(update(runs).where(runs.c.id == run_id).values(last_step=newest if newest >= 0 else None))

    # -- the end of a transaction -------------------------------------------------------------------------------------

    def flush(self, connection: Connection) -> list[Change]:
        """Writes points, acknowledgements and run rows; what changed, by run."""
        self._write_points(connection)
        now = time.time()
        for run_id, state in self._touched.items():
            if thinned := self._media.thin(connection, run_id):
                state.samples -= thinned.pop("grids")
                self._event(connection, run_id, state, Event(thinned["to"], now, THINNED, thinned))
            write_run(connection, run_id, state, now, 0 if thinned is None else thinned["removed"])
        changes = [state.change for state in self._touched.values()] + self._deleted
        for run_id, state in self._touched.items():
            self._runs[run_id] = RunState(
                state.signals, state.started_at, state.acked, state.refused, Change(run_id), seen=state.seen
            )
        self._touched, self._deleted = {}, []
        return changes

    def _write_points(self, connection: Connection) -> None:
        for one in self._series.pending():
            known = self._touched[one.run_id].change.points
            earlier = known.get(one.name)  # the lists are the change's from now on: the series begins new ones
            known[one.name] = (earlier[0] + one.steps, earlier[1] + one.values) if earlier else (one.steps, one.values)
            self._points += len(one.steps)
        for run_id, count in self._series.write(connection).items():
            self._touched[run_id].points += count
