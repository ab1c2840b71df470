"""Deleted runs: gone at once, their points bit by bit, while others go on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from monitor.ingest.trash import ROWS
from tests.support import Service, scalars, until


def rows(service: Service) -> dict[str, int]:
    """Rows of the tables that deleted runs leave something in."""
    with closing(sqlite3.connect(service.folder / "nashboard.db")) as database:
        return {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("points", "rollups", "series", "trash")
        }


def fill(service: Service, run: str, steps: int) -> None:
    service.declare(run)
    service.ship(*(scalars(step, a=step / 2, b=-1.0) for step in range(steps)), run=run)


def test_points_of_a_deleted_run_go_and_others_stay(start_service: Any) -> None:
    service: Service = start_service()
    fill(service, "kept", 50)
    before = rows(service)
    fill(service, "gone", 2 * ROWS + 7)
    assert service.http.delete("/runs/gone").status_code == 204
    assert service.http.get("/runs/gone").status_code == 404
    fill(service, "gone", 30)  # at once again, under the same id
    assert service.points("a", "gone") == {step: step / 2 for step in range(30)}
    until(lambda: rows(service)["trash"] == 0)
    assert service.points("a", "gone") == {step: step / 2 for step in range(30)}
    assert service.points("a", "kept") == {step: step / 2 for step in range(50)}
    service.http.delete("/runs/gone")
    until(lambda: rows(service) == before)


def test_what_a_kill_left_is_removed_after_the_next_start(start_service: Any, tmp_path: Path) -> None:
    service: Service = start_service()
    fill(service, "gone", 4 * ROWS)
    service.http.delete("/runs/gone")
    service.kill()
    service.start()
    until(lambda: not any(rows(service).values()))
