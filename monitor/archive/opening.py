"""Finds a stored run: over HTTP, or in the folder of a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from monitor.archive.local import LocalRun
from monitor.archive.remote import RemoteRun, Unreachable
from monitor.errors import DatabaseUnusable, InvalidValue, NotFound
from monitor.settings import ClientSettings, ServiceSettings, home, load
from monitor.sources.stored import StoredRun
from monitor.storage.blobs import Blobs
from monitor.storage.database import open_engine, url_of

DATABASE = "nashboard.db"


@contextmanager
def open_run(
    run_id: str, server: str | None = None, token: str | None = None, folder: Path | None = None
) -> Iterator[StoredRun]:
    """A run of the service at `server`, or in `folder`; with neither: of the service, else in the folder of this machine.

    Raises:
        Unreachable: nobody answers, and there is no folder to look into. NotFound: no such run.
    """
    with closing(_found(run_id, server, token, folder)) as run:
        yield run


@contextmanager
def in_folder(run_id: str, folder: Path) -> Iterator[StoredRun]:
    """A run in the folder of a service.

    Raises:
        InvalidValue: it is no such folder. NotFound: no such run.
    """
    with closing(_in_folder(run_id, folder)) as run:
        yield run


def _found(run_id: str, server: str | None, token: str | None, folder: Path | None) -> StoredRun:
    if folder is not None:
        return _in_folder(run_id, folder)
    settings = load(ClientSettings, {"server": server, "token": token})
    try:
        return RemoteRun(settings.server, settings.token, run_id)
    except Unreachable:
        if server is not None or not (home(settings) / DATABASE).is_file():
            raise
        return _in_folder(run_id, home(settings))


def _in_folder(run_id: str, folder: Path) -> StoredRun:
    settings = load(ServiceSettings, {"dir": str(folder)})
    if not settings.database_url and not (folder / DATABASE).is_file():
        raise InvalidValue(f"{folder} is no folder of a service: it has no {DATABASE}")
    engine = open_engine(url_of(folder, settings.database_url))
    try:
        return LocalRun(engine, Blobs(folder / "blobs"), settings, run_id)
    except NotFound:
        engine.dispose()
        raise
    except DBAPIError as error:
        engine.dispose()
        raise DatabaseUnusable(
            f"the database in {folder} can't be read: {error.orig}. If an older Nashboard made it, `nashboard serve` brings it "
            "up to date"
        ) from None
