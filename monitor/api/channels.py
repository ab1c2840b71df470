"""Channels: where messages go. What is secret of them goes in and never comes out."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Struct
from sqlalchemy import Connection, select, update

from monitor.api.answers import json
from monitor.api.bodies import decode
from monitor.api.house import House, house
from monitor.notify import apprise
from monitor.notify.channels import Channel, shown
from monitor.storage import deliveries as delivery_store
from monitor.storage.deliveries import DeliveryInfo
from monitor.storage.named import add, change, find, remove
from monitor.storage.tables import channels, routes

router = APIRouter(tags=["channels"])

PATIENCE = 40.0  # seconds that a test may take


class ChannelInfo(Struct, frozen=True):
    """A channel as it may be seen.

    Attributes:
        to: where it leads, without what it takes to get in. routes: names of those that lead here; without one it hears nothing.
        last_state, last_error, last_at: of the newest message that was tried. pending, dead: how many wait, and were given up.
    """

    id: int
    name: str
    type: str
    to: str
    picture: bool
    rate: int
    enabled: bool
    created_at: float
    updated_at: float
    routes: list[str] = []
    last_state: str | None = None
    last_error: str = ""
    last_at: float | None = None
    pending: int = 0
    dead: int = 0


class ChannelList(Struct):
    """Channels by name."""

    channels: list[ChannelInfo]


@router.get("/channels")
async def all_channels(request: Request) -> Response:
    """Every channel, and how it is doing."""
    return json({"channels": await house(request).read(_infos)})


@router.post("/channels", status_code=201)
async def create(request: Request) -> Response:
    """Makes a channel; it hears nothing until a route leads to it."""
    home = house(request)
    channel = await decode(request, Channel, home.settings.max_body_bytes)
    channel.check()
    await _readable(channel)

    def write(connection: Connection, _: Any) -> int:
        return add(connection, channels, channel.name, channel.data, secrets=channel.secrets())

    return json(await _one(home, await _written(home, write)), 201)


@router.put("/channels/{channel_id}")
async def replace(channel_id: int, request: Request) -> Response:
    """Writes a channel anew; `url` and `secret` stay as they were when they are left out."""
    home = house(request)
    channel = await decode(request, Channel, home.settings.max_body_bytes)
    await _readable(channel)

    def write(connection: Connection, _: Any) -> None:
        before = find(connection, channels, channel_id)
        kept = connection.execute(select(channels.c.secrets).where(channels.c.id == channel_id)).scalar_one()
        known = kept if before.data["type"] == channel.type else {}
        channel.check(known)
        change(connection, channels, channel_id, channel.name, channel.data)
        secrets = channel.secrets(known)
        connection.execute(update(channels).where(channels.c.id == channel_id).values(secrets=secrets))

    await _written(home, write)
    return json(await _one(home, channel_id))


@router.delete("/channels/{channel_id}", status_code=204)
async def delete(channel_id: int, request: Request) -> Response:
    """Removes a channel and its log; routes that led only there go with it."""

    def write(connection: Connection, _: Any) -> None:
        remove(connection, channels, channel_id)
        delivery_store.forget(connection, channel_id)
        for route in connection.execute(select(routes.c.id, routes.c.data)).all():
            left = [key for key in route.data["channels"] if key != channel_id]
            if not left:
                remove(connection, routes, route.id)
            elif len(left) < len(route.data["channels"]):
                data = route.data | {"channels": left}
                connection.execute(update(routes).where(routes.c.id == route.id).values(data=data))

    await _written(house(request), write)
    return Response(status_code=204)


@router.post("/channels/{channel_id}/test")
async def test(channel_id: int, request: Request) -> Response:
    """Sends a message that says that the channel works; answers with what became of it."""
    home = house(request)

    def write(connection: Connection, _: Any) -> int:
        name = find(connection, channels, channel_id).name
        now = time.time()
        row = {
            "channel_id": channel_id, "key": f"test:{now:.6f}", "event": "test", "kind": "test", "severity": "info",
            "title": f"Test of {name}", "created_at": now, "due_at": now,
        }  # fmt: skip
        key = delivery_store.add(connection, row)
        assert key is not None
        return key

    key = await _written(home, write)
    return json(await _settled(home, key))


async def _settled(home: House, key: int) -> DeliveryInfo:
    """A delivery once it is over, or as it is when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = await home.read(lambda connection: delivery_store.find(connection, key))
        if found.state != "pending" or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.1)


async def _readable(channel: Channel) -> None:
    if channel.type == "apprise" and channel.url:
        await asyncio.to_thread(apprise.check, channel.url)


async def _written(home: House, write: Any) -> Any:
    found = await home.write(write)
    home.postman.wake()
    return found


async def _one(home: House, key: int) -> ChannelInfo:
    return await home.read(lambda connection: _infos(connection, find(connection, channels, key).id)[0])


def _infos(connection: Connection, key: int | None = None) -> list[ChannelInfo]:
    query = select(channels).order_by(channels.c.name)
    if key is not None:
        query = query.where(channels.c.id == key)
    health = delivery_store.health(connection)
    leading: dict[int, list[str]] = {}
    for name, data in connection.execute(select(routes.c.name, routes.c.data).order_by(routes.c.name)):
        for channel in data["channels"] if data["enabled"] else ():
            leading.setdefault(channel, []).append(name)
    found = []
    for row in connection.execute(query).mappings():
        about = {name: row[name] for name in ("id", "name", "created_at")} | {"updated_at": row["version"]}
        about |= row["data"] | {"to": shown(row["secrets"]["url"]), "routes": leading.get(row["id"], [])}
        state = health.get(row["id"], {})
        about |= {
            name: state[name] for name in ("last_state", "last_error", "last_at", "pending", "dead") if name in state
        }
        found.append(msgspec.convert(about, ChannelInfo))
    return found
