"""Jobs of one run and kind that one worker takes: from the queue to a task, from its outcome to the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from monitor.ingest.apply import Applier
from monitor.jobs.work import Outcome, Source, Step, Task
from monitor.storage import jobs as queue
from monitor.storage.batches import Stored, batch_of, reference_of
from monitor.storage.blobs import Blobs
from monitor.storage.jobs import Claimed
from monitor.storage.joint import Part
from monitor.storage.projections import REFERENCE, put_frame
from monitor.storage.tables import runs
from monitor.wire import Scalars

EXTRACTORS = "extractors"  # the folder of the user's own, beside the blobs


@dataclass(frozen=True)
class Bundle:
    """Jobs under one lease, and when each batch was logged.

    Attributes:
        task: for the worker; None when nothing is left to do.
    """

    run_id: str
    kind: str
    lease: str
    jobs: dict[int, Claimed]
    times: dict[int, float]
    task: Task | None

    @property
    def steps(self) -> list[int]:
        """Which steps it is about."""
        return [job.step for job in self.jobs.values()]


def collect(
    connection: Connection,
    blobs: Blobs,
    run_id: str,
    kind: str,
    target: str,
    lease: str,
    taken: Sequence[Claimed],
) -> Bundle:
    """The task of jobs just claimed; those whose batch is not kept any more fail at once."""
    reference = reference_of(connection, run_id)
    found = {job.id: _batch(connection, run_id, job, reference) for job in taken}
    there = {key: stored for key, stored in found.items() if stored is not None}
    gone = [key for key in found if key not in there]
    if gone:
        queue.failed(connection, gone, "the batch is not kept any more", final=True)
    left = {job.id: job for job in taken if job.id in there}
    task = None
    if reference is not None and left:
        steps = [Step(key, job.name, job.step, source_of(blobs, there[key])) for key, job in left.items()]
        task = Task(
            target,
            source_of(blobs, reference),
            [step for step in steps if step.step != REFERENCE],
            connection.execute(select(runs.c.extractor).where(runs.c.id == run_id)).scalar_one(),
            folder_of(blobs),
            queue.remembered(connection, run_id, kind) or b"",
            next((step.job for step in steps if step.step == REFERENCE), None),
        )
    return Bundle(run_id, kind, lease, left, {key: stored.time for key, stored in there.items()}, task)


def _batch(connection: Connection, run_id: str, job: Claimed, reference: Stored | None) -> Stored | None:
    if reference is None or job.step == REFERENCE:
        return reference
    return batch_of(connection, run_id, job.name, job.step)


def folder_of(blobs: Blobs) -> str:
    """Where the user's own extractors lie."""
    return str(blobs.folder.parent / EXTRACTORS)


def source_of(blobs: Blobs, stored: Stored | Part) -> Source:
    """Where its files lie."""
    features = str(blobs.path(stored.features)) if stored.features else ""
    return Source(str(blobs.path(stored.blob)), stored.dtype, stored.shape, features, stored.extractor)


def store(connection: Connection, applier: Applier, bundle: Bundle, outcome: Outcome) -> None:
    """Writes what a worker gave: maps, series points, what the kind remembers, and what became of the jobs.

    When the lease has lost a job meanwhile (a rewind, a new reference, a step logged again), nothing of it counts: the others
    are done again with what is true now.
    """
    held = queue.held(connection, bundle.lease)
    if held != set(bundle.jobs):
        queue.release(connection, bundle.lease)
        return
    frames, values = [], []
    for key, result in outcome.results.items():
        job = bundle.jobs[key]
        if result.columns:
            put_frame(connection, bundle.run_id, job.name, job.step, result.columns)
            frames.append(job.step)
        if result.points:
            values.append(Scalars(max(job.step, 0), bundle.times[key], result.points))
    queue.done(connection, list(outcome.results))
    for key, refusal in outcome.refusals.items():
        queue.failed(connection, [key], refusal.reason, refusal.final)
    queue.remember(connection, bundle.run_id, bundle.kind, outcome.memory)
    if outcome.refusals:
        applier.jobs_changed(connection, bundle.run_id)
    applier.computed(connection, bundle.run_id, values, frames)
