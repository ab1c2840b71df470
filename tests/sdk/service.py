"""A small stand-in for the service: real HTTP on a real port, and every fault that one may ask for.

It keeps what the contract says a service keeps (records by sender and number, each once), so tests can count. The real service
has its own tests against the SDK; this one answers 429, hangs up, lies and vanishes on demand.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from monitor import wire

Fault = Callable[[str, bytes], tuple[int, dict[str, str], bytes] | str | None]


class Service:
    """Runs from `start` to `stop`; can be started again on the same port, with or without its memory.

    Attributes:
        runs: id → RunInfo. records: sender → number → record. batches: every batch that arrived, also repeated ones.
        fault: called with (path, body) first; what it returns is answered ("drop": hang up), None: go on normally.
    """

    def __init__(self) -> None:
        self.port = 0
        self.runs: dict[str, wire.RunInfo] = {}
        self.records: dict[str, dict[int, wire.Record]] = defaultdict(dict)
        self.batches: list[wire.Batch] = []
        self.refused: dict[str, int] = {}
        self.headers: list[dict[str, str]] = []
        self.fault: Fault = lambda path, body: None
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Service:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.headers.append(dict(self.headers))
                answer = service.fault(self.path, body)
                if answer == "drop":
                    self.close_connection = True
                    self.connection.close()
                    return
                status, headers, content = answer or service.answer(self.path, body)  # type: ignore[misc]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *args: Any) -> None:
                pass  # hung-up connections are the point of some tests

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if path == "/api/v1/runs":
            info = msgspec.msgpack.decode(body, type=wire.RunInfo)
            self.runs.setdefault(info.id, info)
            acked = {sender: max(records, default=0) for sender, records in self.records.items()}
            return _ok({"id": info.id, "acked": acked, "url": f"/runs/{info.id}"})
        run_id = path.split("/")[4]
        if run_id not in self.runs:
            return error(404, "not_found", f"no run {run_id}")
        batch = msgspec.msgpack.decode(body, type=wire.Batch)
        self.batches.append(batch)
        stored = self.records[batch.sender]
        acked = max(stored, default=0)
        for number, record in enumerate(batch.records, batch.first_seq):
            if number > acked:
                stored[number] = record
        self.refused[batch.sender] = batch.refused
        return _ok({"acked": max(stored, default=0), "alerts": []})

    def all(self, kind: type[Any]) -> list[Any]:
        """Every stored record of a kind, by sender and number."""
        return [r for records in self.records.values() for _, r in sorted(records.items()) if isinstance(r, kind)]

    def points(self) -> dict[tuple[str, int], float]:
        """(series, step) → value, the last write wins."""
        return {(name, s.step): value for s in self.all(wire.Scalars) for name, value in s.values.items()}


def _ok(answer: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/msgpack"}, msgspec.msgpack.encode(answer)


def error(status: int, code: str, message: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = msgspec.json.encode({"error": {"code": code, "message": message, "detail": {}}})
    return status, {"Content-Type": "application/json", **headers}, body
