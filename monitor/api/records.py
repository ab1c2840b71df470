"""Ingest: declaring runs and taking records."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter, Request, Response

from monitor.api.answers import MSGPACK, json
from monitor.api.bodies import decode, decode_batch, is_msgpack
from monitor.api.house import house
from monitor.wire import Ack, RunInfo

router = APIRouter(tags=["ingest"])


@router.post("/runs")
async def declare(request: Request) -> Response:
    """Declares a run (or says that it is still there); answers with the acknowledged number of each of its senders."""
    home = house(request)
    info = await decode(request, RunInfo, home.settings.max_body_bytes)
    acked = await home.write(lambda connection, applier: applier.declare(connection, info))
    answer = {"id": info.id, "acked": acked, "url": f"{home.settings.root_path}/runs/{info.id}"}
    if is_msgpack(request):
        return Response(msgspec.msgpack.encode(answer), media_type=MSGPACK)
    return json(answer)


@router.post("/runs/{run_id}/records")
async def take(run_id: str, request: Request) -> Response:
    """Takes a batch; answers when it is on disk. What the service has already is skipped."""
    home = house(request)
    batch, size = await decode_batch(request, home.settings.max_body_bytes)
    acked = await asyncio.wrap_future(home.writer.submit_batch(run_id, batch, size))
    ack = Ack(acked, home.rounds.notes(run_id))
    if is_msgpack(request):
        return Response(msgspec.msgpack.encode(ack), media_type=MSGPACK)
    return json(ack)
