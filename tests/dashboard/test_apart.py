"""The dashboard apart from the service, and both behind a reverse proxy with a prefix."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.looks import last_x
from tests.dashboard.seeds import Lab
from tests.support import Service, until


@contextmanager
def apart(api: str) -> Iterator[str]:
    """`nashboard dashboard --api …` as a process; its address."""
    command = [sys.executable, "-m", "monitor", "dashboard", "--api", api, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout
        found = re.search(r"The dashboard is at (\S+)", process.stdout.readline())
        assert found
        yield found[1]
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert "Traceback" not in output, output


@pytest.fixture(scope="module")
def dashboard(lab: Lab) -> Iterator[str]:
    with apart(lab.url) as url:
        yield url


def test_answers_and_errors_pass_as_they_are(lab: Lab, dashboard: str) -> None:
    lab.run("passes")
    lab.finish("passes")
    for path in ("/runs/passes", "/runs/never-was", "/runs?limit=0"):
        direct, through = (httpx.get(f"{base}/api/v1{path}") for base in (lab.url, dashboard))
        assert (through.status_code, through.content) == (direct.status_code, direct.content)
        assert len(through.headers.get_list("date")) == 1
    assert httpx.get(f"{dashboard}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{dashboard}/api/v1/healthz").json() == {"status": "ok"}


def test_bodies_and_types_pass(lab: Lab, dashboard: str) -> None:
    with httpx.Client(base_url=f"{dashboard}/api/v1") as client:
        assert client.post("/runs", json={"id": "through"}).is_success
        body = {"sender": "s", "first_seq": 1, "records": [["s", 0, 1.0, {"loss/generator": 2.5}]]}
        assert client.post("/runs/through/records", json=body).json()["acked"] == 1
        assert client.patch("/runs/through", json={"notes": "seen"}).json()["notes"] == "seen"
        assert lab.service.points("loss/generator", "through") == {0: 2.5}
        lab.samples("through", [0])
        sample = client.get("/runs/through/samples").json()["samples"][0]
        image = client.get(f"/blobs/{sample['hash']}")
        assert image.headers["content-type"] == "image/webp"
        assert "immutable" in image.headers["cache-control"]
        assert (
            client.get(f"/blobs/{sample['hash']}", headers={"if-none-match": image.headers["etag"]}).status_code == 304
        )
        assert client.delete("/runs/through").status_code == 204


def test_a_long_poll_waits_and_is_answered_at_once(lab: Lab, dashboard: str) -> None:
    lab.run("polled")
    with httpx.Client(base_url=f"{dashboard}/api/v1", timeout=30) as client:
        cursor = client.get("/live").json()["cursor"]
        started = time.monotonic()
        timer = threading.Timer(0.5, lambda: lab.log("polled", [0]))
        timer.start()
        answer = client.get("/live", params={"cursor": cursor, "wait": 20}).json()
        timer.join()
        assert 0.3 < time.monotonic() - started < 10
        assert "polled" in answer["changes"]


def test_an_absent_service_is_told_in_the_usual_shape() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with apart(f"http://127.0.0.1:{port}") as url:
        answer = httpx.get(f"{url}/api/v1/runs")
        assert answer.status_code == 502
        assert answer.json()["error"]["code"] == "unreachable"
        assert httpx.get(url).status_code == 200  # the page itself comes, and says so


def test_an_address_that_is_none_is_refused() -> None:
    command = [sys.executable, "-m", "monitor", "dashboard", "--api", "monitor:8642"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "--api='monitor:8642' is not allowed" in done.stderr


@pytest.mark.browser
def test_a_live_run_through_the_dashboard_apart(lab: Lab, dashboard: str, page: Page) -> None:
    run = lab.run("apart")
    lab.log(run, range(30))
    page.goto(f"{dashboard}/runs/{run}")
    until(lambda: last_x(page) == 29)
    lab.log(run, range(30, 40))
    until(lambda: last_x(page) == 39)


@pytest.mark.browser
def test_the_token_is_asked_for_once(tmp_path: Path, tab: Callable[..., Any]) -> None:
    service = Service(tmp_path, auth="always", read_token="read-me-0123456789", ingest_token="send-me-0123456789")
    service.start()
    try:
        with apart(service.url) as url:
            one = tab()
            one.page.goto(url)
            field = one.page.get_by_label("Token", exact=True)
            field.fill("wrong-token-0123456789")
            one.page.get_by_role("button", name="Log in").click()
            expect(one.page.locator("dialog .fault")).to_have_text("That is not a token of this service.")
            field.fill("read-me-0123456789")
            one.page.get_by_role("button", name="Log in").click()
            expect(one.page.get_by_role("heading", name="No runs yet")).to_be_visible()
            one.page.reload()
            expect(one.page.get_by_role("heading", name="No runs yet")).to_be_visible()
            expect(one.page.locator("dialog")).to_have_count(0)
            one.page.goto("about:blank")
            one.errors = [text for text in one.errors if "401" not in text]  # the browser's own word about the answers
    finally:
        service.close()


@pytest.mark.browser
def test_an_absent_service_is_shown_and_its_coming_noticed(own_lab: Lab, tab: Callable[..., Any]) -> None:
    run = own_lab.run("later")
    own_lab.log(run, range(10))
    own_lab.service.kill()
    with apart(own_lab.url) as url:
        one = tab()
        one.page.goto(f"{url}/runs/{run}")
        expect(one.page.get_by_role("heading", name="Nothing can be shown yet")).to_be_visible()
        own_lab.service.start()
        until(lambda: last_x(one.page) == 9)
        expect(one.page.get_by_role("heading", name="Nothing can be shown yet")).to_be_hidden()
        one.page.goto("about:blank")
        one.errors = [text for text in one.errors if "502" not in text]


def test_a_long_poll_does_not_hold_up_the_end(own_lab: Lab) -> None:
    service = own_lab.service
    cursor = service.get("/live")["cursor"]
    answers: list[int] = []
    with apart(own_lab.url) as url:
        path = f"{url}/api/v1/live?cursor={cursor}&wait=20&runs=none"
        polling = threading.Thread(target=lambda: answers.append(httpx.get(path, timeout=30).status_code))
        polling.start()
        until(lambda: "nashboard_live_waiting 1\n" in service.http.get("/metrics").text)
        started = time.monotonic()
    polling.join(20)
    assert answers == [503]  # nothing happens in this service: only the end can have answered it
    assert time.monotonic() - started < 10
