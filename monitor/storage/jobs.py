"""The jobs that worker processes do: which wait, which are under way, what became of them. All but reading is the writer's."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update

from monitor.storage.projections import REFERENCE, drop_frame
from monitor.storage.tables import job_memory, jobs, projections, samples

STATES = ("queued", "running", "done", "failed", "skipped")
RETRIES = 3
STEADY = ("projection",)  # kinds that remember what they made of the reference alone: a rewind leaves that as it is
MAX_ERROR = 2000  # characters


@dataclass(frozen=True)
class Claimed:
    """A job that a worker has taken. `step` is `REFERENCE` (-1) for the one that is about the reference alone."""

    id: int
    name: str
    step: int
    attempts: int


def enqueue(connection: Connection, run_id: str, kinds: Collection[str], name: str, step: int, limit: int) -> None:
    """Queues a job of each kind, anew when there is one; when more than `limit` wait, every second one is skipped."""
    drop_frame(connection, run_id, name, step)
    for kind in kinds:
        same = (jobs.c.run_id == run_id) & (jobs.c.kind == kind) & (jobs.c.name == name) & (jobs.c.step == step)
        row = {
            "run_id": run_id, "kind": kind, "name": name, "step": step, "state": "queued", "attempts": 0, "error": "",
            "lease": None, "created_at": time.time(), "started_at": None, "finished_at": None,
        }  # fmt: skip
        if not connection.execute(update(jobs).where(same).values(row)).rowcount:
            connection.execute(insert(jobs).values(row))
        _thin(connection, run_id, kind, limit)


def _thin(connection: Connection, run_id: str, kind: str, limit: int) -> None:
    """Leaves out every second of the waiting steps, never the reference and never the newest."""
    waiting = select(jobs.c.id).where(jobs.c.run_id == run_id, jobs.c.kind == kind, jobs.c.state == "queued")
    found = connection.execute(waiting.where(jobs.c.step != REFERENCE).order_by(jobs.c.step)).scalars().all()
    if len(found) > limit:
        values = {"state": "skipped", "error": f"more than {limit} steps waited", "finished_at": time.time()}
        connection.execute(update(jobs).where(jobs.c.id.in_(found[-2::-2])).values(values))


def enqueue_all(connection: Connection, run_id: str, kinds: Collection[str], limit: int) -> None:
    """The run has a new reference: all that was made with the last one goes, and all of its samples are queued anew."""
    connection.execute(delete(projections).where(projections.c.run_id == run_id))
    for table in (jobs, job_memory):
        connection.execute(delete(table).where(table.c.run_id == run_id, table.c.kind.in_(kinds)))
    enqueue(connection, run_id, kinds, "", REFERENCE, limit)
    batches = (
        select(samples.c.name, samples.c.step)
        .where(samples.c.run_id == run_id, samples.c.kind != "reference", samples.c.batch.is_not(None))
        .distinct()
    )
    for row in connection.execute(batches.order_by(samples.c.step)).all():
        enqueue(connection, run_id, kinds, row.name, row.step, limit)


def rewind(connection: Connection, run_id: str, step: int) -> None:
    """Drops what belongs to later steps and what kinds remember of batches; a worker that is at it has its results refused."""
    late = (jobs.c.run_id == run_id) & (jobs.c.step > step)
    connection.execute(delete(jobs).where(late))
    connection.execute(delete(projections).where(projections.c.run_id == run_id, projections.c.step > step))
    connection.execute(delete(job_memory).where(job_memory.c.run_id == run_id, job_memory.c.kind.not_in(STEADY)))
    give_back(connection, jobs.c.run_id == run_id)


def give_back(connection: Connection, which: ColumnElement[bool] | None = None) -> None:
    """Queues jobs again that are under way, as if nobody had taken them (`which`; None: all, at the service's start)."""
    running = jobs.c.state == "running"
    where = running if which is None else running & which
    connection.execute(update(jobs).where(where).values(state="queued", lease=None, attempts=jobs.c.attempts - 1))


def lost(connection: Connection, leases: Collection[str]) -> None:
    """Jobs that no living lease holds could not be stored when they were done: a try that failed."""
    query = select(jobs.c.id).where(jobs.c.state == "running", jobs.c.lease.not_in(leases))
    if some := connection.execute(query).scalars().all():
        failed(connection, some, "what the worker gave could not be stored")


def waiting(connection: Connection) -> list[tuple[str, str]]:
    """(run, kind) of all that has something queued and nothing under way, longest waiting first."""
    busy = func.sum(case((jobs.c.state == "running", 1), else_=0))
    query = (
        select(jobs.c.run_id, jobs.c.kind)
        .where(jobs.c.state.in_(("queued", "running")))
        .group_by(jobs.c.run_id, jobs.c.kind)
        .having(busy == 0)
        .order_by(func.min(jobs.c.created_at), jobs.c.run_id, jobs.c.kind)
    )
    return [(row.run_id, row.kind) for row in connection.execute(query)]


def claim(connection: Connection, run_id: str, kind: str, lease: str, size: int) -> list[Claimed]:
    """Takes at most `size` queued jobs by step; one that failed before comes alone, so that it takes no other with it."""
    query = select(jobs.c.id, jobs.c.name, jobs.c.step, jobs.c.attempts).where(
        jobs.c.run_id == run_id, jobs.c.kind == kind, jobs.c.state == "queued"
    )
    found = [Claimed(*row) for row in connection.execute(query.order_by(jobs.c.step, jobs.c.name).limit(size))]
    tried = next((i for i, job in enumerate(found) if job.attempts), len(found))
    taken = found[: max(1, tried)]
    values = {"state": "running", "lease": lease, "started_at": time.time(), "attempts": jobs.c.attempts + 1}
    connection.execute(update(jobs).where(jobs.c.id.in_([job.id for job in taken])).values(values))
    return taken


def release(connection: Connection, lease: str) -> None:
    """Queues what a lease still holds, as if it had not been taken."""
    give_back(connection, jobs.c.lease == lease)


def held(connection: Connection, lease: str) -> set[int]:
    """The jobs that a lease still holds: those whose run, step and reference are what they were when it was given."""
    return set(connection.execute(select(jobs.c.id).where(jobs.c.lease == lease)).scalars())


def done(connection: Connection, some: Sequence[int]) -> None:
    """They are done."""
    values = {"state": "done", "error": "", "lease": None, "finished_at": time.time()}
    connection.execute(update(jobs).where(jobs.c.id.in_(some)).values(values))


def failed(connection: Connection, some: Sequence[int], reason: str, final: bool = False) -> None:
    """They are tried again, at most three times; `final`: not again."""
    gone = jobs.c.attempts > (-1 if final else RETRIES)
    values = {
        "state": case((gone, "failed"), else_="queued"),
        "error": reason[-MAX_ERROR:],
        "lease": None,
        "finished_at": case((gone, time.time()), else_=None),
    }
    connection.execute(update(jobs).where(jobs.c.id.in_(some)).values(values))


def remembered(connection: Connection, run_id: str, kind: str) -> bytes | None:
    """What a kind left behind for its next job of this run."""
    query = select(job_memory.c.memory).where(job_memory.c.run_id == run_id, job_memory.c.kind == kind)
    return connection.execute(query).scalar()


def remember(connection: Connection, run_id: str, kind: str, memory: bytes) -> None:
    """Keeps it."""
    same = (job_memory.c.run_id == run_id) & (job_memory.c.kind == kind)
    if not connection.execute(update(job_memory).where(same).values(memory=memory)).rowcount:
        connection.execute(insert(job_memory).values(run_id=run_id, kind=kind, memory=memory))


def list_jobs(connection: Connection, run_id: str, kind: str | None = None) -> list[dict[str, Any]]:
    """A run's jobs by step."""
    fields = ("kind", "name", "step", "state", "attempts", "error", "created_at", "started_at", "finished_at")
    query = select(*(jobs.c[field] for field in fields)).where(jobs.c.run_id == run_id)
    if kind is not None:
        query = query.where(jobs.c.kind == kind)
    return [dict(row) for row in connection.execute(query.order_by(jobs.c.step, jobs.c.name)).mappings()]


def counts(connection: Connection) -> dict[str, int]:
    """How many jobs are in each state."""
    query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    found = {state: int(count) for state, count in connection.execute(query).all()}
    return {state: found.get(state, 0) for state in STATES}
