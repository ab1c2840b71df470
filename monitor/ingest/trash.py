"""Points of deleted runs go bit by bit: millions in one transaction would keep the writer from everybody else for seconds."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, insert, select

from monitor.storage.tables import points, rollups, series, trash

ROWS = 5_000  # points that one transaction removes: some ten milliseconds
PAGES = 500  # free pages that one transaction gives back
SPARE = 250  # free pages that stay for what comes next: a megabyte


def throw_away(connection: Connection, run_id: str) -> None:
    """Drops a run's series; their points and rollups stay until `empty` has come to them."""
    mine = select(series.c.id).where(series.c.run_id == run_id)
    connection.execute(insert(trash).from_select(["series_id"], mine))
    connection.execute(delete(series).where(series.c.run_id == run_id))


def empty(connection: Connection, rows: int = ROWS) -> bool:
    """Removes at most `rows` points; whether something is left."""
    key = connection.execute(select(trash.c.series_id).limit(1)).scalar()
    if key is None:
        return False
    mine = points.c.series_id == key
    steps = select(points.c.step).where(mine).order_by(points.c.step)
    edge = connection.execute(steps.offset(rows).limit(1)).scalar()
    if edge is not None:
        connection.execute(delete(points).where(mine, points.c.step < edge))
        return True
    connection.execute(delete(points).where(mine))
    connection.execute(delete(rollups).where(rollups.c.series_id == key))
    connection.execute(delete(trash).where(trash.c.series_id == key))
    return True


def shrink(connection: Connection, pages: int = PAGES) -> bool:
    """Gives at most `pages` free pages of SQLite's file back to the disk; whether some are left. PostgreSQL sees to itself."""
    if connection.dialect.name != "sqlite":
        return False

    def free() -> int:
        return int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())

    before = free()
    if before <= SPARE:
        return False
    cursor = connection.connection.cursor()
    for _ in range(min(pages, before - SPARE)):
        cursor.execute(
            "PRAGMA incremental_vacuum(1)"
        )  # Python's driver stops after one page, whatever number stands there
    return SPARE < free() < before


def settle(engine: Engine) -> None:
    """Brings what was given back from SQLite's log into its file, which then shrinks."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()  # outside of any transaction
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    finally:
        raw.close()
