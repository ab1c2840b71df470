"""Sample grids and the images behind them."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy import Connection, select

from monitor.api.answers import json
from monitor.api.caching import FOR_EVER, matches
from monitor.api.house import house
from monitor.errors import InvalidValue, NotFound
from monitor.storage.runs import require
from monitor.storage.samples import list_samples, samples_of
from monitor.storage.tables import blobs, runs
from monitor.wire import MAX_STEP, SampleInfo

router = APIRouter(tags=["samples"])
MAX_RUNS = 50  # of all their grids, which nothing else bounds


@router.get("/samples")
async def of_runs(request: Request, runs: Annotated[str, Query(max_length=65 * MAX_RUNS)]) -> Response:
    """The grids of some runs, each by step; unknown runs are left out."""
    ids = list(dict.fromkeys(runs.split(",")))
    if len(ids) > MAX_RUNS:
        raise InvalidValue(f"{len(ids)} runs are asked for, at most {MAX_RUNS} are allowed")
    return json({"samples": await house(request).read(lambda connection: samples_of(connection, ids))})


@router.get("/runs/{run_id}/samples")
async def of_run(run_id: str, request: Request, name: str | None = None, kind: str | None = None) -> Response:
    """A run's grids by step."""
    return await _answer(request, run_id, None, name, kind)


@router.get("/runs/{run_id}/samples/{step}")
async def at_step(run_id: str, step: Annotated[int, Path(ge=0, le=MAX_STEP)], request: Request) -> Response:
    """The grids of one step."""
    return await _answer(request, run_id, step, None, None)


async def _answer(request: Request, run_id: str, step: int | None, name: str | None, kind: str | None) -> Response:
    def query(connection: Connection) -> dict[str, list[SampleInfo] | int]:
        require(connection, [run_id])
        thinned = connection.execute(select(runs.c.thinned).where(runs.c.id == run_id)).scalar_one()
        return {"samples": list_samples(connection, run_id, step, name, kind), "thinned": thinned}

    return json(await house(request).read(query))


@router.get("/blobs/{digest}")
async def blob(digest: str, request: Request) -> Response:
    """A blob by the hash of its content: it never changes, so it may be kept for ever."""
    home = house(request)
    path = home.blobs.path(digest)
    if not re.fullmatch("[0-9a-f]{64}", digest) or not path.is_file():
        raise NotFound(f"no blob {digest[:64]!r}")
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{digest}"', "X-Content-Type-Options": "nosniff"}
    if matches(request, digest):
        return Response(status_code=304, headers=headers)
    query = select(blobs.c.media_type).where(blobs.c.hash == digest)
    media_type = await home.read(lambda connection: connection.execute(query).scalar())
    return FileResponse(path, headers=headers, media_type=media_type or "application/octet-stream")
