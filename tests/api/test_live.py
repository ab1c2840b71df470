"""The live cursor: nothing twice, nothing missed, and a clear word when that can't be promised."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

from monitor import wire
from tests.api.test_runs import grid
from tests.support import Service, scalars, until


def follow(service: Service, cursor: str, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = service.get("/live", cursor=cursor, **params)
    return found


def test_no_cursor_answers_with_the_current_one_at_once(shared_service: Service) -> None:
    live = shared_service.get("/live", wait=20)
    assert (live["reset"], live["runs"], live["changes"], live["alerts"]) == (False, [], {}, [])
    assert follow(shared_service, live["cursor"]) == live


def test_changes_come_once_and_in_order(shared_service: Service) -> None:
    service = shared_service
    cursor = service.get("/live")["cursor"]
    service.declare("live", name="alive")
    service.ship(scalars(0, a=1.0, b=2.0), scalars(1, a=math.nan), run="live")
    service.ship(grid(1), wire.Event(1, 1.0, "note", {"x": 1}), scalars(2, a=3.0), run="live", first_seq=3)
    live = follow(service, cursor)
    assert [run["name"] for run in live["runs"]] == ["alive"]
    change = live["changes"]["live"]
    assert change["points"]["a"]["step"] == [0, 1, 2]
    assert change["points"]["a"]["last"] == [1.0, None, 3.0]
    assert change["points"]["a"]["nonfinite"]["nan"] == [1]
    assert change["points"]["b"] == {"bucket": 1, "step": [0], "last": [2.0]}
    assert [info["step"] for info in change["samples"]] == [1]
    assert change["events"] == [{"step": 1, "time": 1.0, "kind": "note", "data": {"x": 1}}]
    assert follow(service, live["cursor"])["runs"] == []


def test_the_cursor_of_a_query_joins_on_to_it(shared_service: Service) -> None:
    service = shared_service
    service.declare("joined")
    service.ship(scalars(0, a=0.0), run="joined")
    got = service.get("/runs/joined/series")
    service.ship(scalars(1, a=1.0), run="joined", first_seq=2)
    assert got["series"]["a"]["step"] == [0]
    assert follow(service, got["cursor"])["changes"]["joined"]["points"]["a"]["step"] == [1]


def test_wanted_runs_limit_changes_but_not_summaries(shared_service: Service) -> None:
    service = shared_service
    service.declare("seen")
    service.declare("unseen")
    cursor = service.get("/live")["cursor"]
    service.ship(scalars(0, a=0.0), run="seen")
    service.ship(scalars(0, a=0.0), run="unseen")
    live = follow(service, cursor, runs="seen")
    assert {run["id"] for run in live["runs"]} == {"seen", "unseen"}
    assert set(live["changes"]) == {"seen"}


def test_waiting_ends_when_something_happens(shared_service: Service) -> None:
    service = shared_service
    service.declare("woken")
    cursor = service.get("/live")["cursor"]
    answers: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: answers.append(follow(service, cursor, wait=20)))
    started = time.monotonic()
    thread.start()
    service.ship(scalars(0, a=0.5), run="woken")
    thread.join()
    assert time.monotonic() - started < 10
    assert answers[0]["changes"]["woken"]["points"]["a"]["last"] == [0.5]


def test_waiting_ends_by_itself(shared_service: Service) -> None:
    service = shared_service
    cursor = service.get("/live")["cursor"]
    started = time.monotonic()
    live = follow(service, cursor, wait=0.3)
    assert 0.25 < time.monotonic() - started < 5
    assert (live["cursor"], live["runs"], live["reset"]) == (cursor, [], False)


def test_rewinds_and_deletions_are_told(shared_service: Service) -> None:
    service = shared_service
    service.declare("back")
    cursor = service.get("/live")["cursor"]
    service.ship(*(scalars(step, a=float(step)) for step in range(6)), run="back")
    service.ship(scalars(6, a=6.0), wire.Event(3, 1.0, "rewind"), scalars(4, a=-4.0), run="back", first_seq=7)
    live = follow(service, cursor)
    change = live["changes"]["back"]
    assert change["rewound_to"] == 3
    assert dict(zip(change["points"]["a"]["step"], change["points"]["a"]["last"], strict=True)) == {
        0: 0.0, 1: 1.0, 2: 2.0, 3: 3.0, 4: -4.0,
    }  # fmt: skip
    assert service.http.delete("/runs/back").status_code == 204
    gone = follow(service, live["cursor"])
    assert (gone["runs"], gone["changes"]) == ([], {"back": {}})


def test_unknown_and_old_cursors_are_reset(start_service: Any) -> None:
    service = start_service(live_points=300)
    service.declare()
    old = service.get("/live")["cursor"]
    for cursor in ("x", "", "abc.0", f"{old}9", old.replace(".", ".-"), f"{old.partition('.')[0]}.x"):
        live = follow(service, cursor, wait=5)
        assert live["reset"], cursor
        assert live["cursor"] == old
    for first in range(0, 400, 100):
        service.ship(*(scalars(step, a=1.0) for step in range(first, first + 100)), first_seq=first + 1)
    assert follow(service, old)["reset"]
    large = service.get("/live")["cursor"]
    service.ship(*(scalars(step, a=1.0) for step in range(1000, 2000)), first_seq=1001)  # more than is ever kept
    assert follow(service, large)["reset"]
    assert not follow(service, service.get("/live")["cursor"])["reset"]


def test_a_restart_resets_every_cursor(start_service: Any) -> None:
    service = start_service()
    service.declare()
    service.ship(scalars(0, a=1.0))
    cursor = service.get("/live")["cursor"]
    service.kill()
    service.start()
    live = follow(service, cursor, wait=10)
    assert live["reset"]
    service.ship(scalars(1, a=1.0), first_seq=2)
    assert follow(service, live["cursor"])["changes"]["r"]["points"]["a"]["step"] == [1]


def test_falling_silent_is_told(start_service: Any) -> None:
    service = start_service(stale_after=0.3, crashed_after=600)
    service.declare("quiet")
    cursor, states = service.get("/live")["cursor"], set[str]()
    deadline = time.monotonic() + 20
    while "stale" not in states and time.monotonic() < deadline:
        live = follow(service, cursor, wait=5)
        cursor = live["cursor"]
        states |= {run["state"] for run in live["runs"]}
    assert "stale" in states


def test_stopping_does_not_wait_for_those_who_wait(start_service: Any) -> None:
    service = start_service()
    cursor = service.get("/live")["cursor"]
    answers: list[dict[str, Any]] = []
    threads = [threading.Thread(target=lambda: answers.append(follow(service, cursor, wait=20))) for _ in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: "nashboard_live_waiting 3" in service.http.get("/metrics").text)
    started = time.monotonic()
    service.stop()
    assert time.monotonic() - started < 5
    for thread in threads:
        thread.join()
    assert [answer["cursor"] for answer in answers] == [cursor] * 3
