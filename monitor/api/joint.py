"""Joint maps, on demand: batches of one or several runs laid out together."""

from __future__ import annotations

from array import array
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Meta, Struct
from sqlalchemy import Connection

from monitor.api.answers import json
from monitor.api.bodies import decode
from monitor.api.house import House, house
from monitor.errors import InvalidValue
from monitor.storage import joint
from monitor.storage.runs import require
from monitor.wire import Name, RunId, Step

router = APIRouter(tags=["projections"])

DIGITS = 4
Steps = Annotated[list[Step], Meta(max_length=joint.MAX_STEPS)]


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be laid out: the batches nearest to `steps` (none: the last one) of the grid `name` (none: the first)."""

    steps: Steps = []
    name: Name | None = None
    method: Literal["tsne", "pca"] = "tsne"


class AskedOfRuns(Asked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same of several runs in one map; the first one's reference is laid out with them."""

    runs: Annotated[list[RunId], Meta(min_length=1, max_length=joint.MAX_RUNS)]


@router.post("/runs/{run_id}/projections/joint", status_code=202)
async def of_run(run_id: str, request: Request) -> Response:
    """Asks for a map of several steps of one run."""
    asked = await decode(request, Asked, house(request).settings.max_body_bytes)
    return await _ask(house(request), [run_id], asked)


@router.post("/projections/joint", status_code=202)
async def of_runs(request: Request) -> Response:
    """Asks for one map of several runs."""
    asked = await decode(request, AskedOfRuns, house(request).settings.max_body_bytes)
    return await _ask(house(request), list(dict.fromkeys(asked.runs)), asked)


@router.get("/projections/joint")
async def all_maps(request: Request, run: str | None = None) -> Response:
    """Maps that were asked for, the newest first, without their points."""
    home = house(request)
    found = await home.read(lambda connection: joint.of_runs(connection, run))
    return json({"maps": [_told(home, one) for one in found]})


@router.get("/projections/joint/{map_id}")
async def one_map(map_id: str, request: Request) -> Response:
    """One map: what became of it, and its points once it is done."""
    home = house(request)
    return json(_told(home, await home.read(lambda connection: joint.read(connection, map_id))))


async def _ask(home: House, runs: list[str], asked: Asked) -> Response:
    if not home.settings.job_workers:
        raise InvalidValue("no maps are made here: the setting job_workers is 0")
    wanted = joint.Wanted(runs, sorted(set(asked.steps)), asked.name or "", asked.method)
    await home.read(lambda connection: require(connection, runs))
    map_id = await home.write(lambda connection, applier: applier.ask_joint(connection, wanted))

    def query(connection: Connection) -> dict[str, Any]:
        return joint.read(connection, map_id)

    return json(_told(home, await home.read(query)), 202)


def _told(home: House, found: dict[str, Any]) -> dict[str, Any]:
    job, places = found.pop("job"), found.pop("columns", None)
    state = found["state"]
    running = home.scheduler.progress(job) if state == "running" else 0.0
    found["progress"] = 1.0 if state == "done" else round(running, 3)
    if state == "done" and places:
        found |= {column: _numbers(column, content) for column, content in places.items()}
    return found


def _numbers(column: str, content: bytes) -> list[Any]:
    values = array("f")
    values.frombytes(content)
    return [int(value) if column == "row" else round(value, DIGITS) for value in values]


class JointPart(Struct):
    """One batch of a map: points `start` … `start + count - 1` are its. The real data come first, with `step` -1."""

    run: str
    name: str
    step: int
    start: int
    count: int


class JointMap(Struct, omit_defaults=True):
    """A joint map. `x`, `y`, and `row` (of its batch) once `state` is "done"; null: a sample that is not finite."""

    id: str
    runs: list[str]
    method: str
    parts: list[JointPart]
    state: str
    progress: float
    attempts: int
    error: str
    created_at: float
    started_at: float | None
    finished_at: float | None
    x: list[float | None] | msgspec.UnsetType = msgspec.UNSET
    y: list[float | None] | msgspec.UnsetType = msgspec.UNSET
    row: list[int] | msgspec.UnsetType = msgspec.UNSET


class JointMaps(Struct):
    """Maps, the newest first."""

    maps: list[JointMap]
