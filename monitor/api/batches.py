"""The batches behind the grids: pictures of all their rows, and points in the plane."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from monitor.api.answers import JSON
from monitor.api.batch_pictures import classes, contact_sheet, plane
from monitor.api.caching import FOR_EVER, matches
from monitor.api.house import house
from monitor.errors import NotFound
from monitor.storage.batches import Stored, batch_of, reference_of, thinned_around
from monitor.storage.runs import require
from monitor.wire import MAX_STEP

router = APIRouter(tags=["samples"])

Step = Annotated[int, Path(ge=0, le=MAX_STEP)]
Known = Annotated[str | None, Query(max_length=64)]
Work = Callable[[bytes, Stored], bytes]


@router.get("/runs/{run_id}/samples/reference/sheet")
async def reference_sheet(run_id: str, request: Request, batch: Known = None) -> Response:
    """All rows of the reference as one picture."""
    return await _answer(request, run_id, None, None, batch, contact_sheet, "image/webp")


@router.get("/runs/{run_id}/samples/{step}/sheet")
async def sheet(run_id: str, step: Step, request: Request, name: str | None = None, batch: Known = None) -> Response:
    """All rows of a step's batch as one picture."""
    return await _answer(request, run_id, step, name, batch, contact_sheet, "image/webp")


@router.get("/runs/{run_id}/samples/reference/points")
async def reference_points(run_id: str, request: Request, batch: Known = None) -> Response:
    """The rows of a reference in the plane."""
    return await _answer(request, run_id, None, None, batch, plane, JSON)


@router.get("/runs/{run_id}/samples/{step}/points")
async def points(run_id: str, step: Step, request: Request, name: str | None = None, batch: Known = None) -> Response:
    """The rows of a step's batch in the plane."""
    return await _answer(request, run_id, step, name, batch, plane, JSON)


@router.get("/runs/{run_id}/samples/reference/labels")
async def reference_labels(run_id: str, request: Request, batch: Known = None) -> Response:
    """The class of each row of the reference."""
    return await _answer(request, run_id, None, None, batch, classes, JSON)


@router.get("/runs/{run_id}/samples/{step}/labels")
async def labels(run_id: str, step: Step, request: Request, name: str | None = None, batch: Known = None) -> Response:
    """The class of each row of a step's batch."""
    return await _answer(request, run_id, step, name, batch, classes, JSON)


async def _answer(
    request: Request, run_id: str, step: int | None, name: str | None, batch: str | None, work: Work, media: str
) -> Response:
    home = house(request)

    def query(connection: Connection) -> Stored:
        require(connection, [run_id])
        found = reference_of(connection, run_id) if step is None else batch_of(connection, run_id, name, step)
        if found is None:
            which = "reference" if step is None else f"batch of step {step}" + (f" named {name!r}" if name else "")
            gone = "" if step is None else thinned_around(connection, run_id, step)
            raise NotFound(f"run {run_id!r} has no {which}" + (f": {gone}" if gone else ""), run=run_id)
        return found

    stored = await home.read(query)
    headers = {"Cache-Control": FOR_EVER if batch == stored.blob else "private, no-cache", "ETag": f'"{stored.blob}"'}
    if matches(request, stored.blob):
        return Response(status_code=304, headers=headers)

    def draw() -> bytes:
        return work(home.blobs.path(stored.blob).read_bytes(), stored)

    async with home.drawing:
        try:
            content = await asyncio.to_thread(draw)
        except FileNotFoundError:
            raise NotFound("the batch is not kept any more", run=run_id) from None
    return Response(content, headers=headers, media_type=media)
