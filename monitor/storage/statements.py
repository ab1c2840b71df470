"""The writer's statements: made by SQLAlchemy Core, compiled once, run with plain tuples (twice as fast as with dicts)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, case, func
from sqlalchemy.dialects import postgresql, sqlite

from monitor.storage.tables import points, rollups

ROLLUP_COLUMNS = tuple(rollups.c.keys())


class Statements:
    """Compiled for one database. `run` takes rows as tuples in the order of the table's columns."""

    def __init__(self, engine: Engine) -> None:
        insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[engine.dialect.name]
        self._dialect = engine.dialect
        self.add_points = self._compile(insert(points))
        replace: Any = insert(points)
        self.put_points = self._compile(
            replace.on_conflict_do_update(
                index_elements=[points.c.series_id, points.c.step], set_={"value": replace.excluded.value}
            )
        )
        upsert: Any = insert(rollups)
        new, old = upsert.excluded, rollups.c
        sums = {name: old[name] + new[name] for name in ("count", "sum", "nan", "pos_inf", "neg_inf")}
        self.add_rollups = self._compile(
            upsert.on_conflict_do_update(
                index_elements=[old.series_id, old.level, old.bucket],
                set_=sums
                | {
                    "min": case((old.min.is_(None) | (new.min < old.min), new.min), else_=old.min),
                    "max": case((old.max.is_(None) | (new.max > old.max), new.max), else_=old.max),
                    "last_step": func.coalesce(new.last_step, old.last_step),
                    "last": case((new.last_step.is_not(None), new.last), else_=old.last),
                },
            )
        )

    def _compile(self, statement: Any) -> tuple[str, tuple[int, ...]]:
        compiled = statement.compile(dialect=self._dialect, column_keys=list(statement.table.c.keys()))
        order = compiled.positiontup or []
        return str(compiled), tuple(statement.table.c.keys().index(name) for name in order)

    def run(self, connection: Connection, statement: tuple[str, tuple[int, ...]], rows: list[tuple[Any, ...]]) -> None:
        """Runs a compiled statement for all rows."""
        if rows:
            connection.exec_driver_sql(statement[0], rows)
