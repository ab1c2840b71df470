"""What comes late: steps after later ones, and the end of a process that another one has long replaced."""

from __future__ import annotations

import math

from monitor import wire
from tests.support import Service, scalars


def clock(service: Service, run: str) -> dict[int, float | None]:
    return service.points(wire.TIME_SERIES, run)


def test_late_steps_get_their_time_and_keep_the_first(shared_service: Service) -> None:
    service, run = shared_service, "late-times"
    service.declare(run)
    service.ship(*(wire.Scalars(step, 1000.0 + step, {"a": 1.0}) for step in range(100, 200)), run=run, sender="new")
    late = [wire.Scalars(step, 10.0 + step, {"a": 0.0}) for step in range(120)]  # 20 of them are there already
    again = [wire.Scalars(step, 5.0, {"b": math.nan}) for step in (199, 3, 150, 250, 3)]
    service.ship(*late, *again, run=run, sender="old")
    wanted = {step: 10.0 + step for step in range(100)} | {step: 1000.0 + step for step in range(100, 200)}
    assert clock(service, run) == wanted | {250: 5.0}
    assert service.summary(wire.TIME_SERIES, run)["count"] == 201
    assert service.points("a", run)[119] == 0.0  # of values the last write wins


def test_pieces_of_old_steps_in_one_batch_have_one_time(shared_service: Service) -> None:
    service, run = shared_service, "pieces"
    service.declare(run)
    steps = [10, 20, 5, 20, 5, 10, 7, 30, 7]
    service.ship(*(wire.Scalars(step, float(when), {f"v{when}": 0.0}) for when, step in enumerate(steps)), run=run)
    assert clock(service, run) == {5: 2.0, 7: 6.0, 10: 0.0, 20: 1.0, 30: 7.0}


def test_a_crash_told_late_does_not_undo_the_finish(shared_service: Service) -> None:
    service, run = shared_service, "resumed"
    service.declare(run)
    service.ship(scalars(0, a=1.0), wire.Event(None, 0.0, "resume"), wire.Finish(50.0, "finished"), run=run, sender="b")
    service.ship(scalars(1, a=1.0), wire.Finish(60.0, "crashed", "its journal came later"), run=run, sender="a")
    detail = service.get(f"/runs/{run}")
    assert (detail["state"], detail["reason"], detail["last_step"]) == ("finished", "", 1)


def test_a_resumed_run_may_crash(shared_service: Service) -> None:
    service, run = shared_service, "crashes"
    service.declare(run)
    service.ship(scalars(0, a=1.0), wire.Finish(50.0, "finished"), run=run, sender="a")
    service.ship(wire.Event(None, 60.0, "resume"), wire.Finish(70.0, "crashed", "why"), run=run, sender="b")
    detail = service.get(f"/runs/{run}")
    assert (detail["state"], detail["reason"]) == ("crashed", "why")
