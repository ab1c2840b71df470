"""Points by the million, straight over HTTP: batches encoded beforehand, sent by processes of their own."""

from __future__ import annotations

import math
from collections.abc import Iterator

import httpx
import msgspec

from monitor import wire

MSGPACK = {"Content-Type": "application/msgpack"}


def declare(url: str, run: str) -> None:
    """Makes a run known to the service."""
    httpx.post(f"{url}/api/v1/runs", json={"id": run, "project": "bench", "name": run}).raise_for_status()


def batches(steps: int, series: int, records: int, start: int = 0, sender: str = "bench") -> Iterator[bytes]:
    """Encoded batches of `records` records of `series` scalars each, until `steps` steps are through."""
    names = [f"signal/{i}" for i in range(series)]
    for first in range(start, start + steps, records):
        some = [
            wire.Scalars(step, 1.79e9 + step * 0.01, {name: math.sin(step * 0.001 + i) for i, name in enumerate(names)})
            for step in range(first, min(first + records, start + steps))
        ]
        yield msgspec.msgpack.encode(wire.Batch(sender, first + 1, list(some)))


def post(client: httpx.Client, run: str, body: bytes) -> int:
    """Sends one batch, again while the queue is full; the acknowledged number."""
    import time

    while True:
        answer = client.post(f"/api/v1/runs/{run}/records", content=body, headers=MSGPACK, timeout=60)
        if answer.status_code != 429:
            answer.raise_for_status()
            return int(msgspec.msgpack.decode(answer.content)["acked"])
        time.sleep(float(answer.headers["Retry-After"]))
