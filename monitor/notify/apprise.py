"""Everything that Apprise speaks (Slack, Discord, Telegram, e-mail, ntfy, …), in a process of its own.

A process can be ended when it hangs, keeps the service light, and may look up public addresses only (`targets.guard`).
"""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import Any

import msgspec

from monitor.errors import InvalidValue
from monitor.notify.letter import Letter
from monitor.notify.outcome import Outcome

MISSING = "Apprise is not installed with the service: pip install 'nashboard[notify]'"
LIMIT = 30.0  # seconds, start of the process included


def send(letter: Letter, url: str, private: bool, limit: float = LIMIT) -> Outcome:
    """Sends a message to an Apprise URL."""
    picture = base64.b64encode(letter.picture).decode() if letter.picture else ""
    said = {"url": url, "title": letter.title, "body": letter.text, "type": _type(letter), "picture": picture}
    return _ask(said | {"private": private}, limit)


def check(url: str) -> None:
    """Whether Apprise can read a URL.

    Raises:
        InvalidValue: it can't, or is not there.
    """
    found = _ask({"url": url, "check": True}, LIMIT)
    if found.error:
        raise InvalidValue(f"url is not allowed: {found.error}")


def _type(letter: Letter) -> str:
    if letter.event in ("resolved", "test"):
        return "success" if letter.event == "resolved" else "info"
    return {"critical": "failure", "warning": "warning"}.get(letter.severity, "info")


def _ask(said: dict[str, Any], limit: float) -> Outcome:
    command = [sys.executable, "-m", "monitor.notify.apprise_process"]
    try:
        done = subprocess.run(command, input=msgspec.json.encode(said), capture_output=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return Outcome(f"no answer within {limit:g} s")
    except OSError as error:
        return Outcome(f"no process could be started: {error.strerror}")
    try:
        return msgspec.json.decode(done.stdout.splitlines()[-1], type=Outcome)
    except (IndexError, msgspec.MsgspecError):
        return Outcome(f"the process that sends failed (exit code {done.returncode})")
