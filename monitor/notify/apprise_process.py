"""The process that loads Apprise: a request on standard input, an outcome on standard output. Secrets pass through pipes only."""

from __future__ import annotations

import base64
import logging
import sys
from typing import Any

import msgspec

from monitor.notify import targets
from monitor.notify.apprise import MISSING
from monitor.notify.outcome import Outcome


class Notes(logging.Handler):
    """What Apprise has to say of a failure."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps a line."""
        self.said.append(record.getMessage())


def act(asked: dict[str, Any]) -> Outcome:
    """Checks a URL, or sends to it."""
    try:
        import apprise
        from apprise.attachment.memory import AttachMemory
    except ModuleNotFoundError:
        return Outcome(MISSING, final=True)
    notes = Notes()
    logger = logging.getLogger("apprise")
    logger.addHandler(notes)
    logger.propagate = False
    sender = apprise.Apprise()
    if not sender.add(asked["url"]):
        return Outcome("Apprise can't read it; its documentation lists what URLs look like", final=True)
    if asked.get("check"):
        return Outcome()
    if not asked["private"]:
        targets.guard()
    attach = None
    if asked["picture"]:
        content = base64.b64decode(asked["picture"])
        attach = [AttachMemory(content, name="evidence.png", mimetype="image/png")]  # type: ignore[no-untyped-call]
    kind = apprise.NotifyType(asked["type"])
    if sender.notify(body=asked["body"], title=asked["title"], notify_type=kind, attach=attach):
        return Outcome()
    return Outcome("; ".join(notes.said[:3]) or "it was not taken")


if __name__ == "__main__":
    outcome = act(msgspec.json.decode(sys.stdin.buffer.read()))
    sys.stdout.write("\n" + msgspec.json.encode(outcome).decode() + "\n")
