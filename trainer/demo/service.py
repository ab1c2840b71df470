"""The service that the demo's runs go to: one of ours that is there already, or a new one."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from monitor.errors import NashboardError
from trainer.demo.children import Child, Children

START_TIMEOUT = 60.0  # seconds until it must listen
STOP_PATIENCE = 1.0
READY = "Nashboard is at "


class DemoError(NashboardError):
    """Why the demo can't go on."""

    code = "demo_failed"


@dataclass(frozen=True)
class Service:
    """Where it is, and its process when the demo started it."""

    url: str
    child: Child | None = None

    async def get(self, path: str) -> Any:
        """The API's JSON answer to GET `/api/v1{path}`. Raises OSError (also for an HTTP error) or ValueError."""
        return await asyncio.to_thread(_get, self.url + "/api/v1" + path)


async def service(children: Children, port: int | None, home: Path | None) -> tuple[Service, str]:
    """The service to use, and a sentence about it where the port was not simply free.

    Args:
        port: None: 8642, or what is free when it is taken. home: None: not chosen, so a Nashboard with other data will do.

    Raises:
        DemoError: the port that was asked for is taken by another program, or the service does not start.
    """
    wanted = 8642 if port is None else port
    found = "free" if wanted == 0 else await asyncio.to_thread(who_listens, wanted)
    if found == "free":
        return await _start(children, wanted, home), ""
    if found == "nashboard" and home is None:
        url = f"http://127.0.0.1:{wanted}"
        return Service(
            url
        ), f"A Nashboard is running on port {wanted} already: the demo uses it, and leaves it running."
    whose = "a Nashboard with other data" if found == "nashboard" else "another program"
    if port is not None:
        raise DemoError(f"port {port} is taken by {whose}: choose another with --port (0: any that is free)")
    started = await _start(children, 0, home)
    return started, f"Port {wanted} is taken by {whose}: this one has taken a free port."


def who_listens(port: int) -> Literal["free", "nashboard", "other"]:
    """What is on a port of this machine; "nashboard" only if it is one that can be used without a token."""
    try:
        answer = _get(f"http://127.0.0.1:{port}/api/v1/runs?limit=1", timeout=1.5)
        return "nashboard" if {"runs", "total"} <= answer.keys() else "other"
    except urllib.error.HTTPError:
        return "other"
    except (OSError, ValueError, AttributeError):
        # No HTTP. Whether the port is free is best asked by trying to take it.
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return "other"
            return "free"


async def _start(children: Children, port: int, home: Path | None) -> Service:
    child = await children.start(["serve", "--host", "127.0.0.1", "--port", str(port)], STOP_PATIENCE)
    try:
        url = await asyncio.wait_for(_address(child), START_TIMEOUT)
    except TimeoutError:
        url = ""
    if not url:
        raise DemoError("the service did not start:\n  " + "\n  ".join(child.said))
    return Service(url, child)


async def _address(child: Child) -> str:
    async for line in child.lines():
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
    return ""


def _get(url: str, timeout: float = 5.0) -> Any:
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return json.load(answer)
