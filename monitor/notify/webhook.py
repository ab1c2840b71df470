"""Webhooks: a signed POST to an address of the user's, no redirects, a limit on everything."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from functools import cache
from urllib.parse import urlsplit

from monitor.notify import targets
from monitor.notify.letter import Letter, payload
from monitor.notify.outcome import Outcome

CONNECT = 5.0  # seconds
READ = 300  # bytes of an answer that anybody looks at
AGAIN = {408, 425, 429, *range(500, 600)}


def signature(secret: str, timestamp: str, content: bytes) -> str:
    """Of a message: HMAC-SHA256 over "<timestamp>.<body>", in hex, with "sha256=" before it.

    >>> signature("0123456789abcdef", "1790000000", b"{}")[:20]
    'sha256=3d02334942fff'
    """
    made = hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256)
    return f"sha256={made.hexdigest()}"


def headers(letter: Letter, secret: str, content: bytes, now: float) -> dict[str, str]:
    """What goes with a body."""
    timestamp = str(int(now))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Nashboard",
        "Idempotency-Key": letter.key,
        "X-Nashboard-Event": letter.event,
        "X-Nashboard-Timestamp": timestamp,
        "X-Nashboard-Signature": signature(secret, timestamp, content),
    }


def send(letter: Letter, url: str, secret: str, private: bool, limit: float) -> Outcome:
    """Posts a message; all of it takes `limit` seconds at most, but for the look-up of the name.

    Args:
        private: whether the address may be one of this machine or its network.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    now = time.time()
    content = payload(letter, now)
    try:
        wire = targets.connect(host, port, min(CONNECT, limit), private)
    except targets.Refused as error:
        return Outcome(str(error), final=True)
    except OSError as error:
        return Outcome(f"no connection: {error.strerror or error}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    given = headers(letter, secret, content, now) | {"Host": parts.netloc}
    open_ = [wire]
    timer = threading.Timer(limit, _cut, [open_])  # a limit a read alone lets an answer drip for ever
    timer.daemon = True
    try:
        timer.start()
        wire.settimeout(limit)
        if secure:
            open_[0] = _context().wrap_socket(wire, server_hostname=host)
        return _post(open_[0], path, content, given)
    except ssl.SSLCertVerificationError as error:
        return Outcome(f"its certificate is not trusted: {error.verify_message}")
    except (OSError, http.client.HTTPException) as error:
        late = time.time() - now >= limit * 0.95
        return Outcome(f"no answer within {limit:g} s" if late else f"no answer: {type(error).__name__}")
    finally:
        timer.cancel()
        open_[0].close()


def _post(wire: socket.socket, path: str, content: bytes, given: dict[str, str]) -> Outcome:
    connection = http.client.HTTPConnection(given["Host"])
    connection.sock = wire
    connection.request("POST", path, content, given)
    answer = connection.getresponse()
    if 200 <= answer.status < 300:
        return Outcome()
    if 300 <= answer.status < 400:
        return Outcome(f"it answered {answer.status}: redirects are not followed", final=True)
    said = " ".join(answer.read(READ).decode("utf-8", "replace").split())
    wait = answer.headers.get("Retry-After", "")
    after = min(3600.0, float(wait)) if wait.isdecimal() else 0.0
    return Outcome(f"it answered {answer.status}" + (f": {said}" if said else ""), answer.status not in AGAIN, after)


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _cut(wires: list[socket.socket]) -> None:
    with suppress(OSError):
        wires[0].shutdown(socket.SHUT_RDWR)
