"""Where messages go, as users write it down; and what may be shown of it afterwards."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from monitor.errors import InvalidValue

Type = Literal["webhook", "apprise"]
MIN_SECRET = 16


class Channel(Struct, frozen=True, forbid_unknown_fields=True):
    """A channel as it is made or changed. What is secret (`url`, `secret`) goes in and never comes out again.

    Attributes:
        type: "webhook" (ours, signed) or "apprise" (Slack, Discord, Telegram, e-mail, ntfy, … by an Apprise URL).
        url: where to; when changing a channel it may be left out, and stays as it was. secret: of a webhook, it signs.
        picture: whether a chart of the evidence goes with the message. rate: messages an hour; what is beyond comes as a digest.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    type: Type = "webhook"
    url: Annotated[str, Meta(max_length=4000)] = ""
    secret: Annotated[str, Meta(max_length=200)] = ""
    picture: bool = True
    rate: Annotated[int, Meta(ge=1, le=3600)] = 30
    enabled: bool = True

    def check(self, known: dict[str, str] | None = None) -> None:
        """What one field alone can't tell. `known`: the secrets that it has already.

        Raises:
            InvalidValue: names what is wrong, but no secret.
        """
        if not (self.url or (known or {}).get("url")):
            raise InvalidValue("url is needed: an http(s) address, or an Apprise URL")
        if self.type != "webhook":
            return
        if self.url:
            _check_address(self.url)
        secret = self.secret or (known or {}).get("secret", "")
        if len(secret) < MIN_SECRET:
            raise InvalidValue(f"secret is not allowed: a webhook's has {MIN_SECRET} characters or more")

    @property
    def data(self) -> dict[str, Any]:
        """What may be seen of it."""
        return {"type": self.type, "picture": self.picture, "rate": self.rate, "enabled": self.enabled}

    def secrets(self, known: dict[str, str] | None = None) -> dict[str, str]:
        """What may not; left-out ones as they were."""
        given = {"url": self.url} | ({"secret": self.secret} if self.type == "webhook" else {})
        return (known or {}) | {key: value for key, value in given.items() if value}


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidValue("url is not allowed: its host or port can't be read") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise InvalidValue(f"url with the scheme {parts.scheme!r} is not allowed: http and https, with a host")
    if parts.username or parts.password:
        raise InvalidValue("url with a user or password is not allowed: the signature says who sends")


def shown(url: str) -> str:
    """What of an address may be seen: where it leads, not what it takes to get in."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https"):
            return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "") + "/…"
    except ValueError:
        return "…"
    return f"{parts.scheme}://…"


def scrubbed(text: str, secrets: dict[str, str]) -> str:
    """A text with no secret in it: addresses, and their longer parts, are taken out."""
    parts = {part for value in secrets.values() for part in (value, *_parts(value))}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "…")
    return text[:500]


def _parts(url: str) -> list[str]:
    rest = url.partition("://")[2] or url
    words = [rest]
    for mark in "/?&=@:":
        words = [piece for word in words for piece in word.split(mark)]
    # where a webhook leads may be seen; what stands in that place of an Apprise URL is often a token
    host = (urlsplit(url).hostname or "") if url.startswith(("http://", "https://")) else ""
    return [word for word in [rest, *words] if len(word) >= 6 and word != host]
