"""Joint maps: batches of one or several runs laid out together with real data, when somebody asks for it."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select, update

from monitor.errors import InvalidValue, NotFound
from monitor.storage.batches import Stored, batch_of, reference_of
from monitor.storage.jobs import enqueue
from monitor.storage.tables import jobs, joint_maps, runs, samples

KIND = "joint"  # of its jobs
MAX_ROWS = 1500  # of a map: scikit-learn's t-SNE takes seconds for these, minutes for many more
REAL_ROWS = 500  # at most, of them
MOST = 256  # rows of one batch
MAX_RUNS, MAX_STEPS, MAX_PARTS = 12, 64, 24
KEPT = 100  # maps, of all runs


class Part(Struct, frozen=True, omit_defaults=True):
    """One batch of a map: where its rows begin, and how many there are. The real data come first, with `step` -1."""

    run: str
    name: str
    step: int
    start: int
    count: int
    blob: str
    dtype: str
    shape: tuple[int, ...]
    features: str = ""
    extractor: str = ""


class Wanted(Struct, frozen=True):
    """What is asked for: for each run the steps (the nearest there are; none: its last) of the grid `name` ("": its first)."""

    runs: list[str]
    steps: list[int]
    name: str
    method: str


def ask(connection: Connection, wanted: Wanted) -> str:
    """Queues a map; its id. One that was asked for before, of the same batches, is not made again unless it failed.

    Raises:
        NotFound: a run without a reference or without batches. InvalidValue: too many batches, or such as can't be compared.
    """
    parts = _parts(connection, wanted)
    digest = hashlib.sha256(msgspec.json.encode([wanted.method, parts])).hexdigest()
    known = connection.execute(select(joint_maps.c.id).where(joint_maps.c.digest == digest)).scalar()
    owner = wanted.runs[0]
    if known is None:
        known = secrets.token_hex(8)
        row = {
            "id": known, "run_id": owner, "runs": wanted.runs, "method": wanted.method, "digest": digest,
            "parts": msgspec.to_builtins(parts), "columns": None, "created_at": time.time(),
        }  # fmt: skip
        connection.execute(insert(joint_maps).values(row))
        _forget_oldest(connection)
    state = connection.execute(_job(known).with_only_columns(jobs.c.state)).scalar()
    if state not in ("queued", "running", "done"):
        enqueue(connection, owner, (KIND,), known, 0, KEPT)
    return known


def read(connection: Connection, map_id: str) -> dict[str, Any]:
    """A map: what it is of, what became of it, and once it is done the columns `x` and `y`.

    Raises:
        NotFound: there is no such map.
    """
    row = connection.execute(select(joint_maps).where(joint_maps.c.id == map_id)).mappings().first()
    if row is None:
        raise NotFound(f"no joint map {map_id[:40]!r}: POST /projections/joint makes one")
    places = {} if row["columns"] is None else msgspec.msgpack.decode(row["columns"], type=dict[str, bytes])
    return _summary(connection, row) | {"columns": places}


def of_runs(connection: Connection, run_id: str | None) -> list[dict[str, Any]]:
    """Maps, the newest first, without their points; of one run when given."""
    found = connection.execute(select(joint_maps).order_by(joint_maps.c.created_at.desc())).mappings().all()
    return [_summary(connection, row) for row in found if run_id is None or run_id in row["runs"]]


def parts_of(connection: Connection, map_id: str) -> tuple[str, list[Part]]:
    """Its method and batches."""
    row = connection.execute(select(joint_maps).where(joint_maps.c.id == map_id)).mappings().one()
    return row["method"], msgspec.convert(row["parts"], list[Part])


def finish(connection: Connection, map_id: str, columns: dict[str, bytes]) -> None:
    """Keeps its points."""
    packed = msgspec.msgpack.encode(columns)
    connection.execute(update(joint_maps).where(joint_maps.c.id == map_id).values(columns=packed))


def drop(connection: Connection, run_id: str) -> None:
    """Removes the maps that a run is part of, and their jobs."""
    rows = connection.execute(select(joint_maps.c.id, joint_maps.c.runs)).all()
    _remove(connection, [row.id for row in rows if run_id in row.runs])


def _remove(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(jobs).where(jobs.c.kind == KIND, jobs.c.name.in_(ids)))
    connection.execute(delete(joint_maps).where(joint_maps.c.id.in_(ids)))


def _forget_oldest(connection: Connection) -> None:
    newest = select(joint_maps.c.id).order_by(joint_maps.c.created_at.desc(), joint_maps.c.id).offset(KEPT)
    _remove(connection, list(connection.execute(newest).scalars()))


def _job(map_id: str) -> Any:
    return select(jobs).where(jobs.c.kind == KIND, jobs.c.name == map_id)


def _summary(connection: Connection, row: Any) -> dict[str, Any]:
    job = connection.execute(_job(row["id"])).mappings().first()
    gone = {
        "state": "failed",
        "attempts": 0,
        "error": "its job is gone",
        "started_at": None,
        "finished_at": None,
        "id": None,
    }
    told = gone if job is None else job
    shown = ("run", "name", "step", "start", "count")
    return {
        "id": row["id"],
        "runs": row["runs"],
        "method": row["method"],
        "parts": [{key: part[key] for key in shown} for part in row["parts"]],
        "created_at": row["created_at"],
        "job": told["id"],
    } | {key: told[key] for key in ("state", "attempts", "error", "started_at", "finished_at")}


def _parts(connection: Connection, wanted: Wanted) -> list[Part]:
    reference = reference_of(connection, wanted.runs[0])
    if reference is None:
        raise NotFound(f"run {wanted.runs[0]!r} has no reference: run.reference(real) gives it one")
    extractors = set(connection.execute(select(runs.c.extractor).where(runs.c.id.in_(wanted.runs))).scalars())
    if len(extractors) > 1:
        raise InvalidValue(f"the runs have different extractors ({', '.join(sorted(extractors))}): one map needs one")
    found = [one for run_id in wanted.runs for one in _batches(connection, run_id, wanted)]
    if len(found) > MAX_PARTS:
        raise InvalidValue(f"{len(found)} batches in one map, {MAX_PARTS} are allowed")
    for run_id, _, step, stored in found:
        if stored.shape[1:] != reference.shape[1:]:
            raise InvalidValue(
                f"samples of shape {stored.shape[1:]} (run {run_id!r}, step {step}) can't be compared with a reference of "
                f"{reference.shape[1:]}"
            )
    parts = [_part(wanted.runs[0], "reference", -1, 0, min(REAL_ROWS, reference.shape[0]), reference)]
    room = min(MOST, (MAX_ROWS - parts[0].count) // len(found))
    for run_id, name, step, stored in found:
        start = parts[-1].start + parts[-1].count
        parts.append(_part(run_id, name, step, start, min(room, stored.shape[0]), stored))
    return parts


def _part(run_id: str, name: str, step: int, start: int, count: int, stored: Stored) -> Part:
    files = (stored.blob, stored.dtype, stored.shape, stored.features, stored.extractor)
    return Part(run_id, name, step, start, count, *files)


def _batches(connection: Connection, run_id: str, wanted: Wanted) -> list[tuple[str, str, int, Stored]]:
    """The run's batches at the wanted steps, or the nearest there are; each once."""
    which = (samples.c.run_id == run_id) & (samples.c.kind != "reference") & samples.c.batch.is_not(None)
    name = wanted.name or connection.execute(select(func.min(samples.c.name)).where(which)).scalar()
    query = select(samples.c.step).where(which, samples.c.name == name).distinct().order_by(samples.c.step)
    steps = list(connection.execute(query).scalars())
    if not steps:
        raise NotFound(f"run {run_id!r} has no batches" + (f" named {name!r}" if wanted.name else ""))
    chosen = {min(steps, key=lambda step: abs(step - want)) for want in wanted.steps} or {steps[-1]}
    found = [(run_id, str(name), step, batch_of(connection, run_id, str(name), step)) for step in sorted(chosen)]
    return [(run, named, step, stored) for run, named, step, stored in found if stored is not None]
