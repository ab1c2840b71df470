"""What only shows in odd places: file systems without locks, answers that are none, ends without a process."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import monitor
from monitor import wire
from monitor.errors import JournalLocked
from monitor.sdk import ending, lock
from monitor.sdk.client import BadBatch, Busy, Client, NotAllowed, UnknownRun, Unreachable, batch
from monitor.sdk.journal import LeftJournal
from monitor.sdk.lock import Lock
from monitor.sdk.logits import auc
from monitor.sdk.ranges import infer
from monitor.sdk.sync import folders, sync
from monitor.settings import ClientSettings, load
from tests.sdk.service import Service, error

Start = Callable[..., monitor.Run]
INFO = wire.RunInfo(id="abc")


@pytest.mark.parametrize("system", ["without fcntl", "without locks"])
def test_without_file_locks_a_living_owner_is_respected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    if system == "without fcntl":
        monkeypatch.setattr(lock, "fcntl", None)
    else:

        def flock(*_: Any) -> None:
            raise OSError("no locks here")

        monkeypatch.setattr(lock.fcntl, "flock", flock)
    path = tmp_path / "lock"
    Lock(path).release()
    owner = path.read_text()
    assert owner == f"{os.getpid()} {socket.gethostname()}\n"
    with pytest.raises(JournalLocked, match=str(os.getpid())):
        Lock(path)
    path.write_text(f"{os.getpid()} another-host\n")
    with pytest.raises(JournalLocked, match="another-host"):
        Lock(path)
    path.write_text(f"{2**22 + 5} {socket.gethostname()}\n")  # beyond the largest pid: nobody
    Lock(path).release()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(404, "not_found", "no run abc"), UnknownRun), ((404, {}, b"<html>nothing here"), NotAllowed),
        (error(413, "body_too_large", "large"), BadBatch), (error(500, "error", "oops"), Busy),
        (error(507, "storage_full", "full", **{"Retry-After": "7"}), Busy), ((200, {}, b"<html>hello"), NotAllowed),
        ((302, {"Location": "/login"}, b""), NotAllowed), ((400, {}, msgspec.msgpack.encode([1])), BadBatch),
        (error(503, "error", "", **{"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}), Busy), ("drop", Unreachable),
    ],
    ids=str,
)  # fmt: skip
def test_every_answer_has_its_kind(service: Service, answer: Any, kind: type[Exception]) -> None:
    service.fault = lambda path, body: answer
    client = Client(service.url)
    with pytest.raises(kind) as caught:
        client.send("abc", "sender", 1, [])
    assert service.url in str(caught.value)
    assert getattr(caught.value, "retry_after", 0.0) == (7.0 if "7" in str(answer) and kind is Busy else 0.0)
    client.close()


def test_a_connection_is_kept_and_reopened(service: Service) -> None:
    client = Client(service.url + "/")
    client.declare(INFO)
    assert client.send("abc", "s", 1, [msgspec.msgpack.encode(("f", 0.0, "finished", ""))]).acked == 1
    port = service.port
    service.stop()
    service.start()
    assert service.port == port
    assert client.send("abc", "s", 2, []).acked == 1
    client.close()


def test_a_prefix_of_the_server_is_kept(service: Service) -> None:
    paths: list[str] = []

    def note(path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        paths.append(path)
        return service.answer("/api/v1/runs", body)

    service.fault = note
    client = Client(f"{service.url}/proxy/board/")
    client.declare(INFO)
    client.close()
    assert paths == ["/proxy/board/api/v1/runs"]


def test_an_address_without_a_server_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9 can't be reached"):
        Client("http://127.0.0.1:9").declare(INFO)
    with pytest.raises(Unreachable):
        Client("https://127.0.0.1:9").declare(INFO)


def test_a_batch_around_raw_records_is_a_wire_batch() -> None:
    records: list[wire.Record] = [
        wire.Scalars(1, 0.5, {"a": 1.0}),
        wire.Event(None, 1.0, "x", {"y": [1]}),
        wire.Finish(2.0, "finished"),
    ]
    body = batch("s", 7, [msgspec.msgpack.encode(record) for record in records], 3)
    assert msgspec.msgpack.decode(body, type=wire.Batch) == wire.Batch("s", 7, records, 3)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, ""), (SystemExit(0), ""), (SystemExit(None), ""), (SystemExit(3), "SystemExit: 3"),
        (ValueError("bad loss"), "ValueError: bad loss"), (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
    ids=repr,
)  # fmt: skip
def test_reasons(error: BaseException | None, reason: str) -> None:
    assert ending.reason_of(error) == reason


def test_the_hooks_at_the_end_of_a_process(
    service: Service, started: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the interpreter calls them: first the exception hook, then the exit function."""
    run = started()
    run.log({"a": 1.0})
    problem = RuntimeError("CUDA out of memory")
    assert sys.excepthook is ending._excepthook
    sys.excepthook(RuntimeError, problem, None)
    assert "CUDA out of memory" in capsys.readouterr().err
    ending._finish_all()
    (finish,) = service.all(wire.Finish)
    assert (finish.state, finish.reason) == ("crashed", "RuntimeError: CUDA out of memory")


def test_a_forked_copy_touches_nothing(service: Service, started: Start, tmp_path: Path) -> None:
    """As after a fork, in one process: the copy goes inert, what lies on disk stays."""
    run = started(mode="offline")
    run.log({"a": 1.0}, step=0)
    run._abandon()
    run.log({"a": 2.0}, step=1)
    run.finish()
    (folder,) = (tmp_path / "home" / "journal").iterdir()
    assert LeftJournal(folder).scalars.last_seq == 1


def test_a_wrong_end_is_said(service: Service, started: Start, caplog: pytest.LogCaptureFixture) -> None:
    started().finish("exploded")  # type: ignore[arg-type]
    assert [finish.state for finish in service.all(wire.Finish)] == ["finished"]
    assert "finish('exploded')" in caplog.text


@pytest.mark.parametrize("sizes", [(1, 1), (7, 3), (50, 80)])
def test_auc_is_what_counting_pairs_gives(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(sum(sizes))
    real, fake = (rng.integers(0, 6, size).astype(float) for size in sizes)  # many ties
    pairs = [1.0 if r > f else 0.5 if r == f else 0.0 for r in real for f in fake]
    assert auc(real, fake) == pytest.approx(sum(pairs) / len(pairs))
    assert auc(real, real) == pytest.approx(0.5)
    assert auc(np.append(real, np.nan), np.append(fake, np.inf)) == auc(real, fake)
    assert auc(np.array([np.nan]), fake) is None


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 1, (0, 1)), (0.2, 0.8, (0, 1)), (-1, 1, (-1, 1)), (-0.5, 0.1, (-1, 1)), (0, 255, (0, 255)), (3, 90, (0, 255)),
     (-2.1, 2.6, (-1, 1)), (-0.01, 1.01, (0, 1))],
)  # fmt: skip
def test_ranges_are_inferred(low: float, high: float, found: tuple[float, float]) -> None:
    assert infer(low, high) == found


def test_aliases_and_own_names_of_logits_are_reduced_too(service: Service, started: Start) -> None:
    run = started(signals={"logits/fake": "critic on fakes"})
    run.log({"D(x)": np.array([2.0, 3.0])}, step=0)
    run.log({"critic on fakes": np.array([0.0, 2.0])}, step=0)
    run.log({"D(x)": np.array([2.0, 3.0])}, step=1)
    run.finish()
    points = service.points()
    assert points["auc/discriminator", 0] == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert ("auc/discriminator", 1) not in points
    assert (points["D(x)", 0], points["critic on fakes/std", 0]) == (2.5, 1.0)


def test_a_machine_without_a_thread_to_spare_stops_no_training_and_loses_no_number(
    service: Service, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    settings = {"server": service.url, "dir": tmp_path, "doctor": "local", "system_every": 1.0}
    before = threading.stack_size(1 << 46)  # more than there is: no thread can be started
    try:
        run = monitor.init(**settings)
        for step in range(3):
            run.log({"a": float(step), "logits/real": np.ones(8)}, step=step)
        run.samples(np.zeros((4, 8, 8), np.float32))
        run.finish()
    finally:
        threading.stack_size(before)
    for what in ("shipping", "the doctor", "watching the machine", "reading tensors and drawing"):
        assert f"no thread for {what}" in caplog.text
    assert run.dropped >= 4  # the logits and the samples
    assert service.points() == {}
    (done,) = sync(folders(tmp_path), load(ClientSettings, {"server": service.url}))
    assert done.state == "shipped", done
    assert service.points() == {("a", step): float(step) for step in range(3)}
