"""Deleted runs: gone at once, their points bit by bit, while others go on."""

from __future__ import annotations

import sqlite3
import time
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


def age(service: Service, run: str, **days: float) -> None:
    """Moves times of a run into the past, while the service is down."""
    with closing(sqlite3.connect(service.folder / "nashboard.db")) as database, database:
        for column, some in days.items():
            database.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (time.time() - some * 86_400, run))


def test_the_trash_empties_itself_of_what_is_old(start_service: Any) -> None:
    service: Service = start_service()
    for run in ("old", "young", "active", "training"):
        fill(service, run, 10)
    for run in ("old", "young", "training"):
        service.http.patch(f"/runs/{run}", json={"trashed": True})
    assert service.get("/projects")["trash_days"] == 30
    service.stop()
    each = rows(service)["points"] / 4
    age(service, "old", trashed_at=31, heartbeat_at=40)
    age(service, "young", trashed_at=29, heartbeat_at=40)
    age(service, "active", heartbeat_at=400)
    age(service, "training", trashed_at=31, heartbeat_at=1)
    service.start()
    until(lambda: service.http.get("/runs/old").status_code == 404)
    until(lambda: rows(service)["points"] == 3 * each)
    assert sorted(run["id"] for run in service.get("/runs", view="all")["runs"]) == ["active", "training", "young"]


def test_the_trash_is_looked_into_while_the_service_runs(start_service: Any) -> None:
    service: Service = start_service(trash_days=2e-5)  # less than two seconds
    for run in ("gone", "kept"):
        fill(service, run, 10)
    service.http.patch("/runs/gone", json={"trashed": True})
    until(lambda: service.http.get("/runs/gone").status_code == 404)
    assert service.http.get("/runs/kept").status_code == 200


def test_the_trash_keeps_all_when_it_is_told_to(start_service: Any) -> None:
    service: Service = start_service(trash_days=0)
    fill(service, "old", 10)
    service.http.patch("/runs/old", json={"trashed": True})
    service.stop()
    age(service, "old", trashed_at=4000, heartbeat_at=4000)
    service.start()
    fill(service, "new", 10)  # the writer has done what was asked of it at the start
    assert service.get("/projects")["trash_days"] == 0
    assert service.http.get("/runs/old").status_code == 200
