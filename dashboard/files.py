"""Files that never change under their address: kept in memory, compressed once, to be kept by browsers for ever."""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dash import Dash
from dash.fingerprint import check_fingerprint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOR_EVER = "public, max-age=31536000, immutable"
BYTES = "application/octet-stream"
GZIP = ".gz"  # files that are kept compressed have it at the end of their name, and not of their address
LEAST = 1000  # bytes: what is smaller fits a packet or two as it is
LARGE = 200_000  # bytes: what takes noticeably long to compress
CALM = 5.0  # seconds
PACKED = (".js", ".css")  # of these, only what is made of them has an address
TEXTS = ("text/", "application/javascript", "application/json", "image/svg")


@dataclass(frozen=True)
class Packed:
    """A file's bytes, and the same compressed (None: not worth it)."""

    kind: str
    plain: bytes
    small: bytes | None

    @classmethod
    def of(cls, name: str, plain: bytes) -> Packed:
        """Compresses the bytes of a file whose name tells its kind."""
        kind = mimetypes.guess_type(name)[0] or BYTES
        worth = kind.startswith(TEXTS) and len(plain) >= LEAST
        return cls(kind, plain, gzip.compress(plain, 6, mtime=0) if worth else None)

    @classmethod
    def from_gzip(cls, name: str, small: bytes) -> Packed:
        """A file that is kept compressed; `name` is its name without `.gz`."""
        return cls(mimetypes.guess_type(name)[0] or BYTES, gzip.decompress(small), small)

    def answer(self, request: Request) -> Response:
        """What the client can read, the smallest."""
        headers = {"Cache-Control": FOR_EVER}
        if self.small is None:
            return Response(self.plain, headers=headers, media_type=self.kind)
        headers["Vary"] = "Accept-Encoding"
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.plain, headers=headers, media_type=self.kind)
        return Response(self.small, headers=headers | {"Content-Encoding": "gzip"}, media_type=self.kind)


class Shelf:
    """Packed files by key: each is read when it is first asked for, and compressed once.

    A large one is given as it is, for whoever is around this to compress in passing, until it has been compressed well: that is
    begun when the page that asked has had time to draw.
    """

    def __init__(self) -> None:
        self._held: dict[str, Packed] = {}
        self._packing: dict[str, asyncio.Task[None]] = {}

    async def take(self, key: str, name: str, read: Callable[[], bytes]) -> Packed:
        """The file of a key; keys are bounded by the files that there are.

        Raises:
            OSError: it can't be read.
        """
        if held := self._held.get(key):
            return held
        plain = await asyncio.to_thread(read)
        if key.endswith(GZIP):
            return self._held.setdefault(key, await asyncio.to_thread(Packed.from_gzip, name, plain))
        if len(plain) < LARGE:
            return self._held.setdefault(key, Packed.of(name, plain))
        if key not in self._packing:
            self._packing[key] = asyncio.create_task(self._later(key, name, plain))
        return Packed(mimetypes.guess_type(name)[0] or BYTES, plain, None)

    async def _later(self, key: str, name: str, plain: bytes) -> None:
        await asyncio.sleep(CALM)
        self._held[key] = await asyncio.to_thread(Packed.of, name, plain)
        del self._packing[key]


class Files:
    """Endpoints for our own assets and for the scripts of Dash's packages."""

    def __init__(self, assets: Path, made: dict[str, bytes]) -> None:
        """Serves what is in `assets`, and what was `made` of it, by the end of their addresses; the latter goes before."""
        self.shelf, self.made = Shelf(), made
        self.dash: Dash | None = None  # set once it is made: Dash takes every address that is not taken before
        kept = [path for path in assets.rglob("*") if path.is_file() and path.suffix not in PACKED]
        self.names = {path.relative_to(assets).as_posix().removesuffix(GZIP): path for path in kept}

    async def asset(self, request: Request) -> Response:
        """One of ours. The address has a hash of all of them in it, so what was there at the start is what there is."""
        name = request.path_params["path"]
        if name in self.made:
            return (await self.shelf.take(name, name, lambda: self.made[name])).answer(request)
        path = self.names.get(name)
        if path is None:
            return PlainTextResponse("no such file", 404)
        return (await self.shelf.take(str(path), path.name.removesuffix(GZIP), path.read_bytes)).answer(request)

    async def suite(self, request: Request) -> Response:
        """A script of a package, if it is one that Dash's page names; the version is a part of the address."""
        package = request.path_params["package"]
        path, _ = check_fingerprint(request.path_params["path"])
        known = self._known()
        if path not in known.get(package, ()):
            return PlainTextResponse("no such file", 404)
        read = partial(_data, package, path)
        return (await self.shelf.take(f"{package}/{path}", path, read)).answer(request)

    def _known(self) -> dict[str, set[str]]:
        """Package → paths that Dash's page names."""
        if self.dash is None:
            return {}
        if not self.dash.registered_paths:
            self.dash._generate_scripts_html()  # the page that asks was served before a restart
        return dict(self.dash.registered_paths)


def _data(package: str, path: str) -> bytes:
    return pkgutil.get_data(package, path) or b""
