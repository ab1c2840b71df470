"""Fields: what a function of the plane gives on a grid of points."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection

from monitor.api.answers import json
from monitor.api.house import house
from monitor.ingest.media import floats
from monitor.storage.fields import StoredField, field_at, list_fields
from monitor.storage.runs import require
from monitor.wire import MAX_STEP

router = APIRouter(tags=["fields"])

DIGITS = 5  # significant ones of a value


@router.get("/runs/{run_id}/fields")
async def of_run(run_id: str, request: Request, name: str | None = None) -> Response:
    """A run's fields by step, without their values."""
    home = house(request)
    cursor = home.live.cursor

    def query(connection: Connection) -> dict[str, Any]:
        require(connection, [run_id])
        return {"run": run_id, "cursor": cursor, "fields": list_fields(connection, run_id, name)}

    return json(await home.read(query))


@router.get("/runs/{run_id}/fields/{step}")
async def at_step(
    run_id: str, step: Annotated[int, InPath(ge=0, le=MAX_STEP)], request: Request, name: str | None = None
) -> Response:
    """The field of a step with its values, row by row from y0 upwards."""
    home = house(request)

    def query(connection: Connection) -> StoredField:
        require(connection, [run_id])
        return field_at(connection, run_id, step, name)

    found = await home.read(query)
    values = await asyncio.to_thread(_rows, home.blobs.path(found.blob), found.info.columns)
    return json({"run": run_id} | msgspec.structs.asdict(found.info) | {"values": values})


def _rows(path: Path, columns: int) -> list[list[float | None]]:
    rounded = [float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None for value in floats(path.read_bytes())]
    return [rounded[start : start + columns] for start in range(0, len(rounded), columns)]
