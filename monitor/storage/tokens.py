"""Tokens: made here, shown once, kept only as hashes in a file that nobody else may read."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from monitor.errors import InvalidValue, NotFound

Right = Literal["ingest", "read"]
RIGHTS: tuple[Right, ...] = ("ingest", "read")
PREFIXES: Mapping[Right, str] = {"ingest": "nbi_", "read": "nbr_"}
GIVEN = "given"  # the id of a token that the settings hold


class Token(Struct, frozen=True):
    """A token as it is kept.

    Attributes:
        id: what people call it by; the token can't be told from it.
        hash: SHA-256 of the token, in hex. No salt and no stretching: it is 256 random bits.
        created_at: seconds since the epoch.
    """

    id: str
    right: Right
    hash: str
    created_at: float


class Kept(Struct):
    """The file: tokens, and the key that signs sessions."""

    key: str
    tokens: list[Token] = []


class Tokens:
    """The tokens of one folder, and those that the settings give. The file may change while we run: it is read again then.

    Args:
        folder: holds `tokens.json`, which only its owner may read.
        given: tokens by right, from the settings; empty ones are none.
    """

    def __init__(self, folder: Path, given: Mapping[Right, str] | None = None) -> None:
        self.path = folder / "tokens.json"
        self._given = [Token(GIVEN, right, _hash(token), 0.0) for right, token in (given or {}).items() if token]
        self._seen: tuple[int, int] | None = None
        self._kept = Kept("")

    def ensure(self) -> dict[Right, str]:
        """Makes a token for each right that has none; those that were made."""
        missing = [right for right in RIGHTS if not any(token.right == right for token in self.all())]
        return {right: self.make(right) for right in missing}

    def all(self) -> list[Token]:
        """Every valid token, oldest first."""
        return [*self._given, *self._load().tokens]

    def make(self, right: Right) -> str:
        """A new token; it can't be shown again."""
        token = PREFIXES[right] + secrets.token_urlsafe(32)
        kept = self._load()
        made = Token(secrets.token_hex(4), right, _hash(token), time.time())
        self._save(Kept(kept.key, [*kept.tokens, made]))
        return token

    def revoke(self, token_id: str) -> Token:
        """Makes a token, and all sessions that began with it, worthless.

        Raises:
            NotFound: no such token. InvalidValue: it is a token of the settings.
        """
        if token_id == GIVEN:
            raise InvalidValue("this token is given by NASHBOARD_INGEST_TOKEN or NASHBOARD_READ_TOKEN: change it there")
        kept = self._load()
        found = next((token for token in kept.tokens if token.id == token_id), None)
        if found is None:
            known = ", ".join(token.id for token in kept.tokens) or "none"
            raise NotFound(f"no token {token_id!r}; there are: {known}")
        self._save(Kept(kept.key, [token for token in kept.tokens if token is not found]))
        return found

    def find(self, token: str) -> Token | None:
        """The kept token that `token` is, in a time that does not tell how near it came."""
        digest, found = _hash(token), None
        for known in self.all():
            if hmac.compare_digest(known.hash, digest):
                found = known
        return found

    def sign(self, text: str) -> str:
        """A signature of `text` by this folder's key, in hex."""
        return hmac.new(self._load().key.encode(), text.encode(), hashlib.sha256).hexdigest()

    def _load(self) -> Kept:
        try:
            about = self.path.stat()
        except FileNotFoundError:
            self._save(Kept(secrets.token_hex(32)))
            return self._kept
        if (about.st_mtime_ns, about.st_ino) != self._seen:
            self._kept = msgspec.json.decode(self.path.read_bytes(), type=Kept)
            self._seen = (about.st_mtime_ns, about.st_ino)
        return self._kept

    def _save(self, kept: Kept) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent)  # 0600 from the first byte on
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(kept)))
        Path(name).replace(self.path)
        about = self.path.stat()
        self._kept, self._seen = kept, (about.st_mtime_ns, about.st_ino)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
