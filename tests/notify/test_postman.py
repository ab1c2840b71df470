"""The post in one process, where its threads can be met at the worst moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from monitor.api.house import House
from monitor.errors import StorageFull
from monitor.settings import ServiceSettings
from monitor.storage import deliveries
from monitor.storage.named import add
from monitor.storage.tables import alerts, channels
from monitor.storage.tables import deliveries as table
from monitor.wire import RunInfo
from tests.notify.targets import target
from tests.support import until


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = {"notify_private": True, "notify_backoff": 0.02, "notify_attempts": 3, "job_workers": 0}
    made = House(ServiceSettings(dir=str(tmp_path), **settings))
    made.start()
    yield made
    made.stop()


def carriers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("nashboard-post-")]


def written(house: House, write: Callable[[Connection], Any]) -> Any:
    return house.writer.submit(lambda connection, _: write(connection)).result()


def channel(house: House, name: str, url: str) -> int:
    data = {"type": "webhook", "picture": False, "rate": 3600, "enabled": True}
    secret = {"url": url, "secret": "s" * 16}
    return int(written(house, lambda connection: add(connection, channels, name, data, secrets=secret)))


def message(channel_id: int, key: str, due_in: float = 0.0, **given: Any) -> dict[str, Any]:
    now = time.time()
    row = {"channel_id": channel_id, "key": key, "event": "test", "kind": "test", "severity": "info", "title": "t"}
    return row | {"created_at": now, "due_at": now + due_in} | given


def queued(house: House, row: dict[str, Any]) -> int:
    key = written(house, lambda connection: deliveries.add(connection, row))
    house.postman.wake()
    return int(key)


def state(house: House, key: int) -> str:
    with house.engine.begin() as connection:
        return deliveries.find(connection, key).state


def test_what_is_settled_while_the_post_reads_is_not_sent_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read, looks = deliveries.due, list[float]()

    def slowly(*given: Any) -> Any:
        looks.append(time.monotonic())
        rows = read(*given)
        until(lambda: not carriers())  # what is under way ends just now
        return rows

    monkeypatch.setattr(deliveries, "due", slowly)
    with target(hang=0.3) as hook:
        queued(house, message(channel(house, "one", hook.url), "k"))
        until(lambda: hook.got)
        house.postman.wake()  # while it is still being answered

        before = len(looks)
        until(lambda: len(looks) > before + 1 and not carriers())  # the look that came between is over
        assert len(hook.got) == 1


def test_what_is_due_does_not_wait_behind_thousands_that_are_not(house: House) -> None:
    with target() as hook:
        night, day = channel(house, "night", hook.url), channel(house, "day", hook.url)
        empty = {"state": "pending", "digest": 0, "attempts": 0, "error": "", "done_at": None, "alert_id": None}
        rows = [message(night, f"k{at}", 3600.0, run_id=None) | empty for at in range(6000)]
        written(house, lambda connection: connection.execute(insert(table), rows))
        key = queued(house, message(day, "now"))
        until(lambda: state(house, key) == "sent")
        assert len(hook.got) == 1


def test_a_channel_that_hangs_keeps_none_of_another_behind_its_own_backlog(house: House) -> None:
    with target(hang=30) as hangs, target() as well:
        slow, quick = channel(house, "slow", hangs.url), channel(house, "quick", well.url)
        empty = {"state": "pending", "digest": 0, "attempts": 0, "error": "", "done_at": None, "alert_id": None}
        rows = [message(slow, f"k{at}", run_id=None) | empty for at in range(6000)]
        written(house, lambda connection: connection.execute(insert(table), rows))
        key = queued(house, message(quick, "now"))
        until(lambda: state(house, key) == "sent")
        assert len(hangs.got) == 1


def test_of_one_alert_nothing_overtakes_what_waits_before_it(house: House) -> None:
    with target() as hook:
        key = channel(house, "one", hook.url)
        first = queued(house, message(key, "opened", 3600.0, alert_id=7))
        second = queued(house, message(key, "resolved", alert_id=7))
        other = queued(house, message(key, "other", alert_id=8))
        until(lambda: state(house, other) == "sent")
        assert [state(house, one) for one in (first, second)] == ["pending", "pending"]
        written(house, lambda connection: deliveries.settle(connection, [first], {"due_at": 0.0}))
        house.postman.wake()
        until(lambda: state(house, second) == "sent" and state(house, first) == "sent")


def test_a_channel_whose_thread_could_not_be_started_is_tried_again(house: House) -> None:
    with target() as hook:
        key = channel(house, "one", hook.url)
        size = threading.stack_size(1 << 46)  # more than there is: no thread can be started
        try:
            delivery = queued(house, message(key, "k"))
            until(lambda: not house.postman._awake.is_set())
            time_to_look = time.monotonic() + 0.2
            until(lambda: time.monotonic() > time_to_look)
            assert (hook.got, state(house, delivery)) == ([], "pending")
        finally:
            threading.stack_size(size)
        house.postman.wake()
        until(lambda: state(house, delivery) == "sent")


def test_a_message_that_can_not_be_made_is_given_up_and_holds_up_no_other(house: House) -> None:
    with target() as hook:
        key = channel(house, "one", hook.url)
        house.writer.submit(lambda connection, applier: applier.declare(connection, RunInfo("r"))).result()
        alert = {"kind": "non_finite", "severity": "critical", "state": "open", "onset_step": 0, "step": 0}
        alert |= {"run_id": "r", "created_at": 0.0, "updated_at": 0.0, "data": {"summary": 5}}  # of a broken database
        written(house, lambda connection: connection.execute(insert(alerts).values(id=1, **alert)))
        bad = queued(house, message(key, "bad", event="opened", alert_id=1, run_id="r"))
        good = queued(house, message(key, "good"))
        until(lambda: state(house, good) == "sent")
        until(lambda: state(house, bad) == "dead")
        with house.engine.begin() as connection:
            found = deliveries.find(connection, bad)
        assert (found.attempts, found.error) == (
            house.settings.notify_attempts,
            "the message could not be made: ValidationError",
        )


def test_the_end_waits_for_no_pause(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What became of a message can't be written: the pause between two tries ends with the service."""
    tried = threading.Event()

    def full(*_: Any, **__: Any) -> None:
        tried.set()
        raise StorageFull("the disk is full")

    with target() as hook:
        queued(house, message(channel(house, "one", hook.url), "k"))
        monkeypatch.setattr(house.postman._writer, "submit", full)
        until(lambda: hook.got)
        tried.wait(10)
        monkeypatch.undo()
        began = time.monotonic()
        house.postman.stop()
        assert time.monotonic() - began < 0.5
        until(lambda: not carriers())
