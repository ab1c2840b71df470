"""Shipping: everything arrives once, whatever the service does."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable

import msgspec
import pytest

import monitor
from monitor import wire
from tests.sdk.conftest import until
from tests.sdk.service import Service, error

Start = Callable[..., monitor.Run]


def steps(service: Service) -> list[int]:
    return [record.step for record in service.all(wire.Scalars)]


@pytest.mark.fault
def test_a_service_that_comes_and_goes_gets_all_of_it_once(service: Service, started: Start) -> None:
    """Hangs up before or after it has stored a batch, answers 503, and is away for a while."""
    chance = random.Random(0)

    def fault(path: str, body: bytes) -> tuple[int, dict[str, str], bytes] | str | None:
        lot = chance.random()
        if lot < 0.2:
            return "drop"
        if lot < 0.4:
            service.answer(path, body)  # stored, but the answer is lost
            return "drop"
        return error(503, "error", "not now") if lot < 0.5 else None

    service.fault = fault
    run = started(batch_age=0, batch_bytes=2000, flush_timeout=20)
    for step in range(3000):
        run.log({"a": float(step)}, step=step)
        if step == 1500:
            service.stop()
            time.sleep(0.05)
            service.start()
    run.finish()
    assert steps(service) == list(range(3000))
    assert len(service.all(wire.Finish)) == 1
    assert (run.refused, run.dropped) == (0, 0)


@pytest.mark.fault
def test_a_service_that_forgets_is_told_again(service: Service, started: Start) -> None:
    run = started()
    run.log({"a": 1.0}, step=0)
    until(lambda: service.points())
    service.runs.clear()
    run.log({"a": 2.0}, step=1)
    until(lambda: len(service.points()) == 2)
    assert run.id in service.runs


@pytest.mark.fault
def test_retry_after_is_honoured(service: Service, started: Start) -> None:
    asked: list[float] = []

    def busy(path: str, body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        if not path.endswith("/records"):
            return None
        asked.append(time.monotonic())
        return error(429, "queue_full", "full", **{"Retry-After": "0.4"}) if len(asked) <= 2 else None

    service.fault = busy
    run = started()
    run.log({"a": 1.0})
    until(lambda: service.points())
    assert all(later - earlier >= 0.4 for earlier, later in itertools.pairwise(asked[:3]))


@pytest.mark.fault
@pytest.mark.parametrize(("status", "code"), [(422, "invalid_value"), (413, "body_too_large"), (400, "invalid_body")])
def test_a_record_that_is_not_taken_is_left_out_alone(
    service: Service, started: Start, caplog: pytest.LogCaptureFixture, status: int, code: str
) -> None:
    def picky(path: str, body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        return error(status, code, "not step 33") if b"poison" in body else None

    service.fault = picky
    run = started()
    for step in range(100):
        run.log({"poison" if step == 33 else "a": 1.0}, step=step)
    run.finish()
    assert steps(service) == [step for step in range(100) if step != 33]
    assert run.refused == 1
    assert service.refused[next(iter(service.records))] == 1
    assert sum("not step 33" in record.getMessage() for record in caplog.records) == 1


@pytest.mark.fault
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_service_that_says_no_is_said_once_and_nothing_is_lost(
    service: Service, started: Start, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    service.fault = lambda path, body: error(status, "unauthorized", "wrong token")
    run = started(retry_max=0.05)
    for step in range(50):
        run.log({"a": 1.0}, step=step)
    until(lambda: len(service.headers) > 3)
    service.fault = lambda path, body: None
    run.finish()
    assert steps(service) == list(range(50))
    assert [record.getMessage().count("wrong token") for record in caplog.records] == [1]


def test_the_token_travels_in_a_header_only(service: Service, started: Start) -> None:
    started(token="s3cret").finish()
    assert {headers["Authorization"] for headers in service.headers} == {"Bearer s3cret"}


def test_without_a_service_finish_is_quick_and_says_what_to_do(
    started: Start, caplog: pytest.LogCaptureFixture, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = started(server="http://127.0.0.1:9", flush_timeout=0.3)
    for step in range(10):
        run.log({"a": 1.0}, step=step)
    before = time.monotonic()
    run.finish()
    assert time.monotonic() - before < 2
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "can't be reached" in said[0]
    assert "nashboard sync" in said[1]
    assert "11 records" in said[1]


def test_signs_of_life_come_while_nothing_is_logged(service: Service, started: Start) -> None:
    started(heartbeat=0.05)
    until(lambda: len([batch for batch in service.batches if not batch.records]) >= 3)


def test_a_tight_loop_makes_few_requests(service: Service, started: Start) -> None:
    run = started()
    until(lambda: service.batches)
    before, start = len(service.batches), time.monotonic()
    step = 0
    while time.monotonic() - start < 0.5:
        run.log({"a": 1.0}, step=step)
        step += 1
        time.sleep(0.001)
    assert len(service.batches) - before <= 0.5 * 20 + 3
    run.finish()
    assert steps(service) == list(range(step))


def test_what_is_refused_is_told_to_the_service(service: Service, started: Start) -> None:
    run = started(journal_bytes=1 << 20)
    run.log({"a" * 150: 1.0}, step=0)
    assert not run._append(("e", 0, 0.0, "huge", "x" * (2 << 20)))
    run.finish()
    assert run.refused == 1
    assert max(service.refused.values()) == 1


def test_a_batch_is_what_the_contract_says(service: Service, started: Start) -> None:
    bodies: list[bytes] = []

    def keep(path: str, body: bytes) -> None:
        bodies.append(body)

    service.fault = keep
    run = started()
    run.log({"a": 1.0}, step=7)
    run.event("lr_drop", factor=0.1)
    run.finish()
    batches = [msgspec.msgpack.decode(body, type=wire.Batch) for body in bodies[1:]]
    records = [record for batch in batches for record in batch.records]
    assert [type(record).__name__ for record in records] == ["Scalars", "Event", "Finish"]
    assert records[1] == wire.Event(7, records[1].time, "lr_drop", {"factor": 0.1})
