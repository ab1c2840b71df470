"""`nashboard demo` as its users run it: a real service, two real trainings, a real Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support import Service, until


class Demo:
    """`nashboard demo ARGUMENTS` with its data in `folder`; `output` is what it has printed so far."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("NASHBOARD_")}
        self._log = folder / "demo.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "monitor", "demo", *arguments],
                env=clean | {"NASHBOARD_DIR": str(folder / "home"), "COLUMNS": "160"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._log.read_text()

    def url(self) -> str:
        """Waits for the address."""
        return until(lambda: re.search(r"Nashboard is at (http://\S+)", self.output), timeout=60)[1]  # type: ignore[index]

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url() + "/api/v1" + path, timeout=10) as answer:
            return json.load(answer)

    def training(self) -> list[dict[str, Any]]:
        """Waits until both trainings are under way."""

        def moving() -> list[dict[str, Any]]:
            return [run for run in self.get("/runs")["runs"] if run["last_step"]]

        until(lambda: len(moving()) == 2, timeout=90)
        return moving()

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def start(*arguments: str) -> Demo:
        started.append(Demo(tmp_path, list(arguments)))
        return started[-1]

    yield start
    for one in started:
        children = one.children() if one.process.poll() is None else []
        one.process.kill()
        one.process.wait()
        for child in children:
            if child.is_running():
                child.kill()


def gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def busy_port() -> socket.socket:
    """A port with something on it that is not ours and never answers."""
    other = socket.socket()
    other.bind(("127.0.0.1", 0))
    other.listen()
    return other


def test_it_ends_by_itself_with_a_summary(demo: Callable[..., Demo]) -> None:
    running = demo("--exit", "--port", "0", "--steps", "30")
    url = running.url()
    assert running.process.wait(150) == 0, running.output
    found = dict(re.findall(r"(sound|too-hot): http://\S+/runs/(\w+)", running.output))
    assert found.keys() == {"sound", "too-hot"}
    rows = {cells[1]: cells for line in running.output.splitlines() if len(cells := re.split(r"\s*│\s*", line)) > 6}
    for name in found:
        _, _, steps, d_loss, g_loss, stored, lost, *_ = rows[name]
        assert [steps, lost] == ["30 of 30", "0"]
        assert float(d_loss) >= 0
        assert float(g_loss) >= 0
        assert int(stored.replace(",", "")) >= 30 * 12
    assert url in running.output


def test_ctrl_c_stops_everything_at_once_and_runs_end_cleanly(
    demo: Callable[..., Demo], start_service: Callable[..., Service], tmp_path: Path
) -> None:
    running = demo("--port", "0", "--steps", "1000000")
    assert {run["name"] for run in running.training()} == {"sound", "too-hot"}
    with urllib.request.urlopen(running.url() + "/", timeout=10) as page:
        assert page.status == 200  # the dashboard is there too
    children = running.children()
    assert 3 <= len(children) <= 5, "the service, two trainings, and the service's workers when it has some"
    asked = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(20) == 0, running.output
    took = time.monotonic() - asked
    assert gone(children)
    assert took < 6, "about 3 seconds are promised; the rest is for a busy machine"
    service = start_service(tmp_path / "home")
    assert {(run["name"], run["state"]) for run in service.get("/runs")["runs"]} == {
        ("sound", "finished"),
        ("too-hot", "finished"),
    }


@pytest.mark.fault
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent was killed")
def test_killed_it_leaves_no_orphans(demo: Callable[..., Demo]) -> None:
    running = demo("--port", "0", "--steps", "1000000")
    running.training()
    children = running.children()
    running.process.kill()
    running.process.wait()
    until(lambda: gone(children), timeout=20)


@pytest.mark.fault
def test_when_the_service_dies_it_says_so_and_ends(demo: Callable[..., Demo]) -> None:
    running = demo("--port", "0", "--steps", "1000000")
    running.training()
    children = running.children()
    next(child for child in children if "serve" in child.cmdline()).kill()
    assert running.process.wait(20) == 1
    assert "the service has ended" in running.output
    until(lambda: gone(children), timeout=20)


@pytest.mark.fault
def test_when_a_training_dies_the_summary_says_so(demo: Callable[..., Demo]) -> None:
    running = demo("--exit", "--port", "0", "--steps", "60")
    running.training()
    next(child for child in running.children() if "too-hot" in child.cmdline()).kill()
    assert running.process.wait(150) == 1
    assert "too-hot ended early" in running.output
    assert "60 of 60" in running.output  # the other one went on


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(demo: Callable[..., Demo]) -> None:
    with busy_port() as other:
        port = other.getsockname()[1]
        running = demo("--exit", "--port", str(port))
        assert running.process.wait(60) == 1
    assert (
        f"port {port} is taken by another program: choose another with --port (0: any that is free)" in running.output
    )
    assert "Traceback" not in running.output


def test_a_nashboard_that_is_there_already_is_used_and_left(
    demo: Callable[..., Demo], start_service: Callable[..., Service]
) -> None:
    service = start_service()
    running = demo("--exit", "--steps", "3", "--port", str(service.port))
    assert running.process.wait(120) == 0, running.output
    assert f"A Nashboard is running on port {service.port} already" in running.output
    assert {run["name"] for run in service.get("/runs")["runs"]} == {"sound", "too-hot"}


def test_a_nashboard_with_other_data_is_not_used(
    demo: Callable[..., Demo], start_service: Callable[..., Service], tmp_path: Path
) -> None:
    service = start_service()
    running = demo("--exit", "--steps", "3", "--port", str(service.port), "--dir", str(tmp_path / "own"))
    assert running.process.wait(60) == 1
    assert f"port {service.port} is taken by a Nashboard with other data" in running.output
    assert service.get("/runs")["runs"] == []
