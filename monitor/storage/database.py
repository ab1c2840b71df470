"""Opening a database: connections, migrations, and the few things that only SQLite needs."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from monitor.errors import DatabaseTooNew, DatabaseUnusable

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 10_000
MAX_REWRITTEN = 512 << 20  # bytes of an older file that is written anew at the start: some seconds
_migrating = threading.Lock()  # alembic keeps its context in a module


def url_of(folder: Path, database_url: str = "") -> str:
    """The database's URL: the given one, or SQLite in `folder` (which is made)."""
    if database_url:
        return database_url
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'nashboard.db'}"


def open_engine(url: str) -> Engine:
    """An engine whose transactions begin when we say so: `BEGIN IMMEDIATE` with `execution_options(writes=True)`.

    SQLite runs in WAL mode with `synchronous=FULL`: a commit that returned is on disk.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, json_serializer=_json)
    engine = create_engine(
        url, json_serializer=_json, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        for pragma in (
            "auto_vacuum=INCREMENTAL",  # of a new file: what deleted runs took can be given back (see monitor.ingest.trash)
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_MS}",
            "foreign_keys=ON",
            "cache_size=-16384",
            "temp_store=MEMORY",
            "journal_size_limit=67108864",
            "wal_autocheckpoint=8000",  # pages: hot leaves are written back once for many commits
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _json(value: Any) -> str:
    """Takes all that msgpack can say (bytes, times, integer keys), and writes null for NaN: databases refuse the word."""
    return msgspec.json.encode(value).decode()


def migrate(engine: Engine) -> None:
    """Brings the schema up to date.

    Raises:
        DatabaseTooNew: a newer Nashboard made this database.
        DatabaseUnusable: it can't be opened.
    """
    try:
        _upgrade(engine)
        _make_shrinkable(engine)
    except DBAPIError as error:
        raise DatabaseUnusable(f"the database {engine.url.render_as_string()} can't be used: {error.orig}") from error


def _make_shrinkable(engine: Engine) -> None:
    """A file of an older Nashboard can't give space back until it is written anew once; a large one is left as it is."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()

        def told(pragma: str) -> int:
            cursor.execute(f"PRAGMA {pragma}")
            return int(cursor.fetchall()[0][0])

        if not told("auto_vacuum") and told("page_count") * told("page_size") < MAX_REWRITTEN:
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
            cursor.execute("VACUUM")
        cursor.close()
    finally:
        raw.close()


def _upgrade(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    known = {revision.revision for revision in script.walk_revisions()}
    with _migrating, engine.execution_options(writes=True).begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise DatabaseTooNew(
                f"the database {engine.url.render_as_string()} has schema {current!r}, which this version does not know "
                f"(it knows up to {script.get_current_head()!r}): a newer Nashboard made it. Use that one, or another --dir.",
                schema=current,
            )
        if current != script.get_current_head():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
