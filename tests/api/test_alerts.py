"""The service's doctor: it follows what is written, survives restarts, and answers to what users do with its alerts."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest

from monitor import wire
from tests.detectors.signals import only_samples, rows
from tests.support import Service, until

Start = Callable[..., Service]


def training(first: int, last: int, collapse_at: int, seed: int = 0) -> Iterator[wire.Scalars]:
    """The records of a training that collapses at a step; the samples' statistics come as they would from a worker."""

    def collapse(step: int, values: dict[str, float]) -> None:
        if step >= collapse_at:
            values |= {"sample/diversity": 0.05, "sample/coverage": 0.05, "sample/energy_distance": 0.4}

    for step, values in rows(last, only_samples(collapse), random.Random(seed), samples=True):
        if step >= first:
            yield wire.Scalars(step, 1000.0 + step, values)


def ship(service: Service, run: str, records: list[wire.Scalars], first_seq: int = 1) -> None:
    """Sends records in batches of 500."""
    for start in range(0, len(records), 500):
        service.ship(*records[start : start + 500], run=run, first_seq=first_seq + start)


def alerts(service: Service, run: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get(f"/runs/{run}/alerts", **asked)["alerts"]
    return found


def of_kind(service: Service, run: str, kind: str = "mode_collapse") -> list[dict[str, Any]]:
    return [alert for alert in alerts(service, run) if alert["kind"] == kind]


def test_a_collapse_is_told_with_evidence_and_advice_everywhere(shared_service: Service) -> None:
    service = shared_service
    service.declare("falls", config={"loss": "non-saturating", "gradient_penalty": "r1"})
    cursor = service.get("/live")["cursor"]
    ship(service, "falls", list(training(0, 2000, 1200)))
    until(lambda: of_kind(service, "falls"))
    (alert,) = of_kind(service, "falls")
    assert (alert["severity"], alert["state"], alert["onset_step"], alert["run"]) == ("critical", "open", 1200, "falls")
    assert alert["evidence"][0]["signal"] == "sample/diversity"
    assert "R1 gradient penalty" not in [one["name"] for one in alert["advice"]], "the run has it already"
    assert alert["id"] in [one["id"] for one in service.get("/alerts", state="open", severity="critical")["alerts"]]
    assert alert["id"] in [one["id"] for one in service.get("/live", cursor=cursor)["alerts"]]
    answer = msgspec.msgpack.decode(service.send(wire.Batch("s", 99_999, []), "falls").content)
    assert [(one["kind"], one["state"]) for one in answer["alerts"] if not one["consequence_of"]] == [
        ("mode_collapse", "open")
    ]
    assert "advice" not in answer["alerts"][0]


def test_a_healthy_run_has_no_alerts_and_says_what_was_not_seen(shared_service: Service) -> None:
    service = shared_service
    service.declare("well")
    ship(service, "well", list(training(0, 1500, 10**9)))
    service.ship(wire.Finish(2000.0, "finished"), run="well", first_seq=9000)
    found = service.get("/runs/well/alerts")
    assert found["alerts"] == []
    assert found["lacks"]["discriminator_overfit"] == ["logits/validation"]
    assert "mode_collapse" not in found["lacks"]


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_restart_neither_loses_nor_repeats_alerts(start_service: Start, how: str) -> None:
    service = start_service(stale_after=600)
    service.declare("goes-on")
    records = list(training(0, 3000, 900))  # too early to have been near: non-convergence is told at once afterwards
    split = next(i for i, record in enumerate(records) if record.step == 1700)
    ship(service, "goes-on", records[:split])
    until(lambda: of_kind(service, "goes-on"))
    before = of_kind(service, "goes-on")
    getattr(service, how)()
    service.start()
    ship(service, "goes-on", records[split:], first_seq=split + 1)
    until(lambda: any(alert["kind"] == "non_convergence" for alert in alerts(service, "goes-on")))
    after = of_kind(service, "goes-on")
    assert [(one["id"], one["step"], one["created_at"]) for one in after] == [
        (one["id"], one["step"], one["created_at"]) for one in before
    ]


def test_what_was_logged_while_the_service_was_away_is_judged_in_one_go(start_service: Start) -> None:
    service = start_service(stale_after=600)
    service.declare("late")
    records = list(training(0, 2000, 1200))
    ship(service, "late", records)
    service.kill()  # most likely before the doctor has come round
    service.start()
    until(lambda: of_kind(service, "late"))
    assert [alert["onset_step"] for alert in of_kind(service, "late")] == [1200]


def test_a_run_that_ended_before_the_doctor_came_round_is_judged_after_a_restart(start_service: Start) -> None:
    """As after a kill in the moment between the two, or with runs that an earlier version took."""
    service = start_service()
    service.declare("ended")
    records = list(training(0, 2000, 1200))
    ship(service, "ended", records)
    service.ship(wire.Finish(9000.0, "finished"), run="ended", first_seq=len(records) + 1)
    service.stop()
    with closing(sqlite3.connect(next(service.folder.glob("*.db")))) as database:
        database.executescript("DELETE FROM alerts; DELETE FROM doctors;")
    service.start()
    until(lambda: of_kind(service, "ended"))
    assert [(alert["onset_step"], alert["state"]) for alert in of_kind(service, "ended")] == [(1200, "open")]


def test_a_rewind_takes_alerts_of_later_steps_back(start_service: Start) -> None:
    service = start_service()
    service.declare("back")
    records = list(training(0, 2000, 1200))
    ship(service, "back", records)
    until(lambda: of_kind(service, "back"))
    service.ship(wire.Event(1000, 1.0, "rewind"), run="back", first_seq=len(records) + 1)
    until(lambda: not of_kind(service, "back"))
    ship(service, "back", list(training(1001, 2000, 10**9)), first_seq=len(records) + 2)
    ship(service, "back", list(training(2000, 3000, 2200)), first_seq=len(records) + 9000)
    until(lambda: of_kind(service, "back"))
    assert [alert["onset_step"] for alert in of_kind(service, "back")] == [2200]


def test_users_acknowledge_snooze_and_resolve(shared_service: Service) -> None:
    service = shared_service
    service.declare("handled")
    service.ship(wire.Scalars(0, 1.0, {"d_loss": float("nan")}), run="handled")
    until(lambda: of_kind(service, "handled", "non_finite"))
    (alert,) = of_kind(service, "handled", "non_finite")
    post = service.http.post
    assert post(f"/alerts/{alert['id']}/ack").json()["state"] == "acknowledged"
    snoozed = post(f"/alerts/{alert['id']}/snooze", json={"seconds": 60}).json()
    assert snoozed["state"] == "snoozed"
    assert snoozed["snoozed_until"] == pytest.approx(snoozed["updated_at"] + 60, abs=1)
    post(f"/alerts/{alert['id']}/snooze", json={"seconds": 0.01})
    until(lambda: alert["id"] in [one["id"] for one in service.get("/alerts", state="open")["alerts"]])
    assert of_kind(service, "handled", "non_finite")[0]["state"] == "open", "it is heard of again when the time is over"
    done = post(f"/alerts/{alert['id']}/resolve").json()
    assert (done["state"], done["resolved_step"]) == ("resolved", None)
    refused = post(f"/alerts/{alert['id']}/ack")
    assert refused.status_code == 422
    assert "is resolved" in refused.json()["error"]["message"]
    service.ship(wire.Scalars(1, 1.0, {"d_loss": float("nan")}), run="handled", first_seq=2)
    assert [one["state"] for one in of_kind(service, "handled", "non_finite")] == ["resolved"]


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/alerts/999999/ack", None, 404, "no alert 999999"),
        ("/alerts/1/shout", None, 422, "ack"),
        ("/alerts/1/snooze", {"seconds": -3}, 422, "seconds"),
        ("/alerts/1/snooze", {"hours": 1}, 422, "hours"),
    ],
)
def test_bad_requests_say_what_is_allowed(
    shared_service: Service, path: str, body: Any, status: int, says: str
) -> None:
    answer = shared_service.http.post(path, json=body) if body else shared_service.http.post(path)
    assert answer.status_code in (status, 400)
    assert says in answer.json()["error"]["message"]


def test_filters_are_checked(shared_service: Service) -> None:
    answer = shared_service.http.get("/alerts", params={"severity": "loud"})
    assert answer.status_code in (400, 422)
    assert "severity" in answer.json()["error"]["message"]


def test_deleting_a_run_deletes_its_alerts(shared_service: Service) -> None:
    service = shared_service
    service.declare("gone")
    service.ship(wire.Scalars(0, 1.0, {"d_loss": float("inf")}), run="gone")
    until(lambda: of_kind(service, "gone", "non_finite"))
    assert service.http.delete("/runs/gone").status_code == 204
    assert service.get("/alerts", run="gone")["alerts"] == []


def test_the_doctors_lag_is_in_the_metrics(shared_service: Service) -> None:
    text = shared_service.http.get("/metrics").text
    assert "nashboard_doctor_lag_seconds" in text
    assert "nashboard_doctor_alerts_total" in text


def test_at_a_start_every_run_is_caught_up_with_however_many_there_are(start_service: Start) -> None:
    service = start_service(stale_after=600)
    many = [f"many-{at}" for at in range(205)]  # more than there are doctors at a time
    for run in many:
        service.declare(run)
        service.ship(wire.Scalars(0, 1.0, {"d_loss": float("nan")}), run=run)
    service.stop()
    with closing(sqlite3.connect(service.folder / "nashboard.db")) as database, database:
        for table in ("alerts", "doctors"):
            database.execute(f"DELETE FROM {table}")
    service.start()
    until(lambda: len(service.get("/alerts", kind="non_finite")["alerts"]) == len(many))
