"""From an alert to a message: a real service, real HTTP targets, and every way in which a target can fail."""

from __future__ import annotations

import base64
import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from click.testing import CliRunner

from monitor import wire
from monitor.cli import main
from tests.notify.calls import SECRET, ail, channel, log, post, route
from tests.notify.targets import target
from tests.support import Service, scalars, until

Start = Callable[..., Service]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that may send to this machine, and tries again soon."""
    settings = {
        "notify_private": True,
        "notify_backoff": 0.05,
        "notify_timeout": 2.0,
        "public_url": "https://nash.example/x",
    }
    made = Service(tmp_path_factory.mktemp("notify"), **settings).start()
    yield made
    made.close()


def test_an_alert_is_told_once_and_its_end_too(service: Service) -> None:
    with target() as hook, target() as other:
        mine = channel(service, "mine", hook.url, picture=True)
        route(service, "faces", mine)
        channel(service, "no route leads there", other.url)
        alert = ail(service, "falls", "faces")
        until(lambda: len(hook.got) == 1)
        (said,) = hook.bodies
        assert (said["event"], said["title"], said["severity"]) == ("opened", "Not a number: name of falls", "critical")
        assert said["url"].startswith("https://nash.example/x/runs/falls?from=0&to=")
        assert said["text"].endswith(said["url"])
        (one,) = said["alerts"]
        assert (one["kind"], one["onset_step"], one["summary"]) == ("non_finite", 0, alert["summary"])
        assert one["first_remedy"]["name"] == alert["advice"][0]["name"]
        assert one["run"] == {"id": "falls", "name": "name of falls", "project": "faces", "group": "", "tags": []}
        for step in range(1, 5):  # more of the same: updated, not repeated
            service.ship(scalars(step, d_loss=math.nan), run="falls", first_seq=step + 1)
        post(service, f"/alerts/{alert['id']}/resolve", code=200)
        until(lambda: len(hook.got) == 2)
        assert hook.bodies[1]["event"] == "resolved"
        assert "resolved by hand" in hook.bodies[1]["text"]
        sent = until(lambda: len(found := log(service, mine, "sent")) == 2 and found)
        assert [(one["event"], one["attempts"]) for one in sent] == [("opened", 1), ("resolved", 1)]
        assert other.got == []
        keys = [headers["idempotency-key"] for _, headers, _ in hook.got]
        assert len(set(keys)) == 2


def test_a_picture_of_the_evidence_goes_with_it(service: Service) -> None:
    with target() as hook:
        route(service, "drawn", channel(service, "drawn", hook.url, picture=True))
        rule = {
            "name": "drawn",
            "signal": "x",
            "condition": {"type": "threshold", "op": ">", "value": 5},
            "runs": {"projects": ["drawn"]},
        }
        post(service, "/rules", rule)
        service.declare("drawn", project="drawn")
        service.ship(*(scalars(step, x=step / 10) for step in range(60)), run="drawn")
        until(lambda: len(hook.got) == 1)
        (said,) = hook.bodies
        assert said["title"] == "drawn: drawn"
        assert base64.b64decode(said["picture"]["base64"]).startswith(b"\x89PNG")


@pytest.mark.fault
def test_a_failing_channel_is_tried_again_given_up_and_can_be_sent_by_hand(service: Service) -> None:
    with target(500) as broken, target() as well:
        bad = channel(service, "bad", broken.url)
        good = channel(service, "good", well.url)
        route(service, "both", bad, good)
        ail(service, "both", "both")
        until(lambda: len(well.got) == 1)
        until(lambda: len(broken.got) >= 3)
        assert len({headers["idempotency-key"] for _, headers, _ in broken.got}) == 1, (
            "one message, however often it is tried"
        )
        assert log(service, bad)[0]["state"] == "pending"
        assert log(service, bad)[0]["error"] == "it answered 500: ok"
        broken.status = 403
        (dead,) = until(lambda: log(service, bad, "dead"))
        assert dead["error"].startswith("it answered 403")
        about = next(one for one in service.get("/channels")["channels"] if one["name"] == "bad")
        assert (about["last_state"], about["dead"], about["routes"]) == ("dead", 1, ["both"])
        broken.status = 200
        post(service, f"/deliveries/{dead['id']}/retry", code=200)
        until(lambda: log(service, bad, "sent"))
        assert service.http.post(f"/deliveries/{dead['id']}/retry").status_code == 422
        assert len(well.got) == 1


@pytest.mark.fault
def test_a_target_that_hangs_or_refuses_delays_neither_others_nor_the_doctor_nor_ingest(service: Service) -> None:
    with target(hang=30) as hangs, target() as well:
        slow, quick = channel(service, "hangs", hangs.url), channel(service, "quick", well.url)
        gone = channel(service, "gone", "http://127.0.0.1:9/hook/s3cr3t-path")
        route(service, "three", slow, gone, quick)
        for at in range(3):
            ail(service, f"three-{at}", "three")
        until(lambda: len(well.got) == 3)
        began = time.monotonic()
        service.ship(scalars(1, x=1.0), run="three-0", first_seq=2)
        assert time.monotonic() - began < 5
        until(lambda: "no answer within" in log(service, slow)[0]["error"])
        until(lambda: "no connection" in log(service, gone)[0]["error"])
        for key in (slow, gone):
            assert service.http.delete(f"/channels/{key}").status_code == 204
        assert next(one for one in service.get("/routes")["routes"] if one["name"] == "three")["channels"] == [quick]
        assert "s3cr3t-path" not in service.output


@pytest.mark.fault
def test_after_a_kill_what_waits_is_sent_and_nothing_twice(start_service: Start) -> None:
    service = start_service(notify_private=True, notify_backoff=0.5)
    with target() as hook, target(503) as down:
        first, second = channel(service, "up", hook.url), channel(service, "down", down.url)
        route(service, "p", first, second)
        ail(service, "r", "p")
        until(lambda: len(hook.got) == 1 and len(down.got) >= 1)
        until(lambda: log(service, first, "sent"))
        service.kill()
        down.status = 200
        tried = len(down.got)
        service.start()
        until(lambda: log(service, second, "sent"))
        assert len(down.got) == tried + 1
        assert len({headers["idempotency-key"] for _, headers, _ in down.got}) == 1
        assert len(hook.got) == 1


def test_quiet_hours_gather_what_happens_and_let_what_is_critical_through(service: Service) -> None:
    with target() as hook:
        key = channel(service, "night", hook.url)
        now = time.gmtime()
        start, end = f"{now.tm_hour:02}:00", f"{(now.tm_hour + 2) % 24:02}:00"
        quiet = {"start": start, "end": end, "zone": "UTC"}
        route(service, "night", key, quiet=quiet | {"critical": False})
        ail(service, "night-1", "night")
        ail(service, "night-2", "night")
        waiting = until(lambda: len(found := log(service, key, "pending")) == 2 and found)
        assert all(one["digest"] for one in waiting)
        assert all(time.gmtime(one["due_at"])[3:5] == ((now.tm_hour + 2) % 24, 0) for one in waiting)
        assert hook.got == []
        with closing(sqlite3.connect(service.folder / "nashboard.db", timeout=10)) as database, database:  # morning
            database.execute("UPDATE deliveries SET due_at = 0 WHERE channel_id = ?", (key,))
        with target() as other:
            waker = channel(service, "waker", other.url)
            post(service, f"/channels/{waker}/test", code=200)
        until(lambda: len(hook.got) == 1)
        (said,) = hook.bodies
        assert (said["event"], said["title"]) == ("digest", "2 alerts while you were not told")
        assert sorted(one["run"]["id"] for one in said["alerts"]) == ["night-1", "night-2"]
        until(lambda: len(log(service, key, "sent")) == 2)
        loud = channel(service, "loud", hook.url + "/loud")
        route(service, "loud", loud, quiet=quiet)
        ail(service, "loud", "loud")
        until(lambda: len(hook.got) == 2)


def test_over_its_rate_a_channel_gets_a_digest_and_a_cooldown_is_said(service: Service) -> None:
    with target() as hook:
        key = channel(service, "few", hook.url, rate=1)
        route(service, "few", key, cooldown=3600)
        ail(service, "few-1", "few")
        until(lambda: len(hook.got) == 1)
        ail(service, "few-2", "few")
        (late,) = until(lambda: [one for one in log(service, key, "pending") if one["digest"]])
        assert late["error"].startswith("over the channel's rate")
        assert 3500 < late["due_at"] - time.time() <= 3600
        assert len(hook.got) == 1
        alert = service.get("/alerts", run="few-1", state="open")["alerts"][0]
        post(service, f"/alerts/{alert['id']}/resolve", code=200)
        service.ship(scalars(1, d_loss=1.0), run="few-1", first_seq=2)
        service.ship(wire.Event(0, 0.0, "rewind"), scalars(1, d_loss=math.inf), run="few-1", first_seq=3)
        assert service.http.delete(f"/channels/{key}").status_code == 204


def test_a_snooze_that_ends_reminds_and_what_was_acknowledged_in_time_is_not_told(service: Service) -> None:
    with target() as hook, target(500) as down:
        key, late = channel(service, "reminds", hook.url), channel(service, "late", down.url)
        route(service, "reminds", key, late)
        alert = ail(service, "reminds", "reminds")
        until(lambda: len(hook.got) == 1 and len(down.got) >= 1)
        post(service, f"/alerts/{alert['id']}/snooze", {"seconds": 0.2}, code=200)
        until(lambda: [said["event"] for said in hook.bodies] == ["opened", "reminded"])
        post(service, f"/alerts/{alert['id']}/ack", code=200)
        until(lambda: all(one["state"] == "dropped" for one in log(service, late)))
        assert {"it was acknowledged before this was sent"} >= {one["error"] for one in log(service, late)} - {
            "it was snoozed before this was sent"
        }


def test_secrets_go_in_and_never_come_out(service: Service) -> None:
    with target() as hook:
        key = channel(service, "secretive", hook.url)
        body = {"name": "renamed", "type": "webhook", "rate": 5}
        answer = service.http.put(f"/channels/{key}", json=body)
        assert (answer.json()["name"], answer.json()["rate"]) == ("renamed", 5)
        for path in ("/channels", "/deliveries", "/routes"):
            text = service.http.get(path).text
            assert SECRET not in text
            assert "s3cr3t-path" not in text
        done = post(service, f"/channels/{key}/test", code=200)
        assert (done["state"], done["event"]) == ("sent", "test")
        assert hook.bodies[-1]["title"] == "Test of Nashboard"
        assert SECRET not in service.output


def test_apprise_carries_a_message_with_the_picture(service: Service) -> None:
    with target() as hook:
        url = hook.url.replace("http://", "json://")
        key = channel(service, "apprise", url, type="apprise", secret="", picture=True)
        done = post(service, f"/channels/{key}/test", code=200)
        assert done["state"] == "sent", done
        assert hook.bodies[0]["title"] == "Test of Nashboard"
        hook.status = 500
        failed = post(service, f"/channels/{key}/test", code=200)
        assert (failed["state"], "s3cr3t-path" in failed["error"]) == ("dead", False)
    refused = service.http.post("/channels", json={"name": "odd", "type": "apprise", "url": "nonsense://x"})
    assert (refused.status_code, "Apprise can't read it" in refused.text) == (422, True)


def test_private_targets_are_refused_unless_a_setting_allows_them(shared_service: Service) -> None:
    with target() as hook:
        key = channel(shared_service, "private", hook.url)
        apprise = channel(
            shared_service, "private-apprise", hook.url.replace("http", "json"), type="apprise", secret=""
        )
        for one in (key, apprise):
            done = post(shared_service, f"/channels/{one}/test", code=200)
            assert done["state"] == "dead"
        assert "private or local address" in post(shared_service, f"/channels/{key}/test", code=200)["error"]
        assert hook.got == []


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/routes", {"name": "r", "channels": [99999]}, "channels=[99999] is not allowed"),
        ("/routes", {"name": "r", "channels": []}, "channels"),
        ("/routes", {"name": "r", "channels": [1], "quiet": {"start": "25:00", "end": "07:00"}}, "start"),
        ("/routes", {"name": "r", "channels": [1], "quiet": {"start": "22:00", "end": "7:00", "zone": "x"}}, "end"),
        ("/channels", {"name": "c", "url": "gopher://x", "secret": SECRET}, "'gopher' is not allowed"),
        ("/channels", {"name": "c", "type": "pigeon", "url": "x"}, "pigeon"),
        ("/channels/99999/test", None, "no channel 99999"),
        ("/deliveries/99999/retry", None, "no delivery 99999"),
    ],
)
def test_bad_requests_say_what_is_wrong(service: Service, path: str, body: Any, says: str) -> None:
    answer = service.http.post(path, json=body)
    assert answer.status_code in (404, 422)
    assert says in answer.json()["error"]["message"]


def test_the_log_is_bounded_and_the_command_tests_a_channel(start_service: Start) -> None:
    service = start_service(notify_private=True, notify_log=3)
    with target() as hook:
        key = channel(service, "short", hook.url)
        for _ in range(5):
            done = CliRunner().invoke(main, ["alerts", "--server", service.url, "test", "short"])
            assert (done.exit_code, "A test was sent to short" in done.output) == (0, True), done.output
        assert len(log(service, key)) == 3
        hook.status = 404
        failed = CliRunner().invoke(main, ["alerts", "--server", service.url, "test", str(key)])
        assert (failed.exit_code, "it answered 404" in failed.output) == (1, True)
