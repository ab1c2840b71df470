"""Rules in the service: made by API, followed beside the doctor, through restarts, rewinds and changes of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from monitor import wire
from monitor.cli import main
from tests.support import Service, scalars, until

Start = Callable[..., Service]
ABOVE = {"type": "threshold", "op": ">", "value": 5}


def make(service: Service, name: str, **rule: Any) -> dict[str, Any]:
    """A rule for the run of the same name."""
    body = {"name": name, "signal": "x", "condition": ABOVE, "cooldown": 0, "runs": {"name": name}} | rule
    answer = service.http.post("/rules", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def of(service: Service, name: str) -> list[dict[str, Any]]:
    """The alerts of that rule, the first one first."""
    found: list[dict[str, Any]] = service.get("/alerts", kind=f"rule:{name}")["alerts"]
    return sorted(found, key=lambda one: one["id"])


def states(service: Service, name: str) -> list[tuple[int, str]]:
    return [(one["step"], one["state"]) for one in of(service, name)]


def log(service: Service, run: str, values: list[float], first: int = 0) -> None:
    records = [scalars(first + at, x=value) for at, value in enumerate(values)]
    service.ship(*records, run=run, first_seq=first + 1)


def test_a_rule_opens_and_resolves_an_alert_and_the_training_is_told(shared_service: Service) -> None:
    service = shared_service
    make(service, "high", hold_steps=2, severity="critical", note="Lower the learning rate")
    service.declare("high", name="high")
    service.declare("other", name="other")
    cursor = service.get("/live")["cursor"]
    log(service, "other", [9.0] * 5)
    log(service, "high", [1, 1, 7, 8, 9])
    until(lambda: states(service, "high") == [(4, "open")])
    (alert,) = of(service, "high")
    assert (alert["run"], alert["severity"], alert["onset_step"]) == ("high", "critical", 2)
    assert alert["summary"] == "x is above 5 (9) since step 2. Lower the learning rate"
    assert alert["evidence"][0]["signal"] == "x"
    assert alert["id"] in [one["id"] for one in service.get("/live", cursor=cursor)["alerts"]]
    answer = msgspec.msgpack.decode(service.send(wire.Batch("s", 99_999, []), "high").content)
    assert [(one["kind"], one["state"]) for one in answer["alerts"]] == [("rule:high", "open")]
    assert next(one for one in service.get("/rules")["rules"] if one["name"] == "high")["open"] == 1
    log(service, "high", [0.0] * 4, first=5)
    until(lambda: states(service, "high") == [(4, "resolved")])
    log(service, "high", [7.0] * 4, first=9)
    until(lambda: states(service, "high") == [(4, "resolved"), (11, "open")])


def test_a_new_rule_looks_at_what_comes_and_not_at_what_was(shared_service: Service) -> None:
    service = shared_service
    service.declare("older", name="older")
    log(service, "older", [9.0] * 10)
    make(service, "older")
    log(service, "older", [1.0, 2.0], first=10)
    log(service, "older", [9.0], first=12)
    until(lambda: states(service, "older") == [(12, "open")])


def test_changing_or_removing_a_rule_resolves_its_alerts(shared_service: Service) -> None:
    service = shared_service
    rule = make(service, "changed")
    service.declare("changed", name="changed")
    log(service, "changed", [9.0])
    until(lambda: states(service, "changed") == [(0, "open")])
    body = {key: rule[key] for key in ("name", "signal", "runs", "cooldown")}
    answer = service.http.put(f"/rules/{rule['id']}", json=body | {"condition": ABOVE | {"value": 20}})
    assert answer.json()["condition"]["value"] == 20
    assert states(service, "changed") == [(0, "resolved")], "as soon as it is answered"
    log(service, "changed", [9.0, 21.0], first=1)
    until(lambda: states(service, "changed") == [(0, "resolved"), (2, "open")])
    assert service.http.delete(f"/rules/{rule['id']}").status_code == 204
    assert states(service, "changed") == [(0, "resolved"), (2, "resolved")]
    assert service.http.get(f"/rules/{rule['id']}").status_code == 404


def test_silence_and_the_end_of_a_snooze_are_seen_with_nothing_written(shared_service: Service) -> None:
    service = shared_service
    make(service, "silent", signal="*", condition={"type": "no_data", "minutes": 0.005})
    service.declare("silent", name="silent")
    log(service, "silent", [1.0])
    until(lambda: states(service, "silent") == [(0, "open")])
    (alert,) = of(service, "silent")
    cursor = service.get("/live")["cursor"]
    service.http.post(f"/alerts/{alert['id']}/snooze", json={"seconds": 0.5})
    until(lambda: [one["state"] for one in service.get("/live", cursor=cursor)["alerts"]] == ["open"])
    service.ship(wire.Finish(2e9, "finished"), run="silent", first_seq=2)
    until(lambda: states(service, "silent") == [(0, "resolved")])


@pytest.mark.fault
@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_restart_neither_loses_nor_repeats_what_rules_say(start_service: Start, how: str) -> None:
    service = start_service(stale_after=600)
    make(service, "through", hold_steps=3)
    make(service, "never", signal="y")
    service.declare("through", name="through")
    log(service, "through", [9, 9, 9, 9, 9])
    until(lambda: states(service, "through") == [(3, "open")])
    before = of(service, "through")
    log(service, "through", [0, 0, 0], first=5)
    getattr(service, how)()
    service.start()
    log(service, "through", [0, 9, 9, 9, 9], first=8)
    until(lambda: len(of(service, "through")) == 2)
    first, second = of(service, "through")
    assert (first["id"], first["created_at"], first["state"]) == (before[0]["id"], before[0]["created_at"], "resolved")
    assert (first["resolved_step"], second["onset_step"], second["step"], second["state"]) == (8, 9, 12, "open")


def test_a_rewind_takes_back_what_was_told_after_it(shared_service: Service) -> None:
    service = shared_service
    make(service, "back")
    service.declare("back", name="back")
    log(service, "back", [9.0, 0.0, 0.0, 9.0])
    until(lambda: states(service, "back") == [(0, "resolved"), (3, "open")])
    service.ship(wire.Event(1, 0.0, "rewind"), run="back", first_seq=5)
    until(lambda: states(service, "back") == [(0, "resolved")])
    service.ship(scalars(2, x=1.0), scalars(3, x=9.0), run="back", first_seq=6)
    until(lambda: states(service, "back") == [(0, "resolved"), (3, "open")])


def test_a_preview_tells_what_a_rule_would_have_said_of_a_run(shared_service: Service) -> None:
    service = shared_service
    service.declare("past", name="past")
    log(service, "past", [0, 9, 9, 0, 0, math.nan, 9])
    rule = {"name": "p", "signal": "x", "condition": ABOVE, "cooldown": 0}
    found = service.http.post("/rules/preview", json={"rule": rule, "run": "past"}).json()
    assert (found["fits"], found["signals"], found["count"]) == (True, ["x"], 2)
    assert [(one["step"], one["resolved_step"]) for one in found["alerts"]] == [(1, 3), (6, None)]
    elsewhere = service.http.post(
        "/rules/preview", json={"rule": rule | {"runs": {"tags": ["t"]}}, "run": "past"}
    ).json()
    assert elsewhere["fits"] is False
    silence = rule | {"condition": {"type": "no_data", "minutes": 1}}
    refused = service.http.post("/rules/preview", json={"rule": silence, "run": "past"})
    assert (refused.status_code, "can't be tried" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "name"),
        ({"condition": {"type": "loud"}}, "loud"),
        ({"condition": {"type": "threshold", "op": "=", "value": 1}}, "op"),
        ({"condition": ABOVE | {"clear": 9}}, "clear=9 is not allowed"),
        ({"condition": {"type": "no_data", "minutes": 0}}, "minutes"),
        ({"severity": "loud"}, "severity"),
        ({"hold_steps": -1}, "hold_steps"),
        ({"runs": {"project": "p"}}, "project"),
        ({"surprise": 1}, "surprise"),
        ({"name": "taken"}, "there is a rule of that name already"),
    ],
)
def test_bad_rules_are_refused_with_a_reason(shared_service: Service, change: dict[str, Any], says: str) -> None:
    if change == {"name": "taken"}:
        make(shared_service, "taken")
    answer = shared_service.http.post("/rules", json={"name": "bad", "condition": ABOVE} | change)
    assert answer.status_code == 422
    assert says in answer.json()["error"]["message"]


def test_the_command_lists_handles_and_makes_rules(shared_service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service = shared_service
    monkeypatch.setenv("COLUMNS", "200")

    def nashboard(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["alerts", "--server", service.url, *words])
        assert done.exit_code == code, done.output
        return done.output

    nashboard("rules", "add", "by-hand", "x", "--above", "3", "--run-name", "by-hand", "--severity", "info")
    assert "> 3" in nashboard("rules")
    service.declare("by-hand", name="by-hand")
    log(service, "by-hand", [4.0])
    until(lambda: of(service, "by-hand"))
    (alert,) = of(service, "by-hand")
    assert "rule:by-hand" in nashboard("list", "--kind", "rule:by-hand")
    assert "is acknowledged" in nashboard("ack", str(alert["id"]))
    assert "is snoozed" in nashboard("snooze", str(alert["id"]), "--for", "2h")
    assert "is resolved" in nashboard("resolve", str(alert["id"]))
    assert "it can't be acknowledged any more" in nashboard("ack", str(alert["id"]), code=1)
    assert "30min" in nashboard("snooze", "1", "--for", "soon", code=1)
    assert "2 conditions are given" in nashboard("rules", "add", "two", "x", "--above", "3", "--nan", code=1)
    assert "no rule 'unknown'; there are: " in nashboard("rules", "remove", "unknown", code=1)
    assert "is gone" in nashboard("rules", "remove", "by-hand")
