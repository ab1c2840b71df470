"""What a rule knows of a run goes through a restart: how long its condition has held, and the alert that it has open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec
import pytest

from monitor.rules import Standing
from monitor.storage import memory
from monitor.storage.database import open_engine, url_of
from monitor.storage.tables import rule_memory
from tests.notify.calls import channel, post, route
from tests.notify.targets import Target, target
from tests.support import Service, scalars, until

HOUR = 3600.0
AFTERWARDS = 5  # the value that the last rule waits for
pytestmark = pytest.mark.fault


@pytest.fixture
def hook() -> Iterator[Target]:
    """Where messages go."""
    with target() as made:
        yield made


@pytest.fixture
def service(start_service: Callable[..., Service], hook: Target) -> Service:
    """A service with a run `r` of the project `p`, of whose warnings the hook is told."""
    made = start_service(stale_after=600, notify_private=True)
    route(made, "p", channel(made, "p", hook.url))
    return made


def above(service: Service, name: str, value: float = AFTERWARDS, **rule: Any) -> None:
    """A rule on x."""
    condition = {"type": "threshold", "op": ">", "value": value}
    post(service, "/rules", {"name": name, "signal": "x", "condition": condition, "cooldown": 0} | rule)


def told(service: Service, name: str) -> list[tuple[int, int, str]]:
    """(onset, step, state) of a rule's alerts, the first one first."""
    found = sorted(service.get("/alerts", kind=f"rule:{name}")["alerts"], key=lambda one: one["id"])
    return [(one["onset_step"], one["step"], one["state"]) for one in found]


def heard(service: Service, hook: Target) -> list[tuple[str, str]]:
    """(kind, state) of all that was sent, when nothing more is to be sent."""
    until(lambda: not service.get("/deliveries", state=["pending"])["deliveries"])
    return [(one["kind"], one["state"]) for said in hook.bodies for one in said["alerts"]]


def log(service: Service, first: int, *values: float) -> None:
    """Values of x, from step `first` on."""
    service.ship(*(scalars(first + at, x=value) for at, value in enumerate(values)), first_seq=first + 1)


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_steps_that_a_condition_has_held_for_count_after_a_restart(service: Service, hook: Target, how: str) -> None:
    above(service, "held", hold_steps=5)
    above(service, "followed")
    service.declare(project="p")
    log(service, 0, 1, 9, 9, 9)
    until(lambda: told(service, "followed") == [(1, 1, "open")])
    assert told(service, "held") == [], "2 of 5 steps"
    getattr(service, how)()
    service.start()
    log(service, 4, 9, 9)
    log(service, 6, 9, 9, 0, 99, 9, 9)
    until(lambda: told(service, "followed") == [(1, 1, "resolved"), (9, 9, "open")])
    assert told(service, "held") == [(1, 6, "open")], (
        "told once, at its sixth step in a row; 0 for one step does not end it"
    )
    until(lambda: ("rule:held", "open") in heard(service, hook))
    assert heard(service, hook).count(("rule:held", "open")) == 1


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_an_alert_that_is_open_is_neither_lost_nor_told_again(service: Service, hook: Target, how: str) -> None:
    above(service, "lasting")
    above(service, "later", value=50)
    service.declare(project="p")
    log(service, 0, 1, 9, 9)
    until(lambda: told(service, "lasting") == [(1, 1, "open")])
    until(lambda: heard(service, hook) == [("rule:lasting", "open")])
    (before,) = service.get("/alerts", kind="rule:lasting")["alerts"]
    for step in (3, 6):
        getattr(service, how)()
        service.start()
        assert told(service, "lasting") == [(1, 1, "open")], "already as it starts"
        log(service, step, 9, 9, 60)
        until(partial(_has_reached, service, step + 2))
    log(service, 9, 9, 0)
    until(lambda: told(service, "lasting") == [(1, 1, "resolved")])
    (after,) = service.get("/alerts", kind="rule:lasting")["alerts"]
    assert (after["id"], after["created_at"], after["resolved_step"]) == (before["id"], before["created_at"], 10)
    assert heard(service, hook).count(("rule:lasting", "open")) == 1


def test_seconds_that_a_condition_has_held_for_count_after_a_restart(service: Service) -> None:
    above(service, "an hour", hold_seconds=HOUR)
    above(service, "followed")
    service.declare(project="p")
    log(service, 0, 1, 9, 9)
    until(lambda: told(service, "followed") == [(1, 1, "open")])
    service.stop()
    _as_if_it_had_been_down_for(service, HOUR)
    service.start()
    until(lambda: told(service, "an hour") == [(1, 2, "open")])
    assert told(service, "followed") == [(1, 1, "open")]


def _has_reached(service: Service, step: int) -> bool:
    """Whether the rules have followed the run up to a step whose value is above 50."""
    return (step, step, "open") in told(service, "later")


def _as_if_it_had_been_down_for(service: Service, seconds: float) -> None:
    """Puts back the times at which conditions began to hold, in the memory that the stopped service has left."""
    engine = open_engine(url_of(service.folder))
    with engine.begin() as connection:
        state = memory.kept(connection, rule_memory, "r")
        assert state
        known = msgspec.msgpack.decode(state, type=dict[int, tuple[float, Standing]])
        begun = [track for _, one in known.values() for track in one.tracks.values()]
        assert [time.time() - track.since_time < seconds for track in begun] == [True, True]
        for track in begun:
            track.since_time -= seconds
        memory.keep(connection, rule_memory, "r", msgspec.msgpack.encode(known))
    engine.dispose()
