"""A message that is ready to be sent, and its form as JSON for webhooks (docs/alerts.md says what its fields mean)."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from msgspec import Struct

from monitor.failures import kind_name
from monitor.notify.words import body, title
from monitor.wire import AlertInfo

VERSION = 1
TEXT = 1800  # characters of a digest's text: Discord takes 2,000 with the link, the others more
LINE = 300  # of one of its lines
ALERTS = 100  # of a digest, that a webhook is told in full
SEVERITIES = ("info", "warning", "critical")


class RunFact(Struct, frozen=True):
    """What a message says of a run."""

    id: str
    name: str
    project: str
    group: str
    tags: list[str]


class Item(Struct, frozen=True):
    """One alert of a message, and the address of its page."""

    event: str
    alert: AlertInfo
    run: RunFact
    url: str


class Letter(Struct, frozen=True):
    """A message.

    Attributes:
        key: the same for every try to send it. event: of its only item, or "digest" or "test".
        picture: PNG of the evidence, or None.
    """

    key: str
    event: str
    title: str
    lines: list[str]
    severity: str
    url: str
    items: list[Item] = []
    picture: bytes | None = None

    @property
    def text(self) -> str:
        """Its lines with the link below."""
        return "\n".join([*self.lines, self.url] if self.url else self.lines)


def of_one(key: str, item: Item, picture: bytes | None) -> Letter:
    """A message of one alert."""
    lines = body(item.event, item.alert, item.run.name, item.run.project)
    head = title(item.event, item.alert, item.run.name)
    return Letter(key, item.event, head, lines, item.alert.severity, item.url, [item], picture)


def of_many(key: str, items: list[Item], url: str) -> Letter:
    """One message of what gathered in quiet hours, or beyond a channel's rate; the gravest first."""
    ordered = sorted(items, key=lambda one: -SEVERITIES.index(one.alert.severity))
    lines = [
        f"{kind_name(one.alert.kind)}: {one.run.name} ({one.alert.state}, {one.alert.severity}). {one.alert.summary}"
        for one in ordered
    ]
    count = f"{len(items)} alerts" if len(items) != 1 else "1 alert"
    head = f"{count} while you were not told"
    return Letter(key, "digest", head, capped(lines), ordered[0].alert.severity, url, ordered)


def capped(lines: list[str]) -> list[str]:
    """As many of a digest's lines as there is room for, and how many more there are.

    >>> capped(["a", "b"])
    ['a', 'b']
    >>> [line[:12] for line in capped([letter * 299 for letter in "abcdefgh"])][-2:]
    ['ffffffffffff', 'and 2 more']
    """
    kept, room = list[str](), TEXT
    for line in lines:
        short = line if len(line) <= LINE else f"{line[: LINE - 1]}…"
        room -= len(short) + 1
        if room < 0:
            return [*kept, f"and {len(lines) - len(kept)} more"]
        kept.append(short)
    return kept


def of_test(key: str, channel: str, url: str) -> Letter:
    """A message that says that the channel works."""
    return Letter(
        key, "test", "Test of Nashboard", [f"The channel {channel} works: alerts can reach you here."], "info", url
    )


def payload(letter: Letter, sent_at: float) -> bytes:
    """The body of a webhook."""
    said: dict[str, Any] = {
        "version": VERSION,
        "id": letter.key,
        "event": letter.event,
        "sent_at": sent_at,
        "title": letter.title,
        "text": letter.text,
        "severity": letter.severity,
        "url": letter.url,
        "alerts": [_told(item) for item in letter.items[:ALERTS]],
        "more": max(0, len(letter.items) - ALERTS),
    }
    if letter.picture:
        said["picture"] = {"media_type": "image/png", "base64": base64.b64encode(letter.picture).decode()}
    return msgspec.json.encode(said)


def _told(item: Item) -> dict[str, Any]:
    alert = item.alert
    names = (
        "id",
        "kind",
        "severity",
        "state",
        "onset_step",
        "step",
        "resolved_step",
        "summary",
        "confidence",
        "evidence",
    )
    first = alert.advice[0] if alert.advice else None
    remedy = {"name": first.name, "why": first.why, "flag": first.flag} if first else None
    said = {name: getattr(alert, name) for name in names}
    return said | {
        "event": item.event,
        "name": kind_name(alert.kind),
        "first_remedy": remedy,
        "run": item.run,
        "url": item.url,
    }
