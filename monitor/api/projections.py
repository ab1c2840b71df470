"""Maps of the samples."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from monitor.api.answers import json
from monitor.api.house import house
from monitor.storage.jobs import list_jobs
from monitor.storage.modes import read_modes
from monitor.storage.projections import REFERENCE, list_frames, read_frame, read_neighbours
from monitor.storage.runs import require
from monitor.wire import MAX_STEP

router = APIRouter(tags=["projections"])

Method = Literal["tsne", "pca"]


@router.get("/runs/{run_id}/projections")
async def of_run(run_id: str, request: Request, method: Method = "tsne", name: str | None = None) -> Response:
    """Which maps there are, and what becomes of the others."""
    home = house(request)
    cursor = home.live.cursor

    def query(connection: Connection) -> dict[str, Any]:
        require(connection, [run_id])
        frames = list_frames(connection, run_id, name)
        own = next((frame for frame in frames if frame["step"] == REFERENCE), None)
        return {
            "run": run_id,
            "method": method,
            "cursor": cursor,
            "reference": 0 if own is None else own["count"],
            "laid_out": own is not None and own["laid_out"],
            "frames": [frame for frame in frames if frame["step"] != REFERENCE],
            "jobs": list_jobs(connection, run_id, "projection"),
        }

    return json(await home.read(query))


@router.get("/runs/{run_id}/projections/reference")
async def reference(run_id: str, request: Request, method: Method = "tsne") -> Response:
    """The reference's own map: x, y, cluster, and the row of the logged batch."""
    return await _frame(request, run_id, REFERENCE, method, None)


@router.get("/runs/{run_id}/modes")
async def modes(
    run_id: str,
    request: Request,
    name: str | None = None,
    first: Annotated[int, Query(alias="from", ge=0, le=MAX_STEP)] = 0,
) -> Response:
    """Which parts of the data the samples reach, by step."""

    def query(connection: Connection) -> dict[str, Any]:
        require(connection, [run_id])
        return read_modes(connection, run_id, name, first)

    return json(await house(request).read(query))


@router.get("/runs/{run_id}/projections/{step}")
async def at_step(
    run_id: str,
    step: Annotated[int, Path(ge=0, le=MAX_STEP)],
    request: Request,
    method: Method = "tsne",
    name: str | None = None,
) -> Response:
    """Where a step's samples lie on the reference's map."""
    return await _frame(request, run_id, step, method, name)


@router.get("/runs/{run_id}/projections/{step}/neighbours")
async def neighbours(
    run_id: str,
    step: Annotated[int, Path(ge=REFERENCE, le=MAX_STEP)],
    request: Request,
    point: Annotated[int, Query(ge=0, le=MAX_STEP)],
    name: str | None = None,
) -> Response:
    """The real samples nearest to one point of a map."""

    def query(connection: Connection) -> dict[str, Any]:
        require(connection, [run_id])
        return read_neighbours(connection, run_id, step, point, name)

    return json(await house(request).read(query))


async def _frame(request: Request, run_id: str, step: int, method: Method, name: str | None) -> Response:
    def query(connection: Connection) -> dict[str, Any]:
        require(connection, [run_id])
        return read_frame(connection, run_id, step, method, name)

    return json(await house(request).read(query))
