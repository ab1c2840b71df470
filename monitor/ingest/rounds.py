"""The doctor's rounds: follows what is written, tells each run's doctor, and has what it says stored."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from monitor.doctor import Alert as Told
from monitor.doctor import Doctor
from monitor.errors import NashboardError
from monitor.ingest.follower import Follower
from monitor.ingest.live import LiveLog
from monitor.ingest.rows import rows_of
from monitor.ingest.writer import Writer
from monitor.storage import alerts as store
from monitor.storage import memory
from monitor.storage.retelling import names_of, retell
from monitor.storage.tables import doctors, events, runs
from monitor.wire import Alert, LiveRun

logger = logging.getLogger("nashboard.doctor")

KEEP_EVERY = 10.0  # seconds between two times that what a doctor knows is kept
LOOK_EVERY = 1.0  # seconds, when nobody says that something was written
A_MOMENT = 0.2  # seconds at a time for runs whose past is caught up with
ALIVE = 86_400.0  # seconds: a run that said nothing for longer is looked at when it says something
MOST = 200  # doctors in memory; one who is not needed for longest is sent home, and comes back with what was kept
TOLD = 20  # alerts that a training is told of
LATELY = 600.0  # seconds that a training is told of an alert that is over


@dataclass
class Patient:
    """A run under observation.

    Attributes:
        ended: it has finished, and its last steps were judged.
        dirty: something was observed since what its doctor knows was kept.
    """

    run_id: str
    doctor: Doctor
    kept_at: float = 0.0
    dirty: bool = False
    ended: bool = False
    seen_at: float = field(default_factory=time.monotonic)


class Rounds(Follower):
    """A thread beside the writer: ingest never waits for it.

    What is written comes from the live log; when that has forgotten it, and for runs new to this process, from the database.

    Attributes:
        lag: seconds that the last round came behind what was written.
        alerts: how many times an alert was opened, made worse or resolved.
    """

    def __init__(self, engine: Engine, live: LiveLog, writer: Writer) -> None:
        super().__init__("nashboard-doctor", engine, live, writer)
        self._patients: dict[str, Patient] = {}
        self._notes: dict[str, list[Alert]] = {}
        self._waiting: deque[str] = deque()
        self._woken_at = 0.0
        self.lag, self.alerts = 0.0, 0

    def notes(self, run_id: str) -> list[Alert]:
        """What the run's training is to be told."""
        return self._notes.get(run_id, [])

    def wake(self) -> None:
        """Something was written; from any thread."""
        if not self._awake.is_set():
            self._woken_at = time.monotonic()
            self._awake.set()

    def _work(self) -> None:
        self._guarded(self._look_back)
        while not self._stopping:
            self._awake.wait(0 if self._waiting else LOOK_EVERY)
            woken, self._woken_at = self._woken_at, 0.0
            self._awake.clear()
            self._guarded(self._round)
            self.lag = time.monotonic() - woken if woken else 0.0
            self._catch_up()
        self._guarded(self._keep_all)

    def _guarded(self, act: Callable[[], None], run_id: str = "") -> None:
        """Whatever goes wrong with one run, the others are followed. Its doctor begins again with what was kept of it."""
        try:
            act()
        except (SQLAlchemyError, NashboardError) as error:  # a full disk, say: look again later
            logger.warning("the doctor could not make its round: %s", error)
            self._patients.pop(run_id, None)
        except Exception:
            logger.exception("the doctor failed at run %r", run_id)
            self._patients.pop(run_id, None)

    # -- rounds -------------------------------------------------------------------------------------------------------

    def _look_back(self) -> None:
        """Finds the runs that are under way, or logged something since their doctor last knew; those heard of last come first."""
        unknown = doctors.c.updated_at.is_(None) | (doctors.c.updated_at < runs.c.heartbeat_at)
        alive = (runs.c.state == "running") & (runs.c.heartbeat_at > time.time() - ALIVE)
        behind = select(runs.c.id).join(doctors, doctors.c.run_id == runs.c.id, isouter=True).where(alive | unknown)
        with self._engine.begin() as connection:
            self._waiting = deque(connection.execute(behind.order_by(runs.c.heartbeat_at.desc())).scalars())

    def _catch_up(self) -> None:
        """Goes on for a moment with what was missed; what comes live is not kept waiting, however many runs that are."""
        until = time.monotonic() + A_MOMENT
        while self._waiting and not self._stopping and time.monotonic() < until:
            run_id = self._waiting.popleft()
            if run_id not in self._patients:
                self._guarded(partial(self._patient, run_id), run_id)
                self._guarded(partial(self._end, {run_id}), run_id)
                self._guarded(self._send_home)

    def _round(self) -> None:
        found = self._live.since(self._cursor, None)
        self._cursor = found.cursor
        if found.reset:
            self._patients.clear()
            self._look_back()
        self._remember(found.alerts)
        for run_id, change in found.changes.items():
            if change.points or change.events or change.rewound_to is not None:
                self._guarded(partial(self._visit, run_id, change), run_id)
        self._end(found.runs)
        self._send_home()

    def _visit(self, run_id: str, change: LiveRun) -> None:
        if change.rewound_to is not None:
            self._forget(run_id, change.rewound_to)
        known = self._patients.get(run_id)
        if known is None:
            self._patient(run_id)
            return
        for event in change.events:
            known.doctor.event(event["kind"], event["step"], event["data"])
        self._tell(known, rows_of(change, known.doctor.looks_at))

    def _forget(self, run_id: str, step: int) -> None:
        """The run goes on from `step`. What was told or kept while the rewind was being written is taken back as well."""
        self._patients.pop(run_id, None)
        self._notes.pop(run_id, None)
        self._writer.submit(lambda connection, _: store.rewind(connection, run_id, step)).result()

    def _tell(self, patient: Patient, rows: Iterable[tuple[int, dict[str, float]]]) -> None:
        told: list[Told] = []
        for step, values in rows:
            told += patient.doctor.observe(step, values)
            patient.dirty = True
        patient.seen_at = time.monotonic()
        self._store(patient, told)

    def _store(self, patient: Patient, told: list[Told], now: bool = False) -> None:
        """Has alerts written, and now and then what the doctor knows; both in one transaction, so that neither is there alone."""
        late = patient.dirty and time.monotonic() - patient.kept_at > KEEP_EVERY
        if not (told or now or late):
            return
        patient.kept_at, patient.dirty = time.monotonic(), False
        rows = [msgspec.to_builtins(alert) for alert in [*told, *patient.doctor.alerts]]
        known = patient.doctor.dump()
        self.alerts += len(told)
        future: Future[None] = self._writer.submit(
            lambda connection, applier: applier.alerted(connection, patient.run_id, rows, known)
        )
        future.result()

    def _remember(self, told: Iterable[Any]) -> None:
        for alert in told:
            notes = {note.id: note for note in self._notes.get(alert.run, [])}
            notes[alert.id] = msgspec.convert(msgspec.to_builtins(alert), Alert)
            fresh = [
                note for note in notes.values() if note.state != "resolved" or note.updated_at > time.time() - LATELY
            ]
            self._notes[alert.run] = sorted(fresh, key=lambda note: note.updated_at)[-TOLD:]

    def _end(self, run_ids: set[str]) -> None:
        """Runs that have finished are judged to their last step."""
        open_ = [one for run_id in run_ids if (one := self._patients.get(run_id)) and not one.ended]
        if not open_:
            return
        with self._engine.begin() as connection:
            wanted = select(runs.c.id).where(runs.c.id.in_([one.run_id for one in open_]), runs.c.state != "running")
            done = set(connection.execute(wanted).scalars())
        for patient in open_:
            if patient.run_id in done:
                patient.ended = True
                self._store(patient, patient.doctor.close(), now=True)

    def _send_home(self) -> None:
        """Bounds memory; what their doctors know is kept."""
        tired = sorted(self._patients.values(), key=lambda one: (not one.ended, one.seen_at))
        for patient in tired[: max(0, len(tired) - MOST)]:
            self._store(patient, [], now=patient.dirty)
            del self._patients[patient.run_id]
            self._notes.pop(patient.run_id, None)

    def _keep_all(self) -> None:
        for patient in self._patients.values():
            if patient.dirty:
                self._store(patient, [], now=True)

    # -- runs that are new to this process ----------------------------------------------------------------------------

    def _patient(self, run_id: str) -> None:
        with self._engine.begin() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().first()
            if row is None:
                return
            kept = memory.kept(connection, doctors, run_id)
            happened = [(one.kind, one.step, one.data) for one in connection.execute(
                select(events.c.kind, events.c.step, events.c.data).where(events.c.run_id == run_id).order_by(events.c.id)
            )]  # fmt: skip
            self._remember(store.list_alerts(connection, run_id, limit=TOLD))
            doctor = Doctor(row["config"], row["signals"], row["total_steps"])
            if kept is None or not _taken_up(doctor, kept):
                for kind, step, data in happened:
                    if kind in ("period", "config"):
                        doctor.event(kind, step, data)
            patient = self._patients[run_id] = Patient(run_id, doctor)
            told = _caught_up(connection, patient)
        self._store(patient, told, now=True)


def _taken_up(doctor: Doctor, kept: bytes) -> bool:
    try:
        doctor.load(kept)
    except (msgspec.MsgspecError, ValueError):  # of another version: the run is gone through again
        return False
    return True


def _caught_up(connection: Connection, patient: Patient) -> list[Told]:
    """Tells a doctor what it has missed, in order; what it said to that."""
    doctor = patient.doctor
    wanted = {key: name for key, name in names_of(connection, patient.run_id).items() if doctor.looks_at(name)}
    of_samples = {key: name for key, name in wanted.items() if name.startswith("sample")}
    told: list[Told] = []
    scalars = retell(connection, {key: name for key, name in wanted.items() if key not in of_samples}, doctor.judged)
    batches = retell(connection, of_samples, doctor.sampled)
    batch = next(batches, None)
    for step, values in scalars:
        while batch is not None and batch[0] <= step:
            told += doctor.observe(*batch)
            batch = next(batches, None)
        told += doctor.observe(step, values)
    while batch is not None:
        told += doctor.observe(*batch)
        batch = next(batches, None)
    return told
