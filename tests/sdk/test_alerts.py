"""What comes back to the training loop: alerts by acknowledgement, callbacks, and a reason to stop."""

from __future__ import annotations

import logging
import math
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import monitor
from monitor.detectors import DETECTORS, SEVERITIES
from monitor.errors import SettingError
from monitor.sdk.alerts import Alerts
from monitor.sdk.guard import Guard
from monitor.settings import ALERTS
from tests.support import Service


def note(number: int = 1, at: float = 1.0, **changed: object) -> monitor.Alert:
    values = {
        "kind": "mode_collapse",
        "severity": "critical",
        "state": "open",
        "onset_step": 10,
        "step": 20,
        "summary": "it fell",
    }
    return monitor.Alert(number, at, **values | changed)  # type: ignore[arg-type]


def test_a_failing_run_hears_of_it_calls_back_in_its_own_thread_and_is_told_to_stop(
    start_service: Callable[..., Service], tmp_path: Path
) -> None:
    service, told = start_service(), list[tuple[monitor.Alert, str]]()
    run = monitor.init(server=service.url, dir=tmp_path / "training", stop_on=["non_finite"])
    run.on_alert(lambda alert: told.append((alert, threading.current_thread().name)))
    steps = 0
    while not (run.should_stop and told):
        run.log({"loss/generator": 1.0 if steps < 5 else math.nan}, step=steps)
        steps += 1
        if steps > 5:
            threading.Event().wait(0.02)
        assert steps < 1500, "the alert never came"
    run.finish()
    assert [(alert.kind, alert.onset_step, thread) for alert, thread in told] == [("non_finite", 5, "MainThread")]
    assert [alert.kind for alert in run.alerts] == ["non_finite"]
    assert run.stop_reason == "non_finite since step 5"


def test_alerts_are_given_once_for_each_change_that_matters() -> None:
    alerts, told = Alerts(Guard()), list[tuple[str, str]]()
    alerts.callbacks.append(lambda alert: told.append((alert.severity, alert.state)))
    warning = note(severity="warning")
    for some in (
        [warning],
        [warning],
        [note(at=2.0, severity="warning", summary="more")],
        [note(at=3.0)],
        [note(at=4.0, state="resolved")],
    ):
        alerts.bring(some)
        alerts.give()
    assert told == [("warning", "open"), ("critical", "open"), ("critical", "resolved")]
    assert alerts.open == []


def test_a_callback_that_fails_is_said_and_the_others_are_called(caplog: pytest.LogCaptureFixture) -> None:
    guard, told = Guard(), list[monitor.Alert]()
    alerts = Alerts(guard)
    alerts.callbacks += [lambda alert: 1 / 0, told.append]
    alerts.bring([note()])
    alerts.give()
    assert len(told) == 1
    assert guard.errors == 1
    assert "division by zero" in caplog.text


def test_the_terminal_says_a_failure_once_and_its_consequences_never(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "nashboard")
    alerts = Alerts(Guard())
    alerts.bring(
        [
            note(),
            note(2, consequence_of="mode_collapse", summary="that too"),
            note(3, severity="info", summary="by the way"),
        ]
    )
    alerts.bring([note(at=2.0, summary="it fell further")])
    assert [record.message for record in caplog.records] == ["nashboard: critical: it fell"]


@pytest.mark.parametrize(
    ("rule", "stops"),
    [(["critical"], True), (["mode_collapse"], True), (["warning"], False), (["oscillation"], False), ([], False)],
)
def test_only_the_chosen_rule_stops(rule: list[str], stops: bool) -> None:
    alerts = Alerts(Guard(), rule)
    alerts.bring([note()])
    assert bool(alerts.stop) == stops


def test_a_consequence_does_not_stop_by_itself() -> None:
    alerts = Alerts(Guard(), ["critical"])
    alerts.bring([note(consequence_of="non_finite")])
    assert not alerts.stop


def test_what_can_be_chosen_is_what_there_is_and_the_rest_is_refused(tmp_path: Path) -> None:
    names = [*SEVERITIES, *(detector.kind for detector in DETECTORS)]
    assert all(re.match(ALERTS, name) for name in [*names, "rule:loss is high"])
    assert sorted([*names, "rule"]) == sorted(re.findall(r"[a-z_]+", ALERTS))
    with pytest.raises(SettingError, match="stop_on"):
        monitor.init(mode="offline", dir=tmp_path, stop_on=["colapse"])


def test_a_run_without_a_service_has_no_alerts(tmp_path: Path) -> None:
    for mode in ("offline", "disabled"):
        run = monitor.init(mode=mode, dir=tmp_path)  # type: ignore[arg-type]
        run.on_alert(print)
        run.log({"loss/generator": math.nan})
        assert (run.alerts, run.should_stop, run.stop_reason) == ([], False, "")
        run.finish()


def test_a_run_that_was_taken_back_hears_nothing_of_what_was_before() -> None:
    alerts, last = Alerts(Guard(), ["critical"]), 12
    alerts.reached = lambda: last
    alerts.bring([note(1, step=20), note(2, step=12, kind="oscillation", severity="warning")])
    assert [alert.id for alert in alerts.open] == [2]
    assert alerts.stop == ""
    last = 20
    alerts.bring([note(3, step=20)])
    assert [alert.id for alert in alerts.open] == [2, 3]
