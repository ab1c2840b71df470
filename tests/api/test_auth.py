"""Who may do what: open on loopback, tokens elsewhere; no page of others gets in through somebody's browser."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support import Service

INGEST, READ = "ingest-token-of-tests", "read-token-of-tests"
HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that wants tokens, with the dashboard."""
    service = Service(
        tmp_path_factory.mktemp("closed"), dashboard=True, auth="always", ingest_token=INGEST, read_token=READ
    ).start()
    yield service
    service.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == {401: "unauthorized", 403: "forbidden"}[status]
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
    message: str = error["message"]
    return message


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/runs"),
        ("POST", "/api/v1/runs"),
        ("POST", "/api/v1/runs/r/records"),
        ("GET", "/api/v1/live"),
        ("GET", "/api/v1/blobs/" + "0" * 64),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/docs"),
        ("GET", "/api/v1/nope"),
        ("GET", "/metrics"),
        ("GET", "/"),
        ("GET", "/runs/r"),
        ("GET", "/_dash-layout"),
        ("GET", "/_dash-dependencies"),
        ("POST", "/_dash-update-component"),
        ("GET", "//api/v1/runs"),
        ("GET", "/static/../api/v1/runs"),
        ("GET", "/login/../api/v1/runs"),
        ("GET", "/healthz/"),
    ],
)
def test_nothing_is_shown_without_a_token(closed: Service, method: str, path: str) -> None:
    for headers in (
        {},
        bearer("wrong"),
        bearer(READ + "x"),
        {"Authorization": "Basic eDp5"},
        {"Cookie": "nashboard_session=x.y.z.0"},
    ):
        refused(httpx.request(method, closed.url + path, headers=headers), 401)
    assert httpx.get(f"{closed.url}{path}", params={"token": READ}).status_code == 401, "never in an address"


def test_each_token_gives_its_own_right(closed: Service) -> None:
    run = {"id": "right"}
    batch = {"sender": "s", "first_seq": 1, "records": [["s", 0, 1.0, {"a": 1}]]}
    assert closed.http.post("/runs", json=run, headers=bearer(INGEST)).status_code == 200
    assert closed.http.post("/runs/right/records", json=batch, headers=bearer(INGEST)).json()["acked"] == 1
    assert closed.http.get("/runs/right", headers=bearer(READ)).json()["points"] == 2
    assert "ingest" in refused(closed.http.post("/runs", json=run, headers=bearer(READ)), 403)
    assert "ingest" in refused(closed.http.delete("/runs/right", headers=bearer(READ)), 403)
    assert "read" in refused(closed.http.get("/runs", headers=bearer(INGEST)), 403)
    rule = {"name": "of people", "condition": {"type": "nan"}}
    assert "read" in refused(closed.http.post("/rules", json=rule, headers=bearer(INGEST)), 403)
    assert closed.http.post("/rules", json=rule, headers=bearer(READ)).status_code == 201


def test_health_and_the_login_page_are_open(closed: Service) -> None:
    for path in ("/healthz", "/readyz", "/api/v1/healthz", "/api/v1/readyz"):
        assert httpx.get(closed.url + path).status_code == 200
    page = httpx.get(f"{closed.url}/login", headers=HTML)
    assert page.status_code == 200
    assert 'type="password"' in page.text
    assert not re.search(r"(src|href)=|https?://|url\(", page.text), "no assets, of nobody"
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_pages_lead_to_the_login_and_back(closed: Service) -> None:
    with httpx.Client(base_url=closed.url, headers=HTML) as browser:
        answer = browser.get("/compare?runs=a,b&x=%22%3E")
        assert answer.status_code == 303
        form = browser.get(answer.headers["location"])
        after = re.search(r'name="next" value="([^"]*)"', form.text)
        assert after
        fields = {"token": READ, "next": after[1].replace("&amp;", "&")}
        wrong = browser.post("/api/v1/login", data=fields | {"token": "wrong"})
        assert wrong.status_code == 401
        assert "not a token" in wrong.text
        entered = browser.post("/api/v1/login", data=fields)
        assert (entered.status_code, entered.headers["location"]) == (303, "/compare?runs=a,b&x=%22%3E")
        assert browser.get(entered.headers["location"]).status_code == 200
        assert browser.get("/login?next=/runs/r").headers["location"] == "/runs/r"
        assert browser.get("/_dash-layout").status_code == 200


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "", "x", "/\n/e"]
)
def test_the_login_never_leads_away(closed: Service, after: str) -> None:
    answer = httpx.post(f"{closed.url}/api/v1/login", data={"token": READ, "next": after})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_session_reads_and_no_more(closed: Service) -> None:
    with httpx.Client(base_url=f"{closed.url}/api/v1") as browser:
        answer = browser.post("/login", json={"token": READ})
        assert (answer.status_code, answer.json()) == (200, {"right": "read"})
        cookie = answer.headers["set-cookie"].lower()
        assert all(
            part in cookie for part in ("nashboard_session=", "httponly", "samesite=strict", "path=/", "max-age=")
        )
        assert "secure" not in cookie  # plain HTTP: it would never come back
        assert READ not in cookie
        assert browser.get("/runs").status_code == 200
        refused(browser.post("/runs", json={"id": "x"}), 403)
        value = browser.cookies["nashboard_session"]
        for forged in (value[:-1] + ("0" if value[-1] != "0" else "1"), "9" + value, value.replace(".", "..", 1), "é"):
            headers = {"Cookie": f"nashboard_session={forged}".encode()}
            refused(httpx.get(f"{closed.url}/api/v1/runs", headers=headers), 401)
        assert browser.post("/logout").status_code == 204
        refused(browser.get("/runs"), 401)


def test_wrong_logins_say_why(closed: Service) -> None:
    refused(closed.http.post("/login", json={"token": "wrong"}), 401)
    assert "read token" in refused(closed.http.post("/login", json={"token": INGEST}), 403)
    assert closed.http.post("/login", json={}).status_code == 422
    assert closed.http.post("/login", content=b"{").status_code == 400
    assert closed.http.post("/login", json={"token": "x" * 5000}).status_code == 413


def test_links_from_elsewhere_find_the_session(closed: Service) -> None:
    """SameSite=Strict keeps the cookie back then: the page asks for itself again, which brings it along."""
    away = HTML | {"Sec-Fetch-Site": "cross-site"}
    answer = httpx.get(f"{closed.url}/runs/r?x=1&y='<", headers=away)
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text
    assert "/runs/r?x=1&amp;y=" in answer.text
    assert "<'" not in answer.text.partition("url=")[2]


def test_the_dashboard_apart_logs_in_through_its_proxy(closed: Service) -> None:
    command = [sys.executable, "-m", "monitor", "dashboard", "--api", closed.url, "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as process:
        try:
            assert process.stdout
            found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)))
            with httpx.Client(base_url=f"{found[0]}/api/v1") as browser:
                refused(browser.get("/runs"), 401)
                refused(browser.post("/login", json={"token": READ}, headers={"Origin": "http://evil.example"}), 403)
                forged = {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"}
                refused(browser.post("/login", json={"token": READ}, headers=forged), 403)
                assert browser.post("/login", json={"token": READ}, headers={"Origin": found[0]}).status_code == 200
                assert browser.get("/runs").status_code == 200
        finally:
            process.terminate()


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"]
)
def test_pages_of_others_change_nothing(shared_service: Service, closed: Service, origin: str) -> None:
    for service, headers in ((shared_service, {}), (closed, bearer(INGEST))):
        message = refused(service.http.post("/runs", json={"id": "csrf"}, headers=headers | {"Origin": origin}), 403)
        assert origin in message
        own = {"Origin": f"http://127.0.0.1:{service.port}"}
        assert service.http.post("/runs", json={"id": "own"}, headers=headers | own).status_code == 200
    assert shared_service.http.get("/runs/csrf").status_code == 404


@pytest.mark.parametrize(("host", "allowed"), [
    ("localhost", True), ("localhost:1234", True), ("127.0.0.1:8642", True), ("127.9.9.9", True), ("[::1]:8642", True),
    ("tunnel.localhost:80", True), ("evil.example", False), ("evil.example:8642", False), ("127.0.0.1.evil.example", False),
    ("localhost.evil.example", False), ("0.0.0.0", False), ("192.168.1.4:8642", False), ("", False),
])  # fmt: skip
def test_an_open_service_answers_to_loopback_names_only(shared_service: Service, host: str, allowed: bool) -> None:
    answer = shared_service.http.get("/runs", headers={"Host": host})
    assert answer.status_code == (200 if allowed else 403)
    forwarded = shared_service.http.get("/runs", headers={"X-Forwarded-Host": host})
    assert forwarded.status_code == (200 if allowed else 403)


def test_names_of_a_proxy_can_be_allowed(start_service: Callable[..., Service]) -> None:
    service = start_service(allowed_hosts="hub.example, other.example:99")
    for host, status in (
        ("hub.example", 200),
        ("hub.example:8443", 200),
        ("other.example:99", 200),
        ("other.example", 403),
    ):
        assert service.http.get("/runs", headers={"Host": host}).status_code == status


def test_loopback_may_be_closed_and_the_root_path_is_honoured(start_service: Callable[..., Service]) -> None:
    service = start_service(auth="always", read_token=READ, root_path="/nb")
    assert set(re.findall(r"New (\w+) token", service.output)) == {"ingest"}
    page = httpx.get(f"http://127.0.0.1:{service.port}/runs/x?y=1", headers=HTML)
    assert page.headers["location"] == "/nb/login?next=%2Fnb%2Fruns%2Fx%3Fy%3D1"
    entered = httpx.post(f"http://127.0.0.1:{service.port}/api/v1/login", data={"token": READ, "next": "/nb/runs/x"})
    assert entered.headers["location"] == "/nb/runs/x"
    assert "Path=/nb" in entered.headers["set-cookie"]
    assert httpx.get(f"http://127.0.0.1:{service.port}/healthz").status_code == 200


def run_tokens(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NASHBOARD_")}
    command = [sys.executable, "-m", "monitor", "tokens", *arguments]
    return subprocess.run(
        command, env=clean | {"NASHBOARD_DIR": str(folder)}, capture_output=True, text=True, check=False
    )


def test_tokens_are_made_once_and_kept_as_hashes(start_service: Callable[..., Service]) -> None:
    service = start_service(host="0.0.0.0")
    made = dict(re.findall(r"New (\w+) token.*: (nb[ir]_\S+)", service.output))
    assert set(made) == {"ingest", "read"}
    path = service.folder / "tokens.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(token in path.read_text() for token in made.values())
    assert len(json.loads(path.read_text())["tokens"]) == 2
    assert service.http.post("/runs", json={"id": "r"}, headers=bearer(made["ingest"])).status_code == 200
    with httpx.Client(base_url=f"{service.url}/api/v1") as browser:
        browser.post("/login", json={"token": made["read"]})
        assert browser.get("/runs").status_code == 200
        service.stop()
        service.start()
        assert service.output.count("New ") == 2, "they are printed on first use alone"
        assert browser.get("/runs").status_code == 200, "sessions outlive a restart"
    for token in made.values():
        assert service.output.count(token) == 1


def test_tokens_are_listed_made_and_revoked_while_the_service_runs(start_service: Callable[..., Service]) -> None:
    service = start_service(auth="always")
    new = run_tokens(service.folder, "new", "read").stdout.strip()
    assert service.http.get("/runs", headers=bearer(new)).status_code == 200
    with httpx.Client(base_url=f"{service.url}/api/v1") as browser:
        browser.post("/login", json={"token": new})
        assert browser.get("/runs").status_code == 200
        token_id = json.loads((service.folder / "tokens.json").read_text())["tokens"][-1]["id"]
        listed = run_tokens(service.folder).stdout
        assert token_id in listed
        assert new not in listed
        assert run_tokens(service.folder, "revoke", token_id).returncode == 0
        refused(browser.get("/runs"), 401)
    refused(service.http.get("/runs", headers=bearer(new)), 401)
    again = run_tokens(service.folder, "revoke", token_id)
    assert again.returncode == 1
    assert token_id in again.stderr
    assert run_tokens(service.folder, "new", "admin").returncode == 2


def test_weak_tokens_are_refused_and_not_shown(tmp_path: Path) -> None:
    environment = os.environ | {"NASHBOARD_DIR": str(tmp_path), "NASHBOARD_READ_TOKEN": "hunter2"}
    command = [sys.executable, "-m", "monitor", "serve", "--port", "0", "--no-dashboard"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "NASHBOARD_READ_TOKEN" in done.stderr
    assert "hunter2" not in done.stderr


def test_pages_of_others_open_no_websocket(closed: Service, start_service: Callable[..., Service]) -> None:
    """Browsers let any page open a websocket to anywhere: the Origin is all that tells."""
    free = start_service(dashboard=True)
    own = f"http://127.0.0.1:{free.port}"
    for service, origin, allowed in ((free, own, True), (free, "http://evil.example", False), (closed, None, False)):
        address = f"ws://127.0.0.1:{service.port}/_dash-ws-callback"
        refusal = nullcontext() if allowed else pytest.raises(InvalidStatus, match="403")
        with refusal, connect(address, origin=origin):
            pass
