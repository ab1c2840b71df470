from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import monitor
from tests.sdk.service import Service

os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("NASHBOARD_") or name == "RANK"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NASHBOARD_DIR", str(tmp_path / "home"))
    monkeypatch.setenv("NASHBOARD_SYSTEM_EVERY", "0")


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service().start()
    yield running
    running.stop()


@pytest.fixture
def started(service: Service) -> Iterator[Callable[..., monitor.Run]]:
    """Starts runs against `service`, and ends them after the test."""
    runs: list[monitor.Run] = []

    def start(**given: Any) -> monitor.Run:
        runs.append(monitor.init(**{"server": service.url, "retry_max": 0.2, **given}))
        return runs[-1]

    yield start
    service.fault = lambda path, body: None
    for run in runs:
        run.finish()


def until(condition: Callable[[], Any], timeout: float = 10.0) -> Any:
    """Polls until `condition` holds and returns what it gave."""
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not come true in time")
        time.sleep(0.005)
    return result
