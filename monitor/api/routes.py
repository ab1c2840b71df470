"""Routes: which alerts go to which channels, and when not."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Struct
from sqlalchemy import Connection, select

from monitor.api.answers import json
from monitor.api.bodies import decode
from monitor.api.house import House, house
from monitor.errors import InvalidValue
from monitor.notify.routes import Route
from monitor.storage.named import Named, add, change, find, read_all, remove
from monitor.storage.tables import channels, routes

router = APIRouter(tags=["routes"])


class RouteInfo(Route, frozen=True, kw_only=True):
    """A route as it is stored."""

    id: int = 0
    created_at: float = 0.0
    updated_at: float = 0.0


class RouteList(Struct):
    """Routes by name."""

    routes: list[RouteInfo]


@router.get("/routes")
async def all_routes(request: Request) -> Response:
    """Every route."""
    found = await house(request).read(lambda connection: read_all(connection, routes))
    return json({"routes": [_info(one) for one in found]})


@router.post("/routes", status_code=201)
async def create(request: Request) -> Response:
    """Makes a route; it takes alerts that open from now on."""
    home = house(request)
    route = await _decoded(request, home)

    def write(connection: Connection, _: Any) -> int:
        _known(connection, route)
        return add(connection, routes, route.name, msgspec.to_builtins(route))

    key = await home.write(write)
    return json(await _one(home, key), 201)


@router.put("/routes/{route_id}")
async def replace(route_id: int, request: Request) -> Response:
    """Writes a route anew."""
    home = house(request)
    route = await _decoded(request, home)

    def write(connection: Connection, _: Any) -> None:
        find(connection, routes, route_id)
        _known(connection, route)
        change(connection, routes, route_id, route.name, msgspec.to_builtins(route))

    await home.write(write)
    return json(await _one(home, route_id))


@router.delete("/routes/{route_id}", status_code=204)
async def delete(route_id: int, request: Request) -> Response:
    """Removes a route; what was queued by it is still sent."""
    home = house(request)
    await home.write(lambda connection, _: remove(connection, routes, route_id))
    return Response(status_code=204)


async def _decoded(request: Request, home: House) -> Route:
    route = await decode(request, Route, home.settings.max_body_bytes)
    route.check()
    return route


def _known(connection: Connection, route: Route) -> None:
    there = {int(key) for key in connection.execute(select(channels.c.id)).scalars()}
    unknown = sorted(set(route.channels) - there)
    if unknown:
        known = ", ".join(str(key) for key in sorted(there)) or "none"
        raise InvalidValue(f"channels={unknown} is not allowed: there are {known}")


async def _one(home: House, key: int) -> RouteInfo:
    return _info(await home.read(lambda connection: find(connection, routes, key)))


def _info(one: Named) -> RouteInfo:
    return msgspec.convert(
        one.data | {"id": one.id, "created_at": one.created_at, "updated_at": one.version}, RouteInfo
    )
