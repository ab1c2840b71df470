"""A path prefix under which a reverse proxy serves us, whether the proxy takes it away or passes it on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class Prefix:
    """Around the whole app: a path that has the prefix twice had it already when it came, and has it once from here on.

    uvicorn puts `root_path` before the path that it gets, as the ASGI specification asks: it takes the proxy to have removed it.
    """

    def __init__(self, app: App, root_path: str) -> None:
        self._app, self._root = app, root_path

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Passes it on."""
        root = self._root
        if root and scope["type"] in ("http", "websocket") and f"{scope['path']}/".startswith(f"{root}{root}/"):
            scope = dict(scope)
            scope["path"] = scope["path"][len(root) :]
            raw = scope.get("raw_path")
            if raw and raw.startswith((root * 2).encode()):
                scope["raw_path"] = raw[len(root) :]
        await self._app(scope, receive, send)
