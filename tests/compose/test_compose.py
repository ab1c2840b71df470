"""docker-compose.yml holds together: as a file, and as the processes that it names."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compose.stack import ROOT, Stack, parsed
from tests.support import until


def compose() -> list[str]:
    """Docker's Compose, new style or old; skips where there is none."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and not subprocess.run([*command, "version"], capture_output=True).returncode:
            return command
    pytest.skip("no docker client with compose on this machine: `docker compose config` was not asked")


@pytest.mark.parametrize("environ", [{}, {"NASHBOARD_INGEST_TOKEN": "own", "NASHBOARD_PORT": "9000"}])
def test_docker_compose_accepts_it(environ: dict[str, str]) -> None:
    command = [*compose(), "--file", str(ROOT / "docker-compose.yml"), "config", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environ)
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"]
    assert services.keys() == {"monitor", "dashboard", "trainer"}
    wanted = environ.get("NASHBOARD_INGEST_TOKEN", "nashboard-compose-ingest")
    assert services["trainer"]["environment"]["NASHBOARD_TOKEN"] == wanted
    assert services["monitor"]["environment"]["NASHBOARD_INGEST_TOKEN"] == wanted


def test_images_and_files_that_it_names_exist() -> None:
    file = parsed()
    stages = {line.split()[-1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM")}
    built = {
        service["image"]: service["build"]["target"] for service in file["services"].values() if "build" in service
    }
    assert set(built.values()) <= stages
    assert {service["image"] for service in file["services"].values()} == built.keys()
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [name for line in lines if line.startswith("COPY") for name in line.split()[1:-1]]
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for name in copied:
        assert (ROOT / name).exists(), name
        assert name in kept, f".dockerignore keeps {name} out of the image"


def test_only_the_dashboard_is_published_and_on_loopback() -> None:
    services = parsed()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["dashboard"]
    assert services["dashboard"]["ports"] == ["127.0.0.1:8643:8643"]


def test_images_run_as_an_ordinary_user() -> None:
    text = (ROOT / "Dockerfile").read_text()
    stages = [stage for stage in text.split("\nFROM ") if "\nCMD " in stage]
    assert len(stages) == 2
    assert all(stage.index("\nUSER nashboard\n") < stage.index("\nCMD ") for stage in stages)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    running = Stack(tmp_path)
    yield running
    running.close()


def test_a_run_arrives_through_the_dashboard(stack: Stack) -> None:
    token = stack.services["monitor"]["environment"]["NASHBOARD_READ_TOKEN"]

    def get(path: str, token: str = token) -> Any:
        url = f"http://127.0.0.1:{stack.ports['8643']}/api/v1{path}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    stack.start("dashboard")
    until(lambda: stack.healthy("dashboard"), timeout=60)
    assert get("/runs")["runs"] == []
    with pytest.raises(urllib.error.HTTPError) as refused:
        get("/runs", token="a-token-of-nobody")
    with refused.value as answer:
        assert answer.code == 401

    stack.start("trainer")
    assert stack.order == ["monitor", "dashboard", "trainer"]
    run = until(lambda: [run for run in get("/runs")["runs"] if (run["last_step"] or 0) > 5], timeout=90)[0]
    assert [run["name"], run["project"], run["state"], run["total_steps"]] == ["sound", "demo", "running", 6000]
    assert until(lambda: get(f"/runs/{run['id']}/samples")["samples"])
    stack.stop("trainer")
    detail = until(lambda: next(iter([d for d in [get(f"/runs/{run['id']}")] if d["state"] == "finished"]), None))
    assert detail["reason"].startswith("stopped by SIGTERM at step ")
    counts = {series["name"]: series["count"] for series in detail["series"]}
    assert counts["loss/generator"] == detail["last_step"] + 1
    assert stack.stop("monitor") in (0, -signal.SIGTERM)  # uvicorn ends by the signal that it was sent
