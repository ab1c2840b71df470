"""Request bodies: read up to the limit, decoded by msgspec, JSON or msgpack by Content-Type."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from fastapi import Request

from monitor.api.answers import MSGPACK
from monitor.errors import BodyTooLarge, InvalidBody, InvalidValue
from monitor.wire import Batch

T = TypeVar("T")
INLINE = 64 << 10  # larger bodies are decoded in a thread
NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, None: math.nan}

_batch_msgpack = msgspec.msgpack.Decoder(Batch)


def is_msgpack(request: Request) -> bool:
    """Whether the body is msgpack; else it is taken for JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip() in (MSGPACK, "application/x-msgpack")


async def read(request: Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        BodyTooLarge: it is larger than `limit`; what comes after that is not read.
    """
    declared = request.headers.get("content-length", "")
    size, parts = 0, []
    if declared.isdecimal() and int(declared) > limit:
        raise BodyTooLarge(f"the body has {declared} bytes, {limit} are allowed", limit=limit)
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BodyTooLarge(f"the body has more than the {limit} bytes that are allowed", limit=limit)
        parts.append(part)
    return b"".join(parts)


async def decode(request: Request, kind: type[T], limit: int) -> T:
    """The body as `kind`.

    Raises:
        BodyTooLarge, InvalidBody (not JSON or msgpack at all), InvalidValue (it is, but not what is allowed).
    """
    body = await read(request, limit)
    decoder = msgspec.msgpack.decode if is_msgpack(request) else msgspec.json.decode
    return _told(lambda: decoder(body, type=kind))


async def decode_batch(request: Request, limit: int) -> tuple[Batch, int]:
    """The body as a batch, and its size in bytes."""
    body = await read(request, limit)
    convert = _msgpack_batch if is_msgpack(request) else _json_batch
    if len(body) > INLINE:
        return await asyncio.to_thread(convert, body), len(body)
    return convert(body), len(body)


def _msgpack_batch(body: bytes) -> Batch:
    return _told(lambda: _batch_msgpack.decode(body))


def _json_batch(body: bytes) -> Batch:
    def convert() -> Batch:
        raw = msgspec.json.decode(body)
        records = raw.get("records") if isinstance(raw, dict) else None
        for record in records if isinstance(records, list) else ():
            if isinstance(record, list) and len(record) == 4 and record[0] == "s" and isinstance(record[3], dict):
                record[3] = {name: _number(value) for name, value in record[3].items()}
        return msgspec.convert(raw, Batch)

    return _told(convert)


def _number(value: Any) -> Any:
    """JSON has no NaN and no infinity: they come as null or as strings."""
    return NUMBERS.get(value, value) if value is None or isinstance(value, str) else value


def _told(convert: Callable[[], T]) -> T:
    try:
        return convert()
    except msgspec.ValidationError as error:
        raise InvalidValue(f"the body is not allowed: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidBody(f"the body can't be decoded: {error}") from None
