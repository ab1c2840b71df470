"""Service and dashboard behind a real nginx, below a prefix, with login."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

import monitor
from monitor.archive.opening import open_run
from tests.dashboard.looks import last_x
from tests.dashboard.seeds import Lab
from tests.nginx import nginx
from tests.support import Service, until

PREFIX, READ, INGEST = "/lab/gan", "read-me-0123456789", "send-me-0123456789"
pytestmark = pytest.mark.skipif(os.environ.get("SKIP_NGINX") == "1", reason="SKIP_NGINX=1")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("behind")
    service = Service(folder, True, root_path=PREFIX, auth="always", read_token=READ, ingest_token=INGEST).start()
    headers = {"Authorization": f"Bearer {INGEST}"}
    service.http = httpx.Client(base_url=f"http://127.0.0.1:{service.port}/api/v1", headers=headers)
    yield Lab(service)
    service.close()


@pytest.fixture(scope="module", params=[True, False], ids=["stripped", "passed"])
def url(request: pytest.FixtureRequest, lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nginx(tmp_path_factory.mktemp("nginx"), lab.service.port, PREFIX, request.param) as address:
        yield address


def test_a_training_and_readers_through_the_proxy(lab: Lab, url: str, tmp_path: Path) -> None:
    run = monitor.init(name="below", server=url, token=INGEST, dir=tmp_path, flush_timeout=20)
    for step in range(50):
        run.log({"loss/generator": step / 2}, step=step)
    run.finish()
    assert run.url == f"{url}/runs/{run.id}"
    with open_run(run.id, url, READ) as stored:
        assert dict(stored.rows(["loss/generator"])) == {step: {"loss/generator": step / 2} for step in range(50)}
    assert not list((tmp_path / "journal").iterdir())  # all of it was acknowledged


def test_answers_errors_and_a_long_poll(lab: Lab, url: str) -> None:
    lab.run("polled")
    with httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {READ}"}, timeout=40) as client:
        assert client.get("/runs/polled").json()["id"] == "polled"
        assert client.get("/runs/never").json()["error"]["code"] == "not_found"
        assert httpx.get(f"{url}/api/v1/runs").status_code == 401
        assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
        assert client.get("/openapi.json").json()["info"]["title"] == "Nashboard API"
        cursor = client.get("/live").json()["cursor"]
        timer = threading.Timer(0.4, lambda: lab.log("polled", [int(time.time())]))
        started = time.monotonic()
        timer.start()
        answer = client.get("/live", params={"cursor": cursor, "wait": 20}).json()
        timer.join()
        assert 0.2 < time.monotonic() - started < 15
        assert "polled" in answer["changes"]


@pytest.mark.browser
def test_logging_in_and_a_live_run(lab: Lab, url: str, page: Page) -> None:
    run = lab.run(f"live-{url.rpartition(':')[2].partition('/')[0]}")
    lab.log(run, range(30))
    lab.samples(run, [0])
    page.goto(f"{url}/runs/{run}")
    expect(page).to_have_url(f"{url}/login?next=%2Flab%2Fgan%2Fruns%2F{run}")
    page.get_by_label("Read token").fill(READ)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{url}/runs/{run}")
    until(lambda: last_x(page) == 29)
    lab.log(run, range(30, 40))
    until(lambda: last_x(page) == 39)
    expect(page.locator(".picture img").first).to_be_visible()
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["path"], cookie["httpOnly"]) == ("nashboard_session", PREFIX, True)
    page.goto(url + "/")
    page.locator(f'.ag-row[row-id="{run}"]').get_by_role("link").first.click()
    expect(page).to_have_url(f"{url}/runs/{run}")
    page.reload()
    until(lambda: last_x(page) == 39)
    page.goto("about:blank")
