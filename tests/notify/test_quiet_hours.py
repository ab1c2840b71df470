"""Quiet hours from the evening to the morning: a real service whose clock is set, and real HTTP targets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.notify.calls import ail, channel, log, post, route
from tests.notify.targets import target
from tests.support import Service, scalars, until
from tests.support.inside import Inside

NIGHT = {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin"}
EVENING, MORNING = "2026-01-15 23:30:00", "2026-01-16 07:00:00"  # in Berlin, where the hours are counted
Clock = Callable[[str], float]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets this process's clock to a time of Berlin, from where it goes on; the seconds since the epoch."""
    real, ahead = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + ahead[0])

    def set_to(text: str) -> float:
        there = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
        ahead[0] = there - real()
        return there

    return set_to


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    clock(EVENING)
    made = Inside(tmp_path, notify_private=True, job_workers=0).start()
    yield made
    made.close()


def look(service: Service) -> None:
    """Has the post look for what is due now: the test of a channel has come through."""
    with target() as waker:
        key = channel(service, f"waker {time.monotonic()}", waker.url)
        assert post(service, f"/channels/{key}/test", code=200)["state"] == "sent"


def test_what_is_delayed_comes_in_the_morning_one_by_one_if_it_still_matters(service: Service, clock: Clock) -> None:
    with target() as hook:
        key = channel(service, "night", hook.url)
        route(service, "night", key, quiet=NIGHT | {"then": "delay", "critical": False})
        for at in range(3):
            ail(service, f"night-{at}", "night")
        waiting = until(lambda: len(found := log(service, key, "pending")) == 3 and found)
        seen = service.get("/alerts", run="night-1", state="open")["alerts"][0]["id"]
        post(service, f"/alerts/{seen}/ack", code=200)
        morning = clock(MORNING)
        assert {(one["due_at"], one["digest"]) for one in waiting} == {(morning, False)}
        clock("2026-01-16 06:59:30")
        look(service)
        assert hook.got == []
        clock("2026-01-16 07:00:01")
        look(service)
        until(lambda: len(log(service, key, "sent")) == 2)
        told = [(said["event"], said["alerts"][0]["run"]["id"]) for said in hook.bodies]
        assert told == [("opened", "night-0"), ("opened", "night-2")]
        (dropped,) = log(service, key, "dropped")
        assert (dropped["run"], dropped["error"]) == ("night-1", "it was acknowledged before this was sent")


def test_what_is_dropped_never_comes_and_what_is_critical_comes_at_once(service: Service, clock: Clock) -> None:
    with target() as hook:
        key = channel(service, "night", hook.url)
        route(service, "night", key, quiet=NIGHT | {"then": "drop"})
        post(
            service, "/rules", {"name": "hot", "signal": "x", "condition": {"type": "threshold", "op": ">", "value": 5}}
        )
        service.declare("warm", project="night")
        service.ship(scalars(0, x=9.0), run="warm")
        (dropped,) = until(lambda: log(service, key, "dropped"))
        assert (dropped["kind"], dropped["error"]) == ("rule:hot", "quiet hours until 07:00 Europe/Berlin")
        ail(service, "broken", "night")
        until(lambda: len(hook.got) == 1)
        clock("2026-01-16 07:00:01")
        look(service)
        open_ = service.get("/alerts", run="warm", state="open")["alerts"][0]["id"]
        post(
            service, f"/alerts/{open_}/resolve", code=200
        )  # who was not told that it began is not told that it is over
        ail(service, "day", "night")
        until(lambda: len(hook.got) == 2)
        assert [said["alerts"][0]["run"]["id"] for said in hook.bodies] == ["broken", "day"]


def test_what_happens_outside_the_hours_is_told_at_once_and_of_which_days_they_are(
    service: Service, clock: Clock
) -> None:
    with target() as hook:
        quiet = NIGHT | {"then": "delay", "critical": False, "days": ["Thu"]}  # 15 January 2026 is a Thursday
        key = channel(service, "night", hook.url)
        route(service, "night", key, quiet=quiet)
        ail(service, "thursday", "night")
        clock("2026-01-16 06:59:00")
        ail(service, "before-seven", "night")
        until(lambda: len(log(service, key, "pending")) == 2)
        assert hook.got == []
        clock("2026-01-16 07:01:00")
        ail(service, "after-seven", "night")
        until(lambda: len(hook.got) == 3)
        clock("2026-01-16 23:30:00")
        ail(service, "friday", "night")
        until(lambda: len(hook.got) == 4)
        told = [said["alerts"][0]["run"]["id"] for said in hook.bodies]
        assert (sorted(told[:3]), told[3]) == (["after-seven", "before-seven", "thursday"], "friday")


def test_a_channel_can_be_tested_at_any_hour_and_beyond_its_rate_but_not_when_it_is_off(service: Service) -> None:
    with target() as hook:
        key = channel(service, "night", hook.url, rate=1)
        route(service, "night", key, quiet=NIGHT | {"then": "drop", "critical": False})
        for _ in range(3):
            assert post(service, f"/channels/{key}/test", code=200)["state"] == "sent"
        assert [said["event"] for said in hook.bodies] == ["test"] * 3
        body = {"name": "night", "type": "webhook", "enabled": False}
        assert service.http.put(f"/channels/{key}", json=body).status_code == 200
        off = post(service, f"/channels/{key}/test", code=200)
        assert (off["state"], off["error"]) == ("dead", "the channel is off")
        assert len(hook.got) == 3
