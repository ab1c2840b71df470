"""`nashboard dashboard`: the dashboard apart from the service."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import click
import uvicorn
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse

from dashboard.app import API, attach
from dashboard.proxy import METHODS, Proxy
from monitor.errors import SettingError
from monitor.prefix import Prefix
from monitor.settings import DEFAULT_SERVER


def create_app(api: str, root_path: str = "") -> FastAPI:
    """The dashboard as an ASGI app of its own; `/api/v1` is passed on to the service at `api`."""
    proxy = Proxy(api)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await proxy.close()

    outer = FastAPI(title="Nashboard", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    outer.add_route("/healthz", healthz)
    outer.add_route(API + "/{path:path}", proxy.__call__, methods=METHODS)
    outer.state.proxy = proxy
    outer.add_middleware(
        GZipMiddleware, minimum_size=1000, compresslevel=2
    )  # what the service answers comes compressed already
    attach(outer, root_path=root_path)
    return outer


class Server(uvicorn.Server):
    """Says where it is once it really listens."""

    def __init__(self, config: uvicorn.Config, release: Callable[[], None]) -> None:
        super().__init__(config)
        self._release = release

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to listen."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
            click.echo(f"The dashboard is at http://{shown}:{port}{self.config.root_path}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets go of the long polls first, then stops as usual."""
        self._release()
        await super().shutdown(sockets)


@click.command()
@click.option("--api", default=DEFAULT_SERVER, show_default=True, help="Address of the service.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option("--port", default=8643, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: a free one.")
@click.option("--root-path", default="", help="Path prefix under which a reverse proxy serves us.")
def dashboard(api: str, host: str, port: int, root_path: str) -> None:
    """Starts the dashboard apart from the service, which it reaches at --api."""
    if not api.startswith(("http://", "https://")):
        raise SettingError(f"--api={api!r} is not allowed: it must begin with http:// or https://")
    app = create_app(api, root_path)
    config = uvicorn.Config(
        Prefix(app, root_path),
        host=host,
        port=port,
        root_path=root_path,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    server = Server(config, app.state.proxy.stopping.set)
    server.run()
    if not server.started:
        raise SettingError(f"can't listen on {host}:{port}: is something else there already?")
