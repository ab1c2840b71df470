"""Sends a log to a service as a run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import msgspec

from monitor.sdk.client import Client
from monitor.sdk.patience import insist
from monitor.sources import Source
from monitor.wire import Finish, Record, RunInfo

RECORDS = 2000  # of one request


def ship(
    source: Source,
    info: RunInfo,
    client: Client,
    progress: Callable[[int], None] = lambda done: None,
    batch_bytes: int = 1 << 20,
) -> tuple[int, int]:
    """(records that the log holds, how many of them were new to the service).

    The records are numbered by their place in the log, so that a log which is sent again, or has grown, adds only what is
    new. A request holds at most `batch_bytes`, or one record.

    Raises:
        ShippingError: the service would not take it. InvalidValue: the log can't be read.
    """
    sender = "import-" + hashlib.sha256(f"{source.path.resolve()}|{source.kind}".encode()).hexdigest()[:12]
    known = insist(lambda: client.declare(info)).acked.get(sender, 0)
    done, last = 0, 0.0
    for bodies, last in _portions(_ended(source.records()), batch_bytes):  # noqa: B007 the last one's is the log's
        first, done = done + 1, done + len(bodies)
        if done > known:
            insist(partial(client.send, info.id, sender, first, bodies))
        progress(done)
    _finish(client, info.id, sender, last)
    return done, max(0, done - known)


def _ended(records: Iterable[Record]) -> Iterator[Record]:
    """Without the end: a log that has grown would else go on after it."""
    return (record for record in records if not isinstance(record, Finish))


def _finish(client: Client, run_id: str, sender: str, last: float) -> None:
    """The end has a numbering of its own, by its time."""
    body = msgspec.msgpack.encode(Finish(last or time.time(), "finished"))
    insist(lambda: client.send(run_id, f"{sender}-end", max(1, int(time.time())), [body]))


def _portions(records: Iterable[Record], most: int) -> Iterator[tuple[list[bytes], float]]:
    """Records in a row as they travel, and the time of the last one that has one."""
    bodies, size, last = list[bytes](), 0, 0.0
    for record in records:
        body = msgspec.msgpack.encode(record)
        if bodies and (size + len(body) > most or len(bodies) == RECORDS):
            yield bodies, last
            bodies, size = [], 0
        bodies.append(body)
        size += len(body)
        last = getattr(record, "time", last)
    if bodies:
        yield bodies, last
