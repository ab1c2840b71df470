"""Layers of watched networks: how weights and gradients are spread, and filters as pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from monitor.api.answers import json
from monitor.api.house import house
from monitor.errors import InvalidValue
from monitor.storage.layers import list_networks, read_filters, read_histograms
from monitor.storage.runs import require
from monitor.wire import MAX_STEP

router = APIRouter(tags=["layers"])

First = Annotated[int, Query(alias="from", ge=0, le=MAX_STEP)]
Last = Annotated[int, Query(alias="to", ge=0, le=MAX_STEP)]


@router.get("/runs/{run_id}/histograms")
async def histograms(
    run_id: str,
    request: Request,
    network: str | None = None,
    layer: str | None = None,
    first: First = 0,
    last: Last = MAX_STEP,
    frames: Annotated[int, Query(ge=1, le=256)] = 60,
) -> Response:
    """Which networks and layers have histograms, and at which steps; of one layer the histograms themselves."""
    home = house(request)
    cursor = home.live.cursor
    if (network is None) != (layer is None):
        raise InvalidValue(f"network={network!r} and layer={layer!r}: both, or none of them, are needed")

    def query(connection: Connection) -> dict[str, Any]:
        require(connection, [run_id])
        told: dict[str, Any] = {"run": run_id, "cursor": cursor}
        if network is None or layer is None:
            return told | {"networks": list_networks(connection, run_id, filters=False)}
        found = read_histograms(connection, run_id, network, layer, first, last, frames)
        return told | {"network": network, "layer": layer} | found

    return json(await home.read(query))


@router.get("/runs/{run_id}/filters")
async def filters(
    run_id: str,
    request: Request,
    network: str | None = None,
    step: Annotated[int, Query(ge=0, le=MAX_STEP)] = MAX_STEP,
) -> Response:
    """Which networks have pictures of filters, and at which steps; of one network the pictures themselves."""
    home = house(request)
    cursor = home.live.cursor

    def query(connection: Connection) -> dict[str, Any]:
        require(connection, [run_id])
        told: dict[str, Any] = {"run": run_id, "cursor": cursor}
        if network is None:
            return told | {"networks": list_networks(connection, run_id, filters=True)}
        return told | read_filters(connection, run_id, network, step)

    return json(await home.read(query))
