"""`nashboard serve`: the service and the dashboard on one port."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click
import msgspec
import uvicorn

from monitor.api.app import create_app
from monitor.errors import SettingError
from monitor.prefix import Prefix
from monitor.settings import ServiceSettings, load
from monitor.storage.tokens import Right


class Server(uvicorn.Server):
    """Says where it is once it really listens; long polls do not hold up its end."""

    def __init__(self, config: uvicorn.Config, release: Callable[[], None]) -> None:
        super().__init__(config)
        self._release = release

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to listen."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
            click.echo(f"Nashboard is at http://{shown}:{port}{self.config.root_path}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets go of those who wait, then stops."""
        self._release()
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """A socket at that address; nobody can connect before the server listens.

    Raises:
        SettingError: the address is taken, or not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise SettingError(f"can't listen on {host}:{port}: {error.strerror or error}") from None
    return listener


def announce(made: dict[Right, str]) -> None:
    """Prints tokens that were just made: this is the only time that they can be seen."""
    uses = {"ingest": "for trainings: NASHBOARD_TOKEN", "read": "for people: the dashboard asks for it"}
    for right, token in made.items():
        click.echo(f"New {right} token, shown this once ({uses[right]}): {token}")


def spare_the_collector() -> None:
    """Keeps Python's cycle collector from going through what start-up made, again and again: a tenth of ingest's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@click.command()
@click.option("--host", help="Address to bind; any but loopback needs tokens.")
@click.option("--port", type=int, help="Port; 0: a free one.")
@click.option("--dir", "dir_", help="Where the database and blobs live.")
@click.option("--database-url", help="SQLAlchemy URL of the database; empty: SQLite in --dir.")
@click.option("--root-path", help="Path prefix under which a reverse proxy serves us.")
@click.option(
    "--auth", type=click.Choice(["auto", "always"]), help="auto: no tokens on loopback; always: tokens there too."
)
@click.option("--no-dashboard", is_flag=True, help="The API alone.")
def serve(dir_: str | None, no_dashboard: bool, **given: Any) -> None:
    """Starts the service and the dashboard on one port (127.0.0.1:8642)."""
    settings = load(ServiceSettings, given | {"dir": dir_})
    listener = bind(settings.host, settings.port)
    app = create_app(msgspec.structs.replace(settings, port=listener.getsockname()[1]))
    if app.state.house.auth.closed:
        announce(app.state.house.tokens.ensure())
    if not no_dashboard:
        from dashboard.app import attach

        attach(app, root_path=settings.root_path)
    spare_the_collector()
    config = uvicorn.Config(
        Prefix(app, settings.root_path),
        root_path=settings.root_path,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=75,
    )
    with suppress(KeyboardInterrupt):  # uvicorn raises Ctrl-C again once all is closed: that is no fault
        Server(config, app.state.house.release).run([listener])
