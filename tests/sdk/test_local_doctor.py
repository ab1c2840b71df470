"""`monitor.init(doctor="local")`: alerts with no service at all."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

import monitor
from monitor.sdk import local_doctor
from monitor.sdk.reading import records
from monitor.wire import Alert, Event
from tests.sdk.service import Service
from tests.support import until


def events(folder: Path, kind: str) -> list[Event]:
    (journal,) = (folder / "journal").iterdir()
    return [one for one in records(journal) if isinstance(one, Event) and one.kind == kind]


def test_alerts_reach_the_loop_and_the_journal(tmp_path: Path) -> None:
    run = monitor.init(mode="offline", doctor="local", dir=tmp_path, stop_on=["non_finite"])
    seen: list[Alert] = []
    run.on_alert(seen.append)
    for step in range(20):
        run.log({"d_loss": math.nan if step == 12 else 1.4, "g_loss": 0.7}, step=step)
    until(lambda: run.should_stop)
    assert run.stop_reason == "non_finite since step 12"
    (alert,) = run.alerts
    assert (alert.kind, alert.severity, alert.state, alert.onset_step) == ("non_finite", "critical", "open", 12)
    assert not seen  # never on another thread
    run.log({"d_loss": 1.4}, step=20)
    assert [(one.kind, one.state) for one in seen] == [("non_finite", "open")]
    run.finish()
    (told,) = [one for one in events(tmp_path, "alert") if one.data["state"] == "open"]
    assert (told.step, told.data["kind"], told.data["onset_step"]) == (12, "non_finite", 12)
    assert told.data["advice"]
    assert "mode_collapse" in events(tmp_path, "doctor")[0].data["lacks"]  # no samples: it says so


def test_a_dict_that_the_loop_uses_again_is_read_as_it_was(tmp_path: Path) -> None:
    run = monitor.init(mode="offline", doctor="local", dir=tmp_path)
    values = {"d_loss": math.inf}
    run.log(values, step=3)
    for step in range(4, 400):
        values["d_loss"] = 1.4
        run.log(values, step=step)
    run.finish()
    found = events(tmp_path, "alert")
    assert [(one.data["kind"], one.data["onset_step"], one.data["state"]) for one in found] == [
        ("non_finite", 3, "open"),
        ("non_finite", 3, "resolved"),
    ]
    assert not run.alerts


def test_samples_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_doctor, "GATHER", 0.02)
    rng = numpy.random.default_rng(0)
    run = monitor.init(mode="offline", doctor="local", dir=tmp_path)
    run.reference(rng.normal(size=(256, 2)).astype("float32"))
    for step in range(0, 300, 20):
        spread = 0.01 if step >= 100 else 1.0  # all alike from step 100 on
        run.log({"d_loss": 1.4, "g_loss": 0.7}, step=step)
        run.samples(rng.normal(size=(128, 2)).astype("float32") * spread, step=step, kind="random")
        measured = run._doctor._sampling  # type: ignore[union-attr]
        until(lambda before=measured, wanted=step // 20 + 1: before.measured + before.skipped >= wanted)
    until(lambda: any(alert.kind == "mode_collapse" for alert in run.alerts))
    run.finish()
    kinds = {one.data["kind"]: one.data for one in events(tmp_path, "alert")}
    assert 80 <= kinds["mode_collapse"]["onset_step"] <= 120
    told = events(tmp_path, "doctor")[0].data
    assert told["batches_measured"] > 5


def test_what_can_not_be_measured_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = monitor.init(mode="offline", doctor="local", dir=tmp_path)
    run.samples(numpy.zeros((8, 2), dtype="float32"), step=0)
    with caplog.at_level(logging.WARNING, "nashboard"):
        run.finish()
    assert "could not measure 1 of 1 sample batches: no reference was given" in caplog.text


def test_the_service_gets_the_events_and_is_not_asked(started: Callable[..., monitor.Run], service: Service) -> None:
    run = started(doctor="local")
    run.log({"d_loss": math.nan}, step=0)
    until(lambda: run.alerts)
    run.finish()
    assert [one.kind for one in service.all(Event)] == ["alert", "doctor"]


def test_nothing_is_loaded_unless_asked_for(tmp_path: Path) -> None:
    import subprocess

    code = (
        f"import sys, monitor; run = monitor.init(mode='offline', dir={str(tmp_path)!r}); run.log({{'d_loss': 1.0}}); "
        "run.finish(); print([name for name in ('monitor.doctor', 'psutil', 'pynvml', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
