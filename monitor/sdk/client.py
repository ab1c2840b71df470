"""Talks to the service: declares a run, sends batches of journal records as they are."""

from __future__ import annotations

# Here and not where they are used: an import on the shipping thread would be left half done in a child forked meanwhile.
import encodings.idna  # noqa: F401 what a host name is looked up with
import http.client
import ssl
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import msgspec

from monitor.errors import NashboardError
from monitor.wire import Ack, RunInfo

MSGPACK = "application/msgpack"
MAX_ANSWER = 4 << 20  # bytes of an answer that are read

_encode = msgspec.msgpack.Encoder().encode
_decode_ack = msgspec.msgpack.Decoder(Ack).decode
_FIRST_SEQ, _REFUSED, _RECORDS = _encode("first_seq"), _encode("refused"), _encode("records")


class Declared(msgspec.Struct, frozen=True):
    """The answer to a declared run: what the service has of each sender, and where the dashboard shows the run."""

    id: str
    acked: dict[str, int] = {}
    url: str = ""


class ShippingError(NashboardError):
    """The service did not take it now. `retry_after`: seconds that it asked for, or 0."""

    retry_after = 0.0


class Unreachable(ShippingError):
    """No connection, or an answer that is none."""


class Busy(ShippingError):
    """The service is there and asks to come back later (429, 5xx)."""


class UnknownRun(ShippingError):
    """The service does not know the run (404): declare it."""


class NotAllowed(ShippingError):
    """Wrong or missing token (401, 403), or an address that is not a Nashboard."""


class BadBatch(ShippingError):
    """The service can't take this batch as it is (400, 413, 422)."""


class Client:
    """One keep-alive connection, used by one thread. Opens on first use, and again after an error.

    Args:
        server: address of the service, with its path prefix if it has one. timeout: seconds for each step of a request.
    """

    def __init__(self, server: str, token: str = "", timeout: float = 10.0) -> None:
        self._address = urlsplit(server)
        self._prefix = self._address.path.rstrip("/") + "/api/v1"
        self._timeout = timeout
        self._headers = {"Content-Type": MSGPACK, "Accept": MSGPACK, "User-Agent": "nashboard"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._connection: HTTPConnection | None = None

    def declare(self, info: RunInfo) -> Declared:
        """Declares the run; doing it again is harmless.

        Raises:
            ShippingError: one of its kinds.
        """
        answer: Declared = self._answer(self._post("/runs", _encode(info)), Declared)
        return answer

    def send(self, run_id: str, sender: str, first_seq: int, bodies: list[bytes], refused: int = 0) -> Ack:
        """Sends records in a row (none: a sign of life).

        Raises:
            ShippingError: one of its kinds.
        """
        body = batch(sender, first_seq, bodies, refused)
        ack: Ack = self._answer(self._post(f"/runs/{run_id}/records", body), Ack)
        return ack

    def close(self) -> None:
        """Closes the connection; the next request opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _answer(self, body: bytes, kind: Any) -> Any:
        try:
            return _decode_ack(body) if kind is Ack else msgspec.msgpack.decode(body, type=kind)
        except msgspec.DecodeError as error:
            raise NotAllowed(f"{self._address.geturl()} does not answer like a Nashboard: {error}") from None

    def _post(self, path: str, body: bytes) -> bytes:
        fresh = self._connection is None
        try:
            connection = self._connection = self._connection or self._made()
            connection.request("POST", self._prefix + path, body, self._headers)
            response = connection.getresponse()
            answer = response.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not fresh and isinstance(error, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
                return self._post(path, body)  # an idle connection that the service closed; batches may come twice
            raise Unreachable(f"{self._address.geturl()} can't be reached: {error or type(error).__name__}") from None
        if response.will_close or not response.isclosed():
            self.close()
        if response.status not in (200, 201, 202):
            raise self._failure(response, answer)
        return answer

    def _made(self) -> HTTPConnection:
        host, port = self._address.hostname or "127.0.0.1", self._address.port
        if self._address.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=self._timeout)

    def _failure(self, response: HTTPResponse, body: bytes) -> ShippingError:
        status, said = response.status, _message(body) or response.reason
        message = f"{self._address.geturl()} answered {status}: {said}"
        if status in (400, 413, 422):
            return BadBatch(message)
        if status == 404 and _code(body) == "not_found":
            return UnknownRun(message)
        if status >= 500 or status in (408, 425, 429):
            busy = Busy(message)
            busy.retry_after = _seconds(response.getheader("Retry-After"))
            return busy
        return NotAllowed(message)


def batch(sender: str, first_seq: int, bodies: list[bytes], refused: int) -> bytes:
    """A wire.Batch around records that are msgpack already: nothing is decoded to be encoded again."""
    head = b"\x84" + _encode("sender") + _encode(sender) + _FIRST_SEQ + _encode(first_seq) + _REFUSED + _encode(refused)
    return b"".join((head, _RECORDS, b"\xdd", len(bodies).to_bytes(4, "big"), *bodies))


def _error(body: bytes) -> dict[str, Any]:
    for decode in (msgspec.json.decode, msgspec.msgpack.decode):
        try:
            error = decode(body)["error"]
        except (msgspec.DecodeError, KeyError, TypeError, IndexError):
            continue
        return error if isinstance(error, dict) else {}
    return {}


def _code(body: bytes) -> str:
    return str(_error(body).get("code", ""))


def _message(body: bytes) -> str:
    return str(_error(body).get("message", ""))[:500]


def _seconds(header: str | None) -> float:
    try:
        return min(max(float(header or 0), 0.0), 3600.0)
    except ValueError:  # an HTTP date; our service does not send one
        return 0.0
