"""Jobs that somebody asked for: a joint map, from its request to a task and from its outcome to the database."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from monitor.ingest.apply import Applier
from monitor.jobs.bundle import Bundle, folder_of, source_of
from monitor.jobs.work import Outcome, Step, Task
from monitor.storage import jobs as queue
from monitor.storage import joint
from monitor.storage.blobs import Blobs
from monitor.storage.jobs import Claimed
from monitor.storage.tables import runs


def collect_joint(connection: Connection, blobs: Blobs, run_id: str, target: str, lease: str, taken: Claimed) -> Bundle:
    """The task of a map that was asked for; when one of its batches is gone meanwhile, it fails at once."""
    method, parts = joint.parts_of(connection, taken.name)
    sources = [source_of(blobs, part) for part in parts]
    lost = next((part for part in parts if not _kept(blobs, part)), None)
    if lost is not None:
        where = "the reference" if lost.step < 0 else f"the batch of step {lost.step}"
        queue.failed(connection, [taken.id], f"{where} of run {lost.run!r} is not kept any more", final=True)
        return Bundle(run_id, joint.KIND, lease, {}, {}, None)
    asked = [
        {"source": msgspec.structs.astuple(one), "count": part.count} for one, part in zip(sources, parts, strict=True)
    ]
    task = Task(
        target,
        sources[0],
        [Step(taken.id, taken.name, taken.step, sources[0])],
        connection.execute(select(runs.c.extractor).where(runs.c.id == run_id)).scalar_one(),
        folder_of(blobs),
        msgspec.msgpack.encode({"request": {"method": method, "parts": asked}}),
    )
    return Bundle(run_id, joint.KIND, lease, {taken.id: taken}, {}, task)


def _kept(blobs: Blobs, part: joint.Part) -> bool:
    return all(blobs.path(digest).is_file() for digest in (part.blob, part.features) if digest)


def store_joint(connection: Connection, applier: Applier, bundle: Bundle, outcome: Outcome) -> None:
    """Writes the map, or why there is none."""
    held = queue.held(connection, bundle.lease)
    for key, result in outcome.results.items():
        if key in held:
            joint.finish(connection, bundle.jobs[key].name, result.columns)
            queue.done(connection, [key])
    for key, refusal in outcome.refusals.items():
        if key in held:
            queue.failed(connection, [key], refusal.reason, refusal.final)
    applier.computed(connection, bundle.run_id, (), ())
