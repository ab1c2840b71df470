"""Runs: lists, one run, changing and deleting."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from msgspec import Meta, Struct
from sqlalchemy import Connection

from monitor.api.answers import json
from monitor.api.bodies import decode
from monitor.api.house import house
from monitor.errors import InvalidValue
from monitor.storage import lists
from monitor.storage import runs as storage
from monitor.wire import Name

router = APIRouter(tags=["runs"])

State = Literal["running", "stale", "crashed", "finished"]


class Patch(Struct, frozen=True, forbid_unknown_fields=True):
    """What may be changed of a run."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    project: Name | msgspec.UnsetType = msgspec.UNSET
    group: Annotated[str, Meta(max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    tags: list[Annotated[str, Meta(max_length=100)]] | msgspec.UnsetType = msgspec.UNSET
    notes: Annotated[str, Meta(max_length=20_000)] | msgspec.UnsetType = msgspec.UNSET
    archived: bool | msgspec.UnsetType = msgspec.UNSET
    trashed: bool | msgspec.UnsetType = msgspec.UNSET


@router.get("/runs")
async def list_runs(
    request: Request,
    state: State | None = None,
    project: str | None = None,
    group: str | None = None,
    q: Annotated[str, Query(max_length=1000)] = "",
    view: lists.View = "active",
    sort: Annotated[str, Query(max_length=32)] = "-created",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """A page of runs, newest first unless `sort` says otherwise; `q` is in the query language."""
    home = house(request)
    wanted = lists.Wanted(q, view, project, group, state, sort)
    found, total = await home.read(lambda connection: lists.list_runs(connection, home.settings, wanted, limit, offset))
    return json({"runs": found, "total": total})


@router.get("/runs/{run_id}")
async def one_run(run_id: str, request: Request) -> Response:
    """One run with its config, environment and the summaries of its series."""
    home = house(request)
    return json(await home.read(lambda connection: storage.run_detail(connection, home.settings, run_id)))


@router.patch("/runs/{run_id}")
async def change(run_id: str, request: Request) -> Response:
    """Changes name, project, group, tags or notes; puts it aside or into the trash, and takes it back."""
    home = house(request)
    patch = await decode(request, Patch, home.settings.max_body_bytes)
    values = {key: value for key, value in msgspec.structs.asdict(patch).items() if value is not msgspec.UNSET}
    if not values:
        raise InvalidValue(f"nothing to change: {', '.join(Patch.__struct_fields__)} are allowed")
    for flag in ("archived", "trashed"):
        if flag in values:
            values[f"{flag}_at"] = time.time() if values.pop(flag) else None
    await home.write(lambda connection, applier: applier.patch(connection, run_id, values))
    return await one_run(run_id, request)


@router.delete("/runs/{run_id}", status_code=204)
async def remove(run_id: str, request: Request) -> Response:
    """Deletes a run with its points, grids and events."""
    home = house(request)
    await asyncio.wrap_future(home.writer.submit_delete(run_id))
    return Response(status_code=204)


@router.get("/runs/{run_id}/events")
async def events(run_id: str, request: Request) -> Response:
    """What happened in a run, in order."""
    home = house(request)

    def query(connection: Connection) -> list[dict[str, object]]:
        storage.require(connection, [run_id])
        return storage.list_events(connection, run_id)

    return json({"events": await home.read(query)})
