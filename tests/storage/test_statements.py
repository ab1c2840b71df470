"""Rows written many at once are the rows written one by one."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from monitor.storage.database import migrate, open_engine, url_of
from monitor.storage.statements import MANY, Statements
from monitor.storage.tables import points, rollups, runs, series

COUNTS = (0, 1, MANY - 1, MANY, MANY + 1, 2 * MANY, 3 * MANY + 7)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Connection, Statements]]:
    engine = open_engine(url_of(tmp_path))
    migrate(engine)
    with engine.execution_options(writes=True).begin() as connection:
        run: dict[str, Any] = dict.fromkeys(("name", "group", "notes", "reason"), "") | dict.fromkeys(
            ("created_at", "started_at", "heartbeat_at", "points", "samples"), 0
        )
        run |= {"id": "run", "project": "p", "state": "running", "tags": [], "config": {}, "signals": {}}
        connection.execute(insert(runs).values(run | {"environment": {}}))
        counts = dict.fromkeys(("count", "nan_count", "inf_count", "first_step", "last_step"), 0)
        connection.execute(insert(series).values({"id": 7, "run_id": "run", "name": "a"} | counts))
        yield connection, Statements(engine)
    engine.dispose()


def stored(connection: Connection) -> dict[int, float | None]:
    return {row.step: row.value for row in connection.execute(select(points))}


@pytest.mark.parametrize("count", COUNTS)
def test_all_rows_are_written_whatever_their_number(opened: tuple[Connection, Statements], count: int) -> None:
    connection, statements = opened
    rows = [(7, step * 3, math.nan if step % 11 == 5 else step / 8) for step in range(count)]
    statements.run(connection, statements.add_points, rows)
    assert stored(connection) == {step: None if math.isnan(value) else value for _, step, value in rows}


@pytest.mark.parametrize("count", COUNTS)
def test_the_last_write_of_a_step_wins(opened: tuple[Connection, Statements], count: int) -> None:
    connection, statements = opened
    steps = random.Random(count).sample(range(2 * count), count)
    statements.run(connection, statements.add_points, [(7, step, -1.0) for step in range(2 * count)])
    statements.run(connection, statements.put_points, [(7, step, step / 4) for step in steps])
    assert stored(connection) == {step: step / 4 if step in steps else -1.0 for step in range(2 * count)}


@pytest.mark.parametrize("count", COUNTS)
def test_buckets_add_up(opened: tuple[Connection, Statements], count: int) -> None:
    connection, statements = opened
    for part in (1, 2, 3):  # 4 points a part: a mean of `bucket`, one NaN, two +Inf, three -Inf
        rows = [(7, 1, b, 4, 4.0 * b, b - part, b + part, b * 100 + part, part, 1, 2, 3) for b in range(count)]
        statements.run(connection, statements.add_rollups, rows)
    found = {row.bucket: row for row in connection.execute(select(rollups))}
    assert sorted(found) == list(range(count))
    for b, row in found.items():
        assert tuple(row) == (7, 1, b, 12, 12.0 * b, b - 3, b + 3, b * 100 + 3, 3, 3, 6, 9)
