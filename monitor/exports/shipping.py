"""Sends a log to a service as a run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TypeVar

import msgspec

from monitor.sdk.client import Busy, Client
from monitor.sources import Source
from monitor.wire import Finish, Record, RunInfo

T = TypeVar("T")
RECORDS = 2000  # of one request
TRIES = 10


def ship(
    source: Source, info: RunInfo, client: Client, progress: Callable[[int], None] = lambda done: None
) -> tuple[int, int]:
    """(records that the log holds, how many of them were new to the service).

    The records are numbered by their place in the log, so that a log which is sent again, or has grown, adds only what is new.

    Raises:
        ShippingError: the service would not take it. InvalidValue: the log can't be read.
    """
    sender = "import-" + hashlib.sha256(f"{source.path.resolve()}|{source.kind}".encode()).hexdigest()[:12]
    known = _patiently(lambda: client.declare(info)).acked.get(sender, 0)
    done, last = 0, 0.0
    for some in _portions(_ended(source.records())):
        first, done = done + 1, done + len(some)
        last = getattr(some[-1], "time", last)
        if done > known:
            bodies = [msgspec.msgpack.encode(record) for record in some]
            _patiently(partial(client.send, info.id, sender, first, bodies))
        progress(done)
    _finish(client, info.id, sender, last)
    return done, max(0, done - known)


def _ended(records: Iterable[Record]) -> Iterator[Record]:
    """Without the end: a log that has grown would else go on after it."""
    return (record for record in records if not isinstance(record, Finish))


def _finish(client: Client, run_id: str, sender: str, last: float) -> None:
    """The end has a numbering of its own, by its time."""
    body = msgspec.msgpack.encode(Finish(last or time.time(), "finished"))
    _patiently(lambda: client.send(run_id, f"{sender}-end", max(1, int(time.time())), [body]))


def _portions(records: Iterator[Record]) -> Iterator[list[Record]]:
    while some := list(islice(records, RECORDS)):
        yield some


def _patiently(action: Callable[[], T]) -> T:
    """Comes back when the service asks to."""
    for attempt in range(1, TRIES + 1):
        try:
            return action()
        except Busy as error:
            if attempt == TRIES:
                raise
            time.sleep(max(error.retry_after, 0.1 * attempt))
    raise AssertionError("unreachable")
