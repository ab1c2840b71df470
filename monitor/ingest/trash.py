"""Points of deleted runs go bit by bit: millions in one transaction would keep the writer from everybody else for seconds."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from monitor.storage.tables import points, rollups, series, trash

ROWS = 5_000  # points that one transaction removes: some ten milliseconds


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
