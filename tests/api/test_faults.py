"""Kills, full disks and full queues: what was acknowledged is there, what was not is nowhere."""

from __future__ import annotations

import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from monitor import wire
from tests.api.test_runs import files, grid
from tests.support import Service, batch, scalars, until

pytestmark = pytest.mark.fault


class Sender:
    """Sends one run's records again and again until they are acknowledged, as the SDK does; step = number − 1."""

    def __init__(self, service: Service, run: str) -> None:
        self.url, self.run = f"http://127.0.0.1:{service.port}/api/v1/runs", run
        self.acked, self.stopping = 0, threading.Event()
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def _work(self) -> None:
        chance = random.Random(self.run)
        with httpx.Client(timeout=10) as client:
            while not self.stopping.is_set():
                first = max(1, self.acked + 1 - chance.randrange(5))  # overlaps
                some = [scalars(seq - 1, value=float(seq - 1)) for seq in range(first, first + chance.randrange(1, 60))]
                content = msgspec.msgpack.encode(batch(*some, first_seq=first))
                try:
                    answer = client.post(
                        f"{self.url}/{self.run}/records",
                        content=content,
                        headers={"Content-Type": "application/msgpack"},
                    )
                    self.acked = msgspec.msgpack.decode(answer.content)["acked"]
                except httpx.TransportError:
                    time.sleep(0.02)


def test_killed_in_ingest_and_restarted_nothing_is_lost_or_doubled(start_service: Any) -> None:
    service = start_service()
    runs = ["one", "two", "three"]
    for run in runs:
        service.declare(run)
    senders = [Sender(service, run) for run in runs]
    chance = random.Random(0)
    try:
        for _ in range(5):
            before = [sender.acked for sender in senders]
            until(lambda before=before: all(s.acked > b for s, b in zip(senders, before, strict=True)))
            time.sleep(chance.uniform(0, 0.1))
            service.kill()
            service.start()
    finally:
        for sender in senders:
            sender.stopping.set()
        for sender in senders:
            sender.thread.join()
    for sender in senders:
        stored = service.points("value", sender.run)
        assert len(stored) >= sender.acked > 0
        assert stored == {step: float(step) for step in range(len(stored))}, "0 lost, 0 doubled"
        summary = service.summary("value", sender.run)
        assert (summary["count"], summary["last_step"]) == (len(stored), len(stored) - 1)
        assert service.declare(sender.run)["acked"] == {"s": len(stored)}
        coarse = service.get(f"/runs/{sender.run}/series", names="value", width=1)["series"]["value"]
        assert coarse["count"] == [len(stored)], "rollups were committed with their points"


def test_terminated_in_ingest_what_was_queued_is_written(start_service: Any) -> None:
    service = start_service()
    service.declare()
    sender = Sender(service, "r")
    until(lambda: sender.acked > 100)
    service.stop()
    sender.stopping.set()
    sender.thread.join()
    service.start()
    assert len(service.points("value")) >= sender.acked
    assert service.summary("value")["count"] == len(service.points("value"))


def test_queue_full_is_said_with_a_time_to_come_back(start_service: Any) -> None:
    service = start_service(queue_bytes=2048)
    for number in range(6):
        service.declare(f"r{number}")
    answers: list[tuple[int, httpx.Response]] = []

    def send(number: int) -> None:
        some = [scalars(step, **{f"s{i}": 1.0 for i in range(20)}) for step in range(400)]
        answers.append((number, service.send(batch(*some), f"r{number}")))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [(number, answer) for number, answer in answers if answer.status_code == 429]
    assert refused, "six large batches at once do not fit into 2,048 bytes"
    for number, answer in refused:
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.json()["error"]["code"] == "queue_full"
        assert service.get(f"/runs/r{number}")["points"] == 0
        until(
            lambda number=number: service.send(batch(*[scalars(s, a=1.0) for s in range(9)]), f"r{number}").is_success
        )
    taken = {number for number, answer in answers if answer.is_success}
    assert taken
    assert all(service.get(f"/runs/r{number}")["points"] == 400 * 21 for number in taken)


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A file system of 8 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("mounting a small tmpfs needs root; the file size limit is tested instead")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(service: Service, refuse: int) -> tuple[int, int]:
    """Ships grids and points until `refuse` is answered; the acknowledged number and how many grids are there."""
    number = grids = 0
    chance = random.Random(0)
    while True:
        image = b"\x89PNG" + chance.randbytes(200_000)
        some = [grid(number, image), *(scalars(number + i, a=1.0, b=2.0) for i in range(500))]
        answer = service.send(wire.Batch("s", number + 1, some))
        if answer.status_code == refuse:
            assert answer.json()["error"]["code"] == "storage_full"
            assert int(answer.headers["Retry-After"]) >= 1
            return number, grids
        number, grids = msgspec.msgpack.decode(answer.content)["acked"], grids + 1
        assert grids < 200


def test_disk_full_stores_nothing_by_half_and_recovers(start_service: Any, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (3 << 20))
    service = start_service(small_disk)
    service.declare()
    acked, grids = fill(service, 507)
    detail = service.get("/runs/r")
    assert (detail["samples"], service.declare_acked("r")) == (grids, acked)
    assert files(small_disk / "blobs") == grids
    assert service.get("/healthz") == {"status": "ok"}
    ballast.unlink()
    more = [grid(acked, b"\x89PNG" + bytes(1000)), *(scalars(acked + i, a=1.0) for i in range(50))]
    assert service.ship(*more, first_seq=acked + 1) == acked + 51
    assert service.get("/runs/r")["samples"] == grids + 1
    assert service.summary("a")["count"] == len(service.points("a"))
    service.kill()
    service.start()
    assert service.get("/runs/r")["samples"] == grids + 1


def test_files_that_may_not_grow_are_a_full_disk_too(start_service: Any) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))

    service = start_service(before=limit)
    service.declare()
    acked, _ = fill(service, 507)
    assert service.declare_acked("r") == acked
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert service.ship(scalars(10**6, a=5.0), first_seq=acked + 1) == acked + 1
    assert service.summary("a")["last"] == 5.0


def serve(folder: Path) -> subprocess.CompletedProcess[str]:
    """Starts a service that is expected to end by itself."""
    command = [sys.executable, "-m", "monitor", "serve", "--port", "0", "--no-dashboard"]
    environment = os.environ | {"NASHBOARD_DIR": str(folder)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_two_services_never_share_a_folder(start_service: Any) -> None:
    service = start_service()
    second = serve(service.folder)
    assert second.returncode == 1
    assert str(service.folder) in second.stderr
    assert str(service.pid) in second.stderr
    service.declare()
    service.kill()
    service.start()  # a killed one leaves no lock behind


def test_newer_database_is_refused_with_a_clear_word(start_service: Any) -> None:
    service = start_service()
    service.stop()
    with sqlite3.connect(service.folder / "nashboard.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    done = serve(service.folder)
    assert done.returncode == 1
    assert "9999" in done.stderr
    assert "newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_damaged_database_is_refused_and_left_alone(start_service: Any) -> None:
    service = start_service()
    service.stop()
    path = service.folder / "nashboard.db"
    path.write_bytes(b"not a database" * 1000)
    done = serve(service.folder)
    assert done.returncode == 1
    assert "nashboard.db" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes().startswith(b"not a database")


def test_a_port_that_is_taken_is_named(start_service: Any) -> None:
    service = start_service()
    command = [sys.executable, "-m", "monitor", "serve", "--port", str(service.port), "--no-dashboard"]
    environment = os.environ | {"NASHBOARD_DIR": str(service.folder.parent / "other")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert str(service.port) in done.stderr
    assert "Traceback" not in done.stderr


def test_client_gone_before_its_answer_does_not_stop_the_writer(start_service: Any) -> None:
    service = start_service()
    service.declare()
    content = msgspec.msgpack.encode(batch(*(scalars(step, a=1.0) for step in range(3000))))
    head = (
        f"POST /api/v1/runs/r/records HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/msgpack\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode()
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", service.port)) as line:
            line.sendall(head + content)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset, not close
    until(lambda: service.summary("a")["count"] == 3000 if service.get("/runs/r")["points"] else False)
    assert service.ship(scalars(9999, a=1.0), first_seq=3001) == 3001
    assert service.http.get("/readyz").json() == {"status": "ready"}


def test_stopping_by_ctrl_c(start_service: Any) -> None:
    service = start_service()
    os.kill(service.pid, signal.SIGINT)
    service.wait()
    assert "Traceback" not in service.output
