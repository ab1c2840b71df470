"""What the dashboard serves without a browser: pages, files, addresses below a prefix."""

from __future__ import annotations

import inspect
import json
import re

import httpx
import pytest
from fastapi import FastAPI

from dashboard import index
from dashboard.app import attach
from dashboard.shell import pages
from tests.dashboard.seeds import Lab


@pytest.fixture
def outer() -> FastAPI:
    return FastAPI()


def boot(html: str) -> dict[str, object]:
    found = re.search(r'<script id="nashboard-boot" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    told: dict[str, object] = json.loads(found[1])
    return told


def addresses(html: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^"]+)"', html)


def test_a_deep_link_as_the_first_request_has_all_it_needs(own_lab: Lab) -> None:
    with httpx.Client(base_url=own_lab.url) as client:
        html = client.get("/runs/abc").text
        ours = [address for address in addresses(html) if address.startswith("/static/")]
        assert {name.rpartition(".")[2] for name in ours} == {"css", "js", "svg"}
        for address in addresses(html):
            assert client.get(address).status_code == 200, address
        versions = []
        for build in ("plotly", "wholePlotly"):
            plotly = client.get(str(boot(html)[build]))
            assert plotly.status_code == 200
            assert "max-age=31536000" in plotly.headers["cache-control"]
            versions += re.findall(r"^\* plotly\.js.* (v[\d.]+)$", plotly.text[:200], re.MULTILINE)
        assert len(versions) == 2
        assert versions[0] == versions[1]
        script = client.get(next(address for address in ours if address.endswith(".js")))
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "javascript" in script.headers["content-type"]


def test_what_is_sent_is_small(lab: Lab) -> None:
    run = lab.run("small")
    lab.log(run, range(300))
    lab.samples(run, [0])
    with httpx.Client(base_url=lab.url) as client:
        html = client.get(f"/runs/{run}").text
        told = boot(html)
        (digest,) = {str(sample["hash"]) for sample in client.get(f"/api/v1/runs/{run}/samples").json()["samples"]}
        wanted = [
            next(address for address in addresses(html) if address.endswith("/js/start.js")),
            str(told["plotly"]),
            f"/api/v1/runs/{run}/series?names=loss/generator",
        ]
        for address in (f"/runs/{run}", *wanted):
            answer = client.get(address)
            assert answer.headers["content-encoding"] == "gzip", address
            assert "accept-encoding" in answer.headers["vary"].lower(), address
            plain = client.get(address, headers={"Accept-Encoding": "identity"})
            assert "content-encoding" not in plain.headers, address
            assert len(plain.content) == len(answer.content), address
        for address in (f"/api/v1/blobs/{digest}", "/api/v1/live"):  # compressed in itself; small
            assert "content-encoding" not in client.get(address).headers, address
        for address in (
            "/static/x/js/start.js",
            wanted[0].replace("start", "none"),
            "/_dash-component-suites/dash/nothing.js",
        ):
            assert b"export " not in client.get(address).content, address


def test_a_page_asks_for_no_script_that_it_does_not_need() -> None:
    names = ("dash_ag_grid/x", "dash_table/y", "dash/deps/polyfill@7.v4.min", "b")
    html = index.scripts("".join(f'<script src="/{name}.js"></script>' for name in names))
    assert "dash_table" not in html
    assert "polyfill" not in html
    assert html.endswith('<script src="/b.js"></script>')
    assert not html.startswith("<script src=")  # the table's script is named where the table is


def test_nothing_comes_from_another_host(outer: FastAPI) -> None:
    app = attach(outer)
    html = app.index_string
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    vendored = index.ASSETS / "vendor"  # plotly.js names places in comments and defaults; `tab` sees that none is asked
    for path in index.ASSETS.rglob("*"):
        if path.is_file() and vendored not in path.parents:
            text = path.read_text().replace("http://www.w3.org/2000/svg", "")
            assert not re.search(r"https?://", text), path


def test_below_a_prefix_every_address_begins_with_it(outer: FastAPI) -> None:
    app = attach(outer, root_path="/lab/gan")
    html = app.index_string
    assert all(address.startswith("/lab/gan/") for address in addresses(html))
    told = boot(html)
    assert (told["base"], told["api"]) == ("/lab/gan/", "/lab/gan/api/v1")
    assert app.config.requests_pathname_prefix == "/lab/gan/"


def test_no_callback_runs_on_the_event_loop(outer: FastAPI) -> None:
    app = attach(outer)
    app._setup_server()  # fills the map, as the first request does
    assert app.callback_map
    for name, callback in app.callback_map.items():
        function = callback.get("callback")  # clientside ones have none
        assert function is None or inspect.iscoroutinefunction(function), name


def test_pages_are_plain_json() -> None:
    assert set(json.loads(json.dumps(pages(), default=lambda one: one.to_plotly_json()))) == {
        "runs",
        "run",
        "compare",
        "alerts",
        "missing",
    }


def test_a_changed_file_gets_a_new_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("assets")
    (folder / "a.js").write_text("1")
    before = index.digest(folder, {"b": b"1"})
    assert index.digest(folder, {"b": b"2"}) != before
    (folder / "a.js").write_text("2")
    assert index.digest(folder, {"b": b"1"}) != before
