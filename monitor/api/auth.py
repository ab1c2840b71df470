"""Who may do what: an open service on loopback, tokens and sessions everywhere else.

`Guard` stands around the whole outer app, so the dashboard and whatever it mounts are behind it too. Safe methods and the
dashboard's own callbacks need the right to read, and so does what people do with alerts; everything else that changes something
through the API needs the right to ingest.
"""

from __future__ import annotations

import hmac
import ipaddress
import time
from urllib.parse import SplitResult, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.api.answers import failure
from monitor.errors import Forbidden, NashboardError, Unauthorized
from monitor.settings import ServiceSettings
from monitor.storage.tokens import Right, Tokens

API = "/api/v1"
COOKIE = "nashboard_session"
SESSION_SECONDS = 30 * 86_400
# What people change from the dashboard and trainings never do: it needs the right that people have.
OF_PEOPLE = tuple(f"{API}/{name}" for name in ("alerts", "rules", "channels", "routes", "deliveries"))
SAFE = {"GET", "HEAD", "OPTIONS"}
LOGIN = f"{API}/login"
OPEN_PATHS = {"/login", "/healthz", "/readyz", f"{API}/healthz", f"{API}/readyz", LOGIN, f"{API}/logout"}
OPEN_FOLDERS = (
    "/static/",
    "/assets/",
    "/_dash-component-suites/",
    "/_favicon.ico",
)  # code and styles that everybody can have


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own loopback."""
    host = host.strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def needs_tokens(settings: ServiceSettings) -> bool:
    """Whether this service answers only to those who have a token."""
    return settings.auth == "always" or not is_loopback(settings.host)


class Auth:
    """Tokens and sessions of one service."""

    def __init__(self, settings: ServiceSettings, tokens: Tokens) -> None:
        self.closed, self.tokens = needs_tokens(settings), tokens
        self.allowed = {host.lower() for host in settings.allowed_hosts}

    def begin(self, token: str) -> str:
        """A session for somebody who has the read token: its end and the token's id, signed.

        Raises:
            Unauthorized, Forbidden: it is no token, or that of trainings.
        """
        found = self.tokens.find(token)
        if found is None:
            raise Unauthorized("that is not a token of this service")
        if found.right != "read":
            raise Forbidden("that is an ingest token, for trainings: log in with a read token")
        text = f"{int(time.time()) + SESSION_SECONDS}.{found.id}.{found.hash[:16]}"
        return f"{text}.{self.tokens.sign(text)}"

    def _session(self, cookie: str) -> bool:
        text, _, signature = cookie.rpartition(".")
        if not text or not hmac.compare_digest(self.tokens.sign(text).encode(), signature.encode()):
            return False
        end, token_id, start = text.split(".")
        known = any(one.id == token_id and one.hash.startswith(start) for one in self.tokens.all())
        return known and int(end) > time.time()

    def right_of(self, connection: HTTPConnection) -> Right | None:
        """What this request may do; None: nobody knows who it is."""
        kind, _, token = connection.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            found = self.tokens.find(token.strip())
            return found.right if found else None
        return "read" if self._session(connection.cookies.get(COOKIE, "")) else None

    def check(self, connection: HTTPConnection, path: str) -> None:
        """Lets a request through, or not.

        Raises:
            Unauthorized, Forbidden: they say what is missing.
        """
        method = connection.scope.get("method", "GET")
        hosts = {value.lower() for name in ("host", "x-forwarded-host") for value in connection.headers.getlist(name)}
        if not self.closed:
            self._check_hosts(hosts)
        if (
            method not in SAFE or connection.scope["type"] == "websocket"
        ):  # browsers let any page open a websocket anywhere
            _check_origin(connection.headers, hosts)
        if not self.closed or path in OPEN_PATHS or (path.startswith(OPEN_FOLDERS) and ".." not in path):
            return
        right, needed = self.right_of(connection), "read"
        if method not in SAFE and path.startswith(f"{API}/") and not path.startswith(OF_PEOPLE):
            needed = "ingest"
        if right is None:
            raise Unauthorized(
                "a token is needed: `Authorization: Bearer TOKEN`, or log in; `nashboard tokens` makes new ones"
            )
        if right != needed:
            raise Forbidden(f"this token gives the right to {right}; {method} {path} needs the right to {needed}")

    def _check_hosts(self, hosts: set[str]) -> None:
        """Against pages that make their own name point to this machine (DNS rebinding)."""
        for host in hosts:
            name = _split(f"//{host}").hostname or ""
            if not is_loopback(name) and not self.allowed & {name, host}:
                raise Forbidden(
                    f"the host {host!r} is not allowed: this service is open, so it answers to names of this machine's loopback "
                    "only. Behind a proxy, list its name in NASHBOARD_ALLOWED_HOSTS, or set NASHBOARD_AUTH=always."
                )


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # brackets that do not close: an address of nobody
        return SplitResult("", "", "", "", "")


def _check_origin(headers: Headers, hosts: set[str]) -> None:
    """Against pages of others that make a browser send something here (CSRF). What is no browser sends no origin."""
    origin = headers.get("origin")
    if origin is not None and _split(origin).netloc.lower() not in hosts:
        raise Forbidden(
            f"a page of {origin!r} may not change anything here (host {', '.join(sorted(hosts)) or 'unknown'}); "
            "a proxy has to pass the Host header on"
        )


class Guard:
    """The middleware around everything."""

    def __init__(self, app: ASGIApp, auth: Auth, root_path: str) -> None:
        self._app, self._auth, self._root = app, auth, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        try:
            self._auth.check(connection, path)
        except NashboardError as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._refusal(connection, path, error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, connection: HTTPConnection, path: str, error: NashboardError) -> Response:
        page = connection.scope["method"] == "GET" and "text/html" in connection.headers.get("accept", "")
        if not page or not isinstance(error, Unauthorized):
            return failure(error.code, error.message, error.status, error.detail)
        query = connection.scope["query_string"].decode("latin-1")
        here = self._root + quote(path) + (f"?{query}" if query else "")
        if connection.headers.get("sec-fetch-site") == "cross-site":
            # A link from elsewhere: the browser kept our cookie back. Coming again from a page of ours, it sends it.
            return Response(f'<meta http-equiv="refresh" content="0; url={_escaped(here)}">', media_type="text/html")
        return RedirectResponse(f"{self._root}/login?next={quote(here, safe='')}", 303)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("'", "&#39;")
