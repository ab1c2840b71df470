"""The live cursor: what changed since, with long-polling."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from monitor.api.answers import json
from monitor.api.house import House, house
from monitor.ingest.live import Since
from monitor.storage.runs import summaries
from monitor.wire import Live

router = APIRouter(tags=["live"])


@router.get("/live")
async def live(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    wait: Annotated[float, Query(ge=0, le=3600)] = 0,
    runs: str | None = None,
) -> Response:
    """What changed since `cursor`, at once if something did, else after at most `wait` seconds."""
    home = house(request)
    if cursor is None:
        return json(Live(home.live.cursor, reset=False))
    wanted = None if runs is None else frozenset(runs.split(","))
    found = await _wait(home, cursor, wanted, min(wait, home.settings.live_wait))
    rows = (
        await home.read(lambda connection: summaries(connection, home.settings, sorted(found.runs)))
        if found.runs
        else []
    )
    return json(Live(found.cursor, found.reset, rows, found.changes, found.alerts))


async def _wait(home: House, cursor: str, wanted: frozenset[str] | None, seconds: float) -> Since:
    found = home.live.since(cursor, wanted)
    if found.reset or found.runs or not seconds:
        return found
    loop, awake = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(awake.set)

    home.live.listen(wake)
    try:
        deadline = time.monotonic() + seconds
        while not (found.reset or found.runs) and time.monotonic() < deadline:
            found = home.live.since(cursor, wanted)
            if found.reset or found.runs or home.stopping:
                break
            awake.clear()
            try:
                await asyncio.wait_for(awake.wait(), deadline - time.monotonic())
            except TimeoutError:
                break
    finally:
        home.live.unlisten(wake)
    return found
