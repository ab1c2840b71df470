"""Opening, migrating and refusing databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from monitor.errors import DatabaseTooNew, DatabaseUnusable, FolderInUse
from monitor.storage.blobs import Blobs
from monitor.storage.database import migrate, open_engine, url_of
from monitor.storage.lock import FolderLock
from monitor.storage.tables import metadata


def test_migrations_make_the_tables_as_declared(tmp_path: Path) -> None:
    engine = open_engine(url_of(tmp_path))
    migrate(engine)
    migrate(engine)  # again: nothing to do
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        indexes = {i["name"] for table in metadata.tables for i in inspect(connection).get_indexes(table)}
    assert indexes >= {"ix_runs_created_at", "ix_samples_image", "ix_samples_batch", "ix_events_run_id"}
    engine.dispose()


def test_commits_are_durable_and_readers_do_not_block(tmp_path: Path) -> None:
    engine = open_engine(url_of(tmp_path))
    with engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}
    engine.dispose()


def test_newer_databases_are_refused(tmp_path: Path) -> None:
    engine = open_engine(url_of(tmp_path))
    migrate(engine)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match=r"'9999'.*newer"):
        migrate(engine)
    engine.dispose()


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nashboard.db").write_text("hello, I am text" * 100)
    engine = open_engine(url_of(tmp_path))
    with pytest.raises(DatabaseUnusable, match=r"nashboard\.db"):
        migrate(engine)
    engine.dispose()


def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with pytest.raises(FolderInUse, match=str(tmp_path)):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()


def test_blobs_are_kept_once_and_cleaned_up(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    digest, new = blobs.put(b"picture")
    assert (blobs.put(b"picture"), new) == ((digest, False), True)
    assert blobs.path(digest).read_bytes() == b"picture"
    (tmp_path / "blobs" / "unfinished" / "tmp1").write_bytes(b"half of it")
    blobs.clean()
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == [blobs.path(digest)]
    blobs.remove(digest)
    blobs.remove(digest)
