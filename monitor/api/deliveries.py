"""The log of what was sent, what waits, and what was given up."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from msgspec import Struct

from monitor.api.answers import json
from monitor.api.house import house
from monitor.storage import deliveries as store
from monitor.storage.deliveries import DeliveryInfo

router = APIRouter(tags=["deliveries"])

State = Literal["pending", "sent", "dead", "dropped"]


class DeliveryList(Struct):
    """Deliveries, the newest first, and how many there are in each state."""

    deliveries: list[DeliveryInfo]
    counts: dict[str, int]


@router.get("/deliveries")
async def log(
    request: Request,
    channel: int | None = None,
    state: Annotated[list[State] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 200,
) -> Response:
    """Messages by channel and state."""
    home = house(request)
    found = await home.read(
        lambda connection: (
            store.list_deliveries(connection, channel, tuple(state or ()), limit),
            store.counts(connection),
        )
    )
    return json(DeliveryList(*found))


@router.post("/deliveries/{delivery_id}/retry")
async def retry(delivery_id: int, request: Request) -> Response:
    """Sends one that was given up, or dropped, once more."""
    home = house(request)
    await home.write(lambda connection, _: store.again(connection, delivery_id, time.time()))
    home.postman.wake()
    return json(await home.read(lambda connection: store.find(connection, delivery_id)))
