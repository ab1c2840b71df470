"""Real HTTP servers that messages are sent to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Target(ThreadingHTTPServer):
    """Keeps what was posted to it.

    Attributes:
        status: what it answers with. hang: seconds that it waits before that, or until it is ended.
        got: (path, headers, body) of each post.
    """

    daemon_threads = True

    def __init__(self, status: int = 200, hang: float = 0.0, headers: dict[str, str] | None = None) -> None:
        self.status, self.hang, self.headers = status, hang, headers or {}
        self.ended = threading.Event()
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), Post)

    @property
    def url(self) -> str:
        """An address of its own, with something secret in it."""
        return f"http://127.0.0.1:{self.server_address[1]}/hook/s3cr3t-path"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The posts as JSON."""
        return [json.loads(body) for _, _, body in self.got]


class Post(BaseHTTPRequestHandler):
    server: Target

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.server.ended.wait(self.server.hang)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        with suppress(OSError):  # nobody waits for it any more
            self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def target(status: int = 200, hang: float = 0.0, headers: dict[str, str] | None = None) -> Iterator[Target]:
    """A running server."""
    made = Target(status, hang, headers)
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.ended.set()
    made.shutdown()
    made.server_close()
