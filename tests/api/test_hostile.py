"""What no client of ours sends: it is refused by name, it blocks nobody, and nothing of it answers 500."""

from __future__ import annotations

import socket
from typing import Any

import msgspec
import pytest

from tests.support import Service, scalars

MSGPACK = {"Content-Type": "application/msgpack"}
IMAGE = b"RIFF0000WEBP"


def grid(**changed: Any) -> list[Any]:
    """A sample grid as an array, so that it may be wrong."""
    fields = {"rows": 1, "columns": 1, "count": 1, "tile_height": 8, "tile_width": 8} | changed
    shape = fields.pop("shape", [])
    return ["m", 1, 0.0, "samples", "fixed", IMAGE, *fields.values(), "[0, 1]", False, b"x", "uint8", shape]


@pytest.mark.parametrize(
    "record",
    [
        grid(rows=2**64 - 1),
        grid(columns=-1),
        grid(tile_width=2**31),
        grid(shape=[2**40, 1]),
        ["s", 2**53, 0.0, {"a": 1.0}],
        ["s", -1, 0.0, {"a": 1.0}],
    ],
    ids=str,
)
def test_numbers_out_of_bounds_are_refused_and_do_not_block(shared_service: Service, record: list[Any]) -> None:
    service, run = shared_service, "bounds"
    service.declare(run)
    body = msgspec.msgpack.encode({"sender": "odd", "first_seq": 1, "records": [record]})
    answer = service.http.post(f"/runs/{run}/records", content=body, headers=MSGPACK)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_value")
    assert service.ship(scalars(1, a=1.0), run=run, sender="fine") == 1


@pytest.mark.parametrize(
    "header", ["Host: [::1", "Host: evil.example", "Origin: http://[bad", "Origin: null", "Origin: http://evil.example"]
)
def test_odd_hosts_and_origins_are_forbidden(shared_service: Service, header: str) -> None:
    host = "" if header.startswith("Host") else f"Host: 127.0.0.1:{shared_service.port}\r\n"
    request = f"DELETE /api/v1/runs/x HTTP/1.1\r\n{host}{header}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", shared_service.port), timeout=20) as connection:
        connection.sendall(request.encode())
        assert connection.makefile("rb").readline().split()[1] == b"403"
