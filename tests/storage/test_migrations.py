"""A database of the first schemas, with data in it, brought up to date."""

from __future__ import annotations

import json
from pathlib import Path

from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import Engine, text

from monitor.settings import ServiceSettings
from monitor.storage.database import MIGRATIONS, migrate, open_engine, url_of
from monitor.storage.lists import Wanted, list_runs
from monitor.storage.runs import run_detail
from monitor.storage.series import Stretch, find, read

STEPS, NAN = 24, 20
TOLD = """
INSERT INTO runs (id, project, name, "group", tags, notes, config, signals, environment, state, reason, created_at, started_at,
                  finished_at, heartbeat_at, last_step, points, samples)
VALUES ('old', 'faces', 'the first', 'seeds', '["baseline"]', 'kept from the start', :config, '{}', '{}', 'finished', '', 10, 10,
        70, 70, :last, :points, 0);
INSERT INTO series (id, run_id, name, signal, count, nan_count, inf_count, first_step, last_step, last, min, max)
VALUES (7, 'old', 'g_loss', 'loss/generator', :points, 1, 0, 0, :last, 2.3, 0, 2.3);
INSERT INTO alerts (id, run_id, kind, severity, state, onset_step, step, created_at, updated_at, data)
VALUES (3, 'old', 'mode_collapse', 'critical', 'open', 9, 12, 50, 50, '{"consequence_of": null, "says": "2 of 10 classes left"}');
"""


def filled(engine: Engine) -> None:
    """A run with a NaN, its rollups and an open alert, in the tables of schema 3."""
    values = [None if step == NAN else step / 10 for step in range(STEPS)]
    told = {"config": json.dumps({"loss": "hinge", "seed": 3}), "last": STEPS - 1, "points": STEPS}
    with engine.execution_options(writes=True).begin() as connection:
        for statement in TOLD.split(";\n")[:-1]:
            connection.execute(text(statement), {key: value for key, value in told.items() if f":{key}" in statement})
        for step, value in enumerate(values):
            connection.execute(text("INSERT INTO points VALUES (7, :step, :value)"), {"step": step, "value": value})
        for bucket in range(STEPS // 8):
            some = [(step, values[step]) for step in range(8 * bucket, 8 * bucket + 8)]
            finite = [(step, value) for step, value in some if value is not None]
            row = (
                7, 1, bucket, len(finite), sum(value for _, value in finite), finite[0][1], finite[-1][1], *finite[-1],
                8 - len(finite), 0, 0,
            )  # fmt: skip
            names = [f"c{at}" for at in range(len(row))]
            statement = f"INSERT INTO rollups VALUES ({', '.join(f':{name}' for name in names)})"
            connection.execute(text(statement), dict(zip(names, row, strict=True)))


def test_a_database_of_the_third_schema_keeps_all_it_has(tmp_path: Path) -> None:
    engine = open_engine(url_of(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, "0003")
    filled(engine)
    migrate(engine)
    settings = ServiceSettings()
    with engine.connect() as connection:
        run = run_detail(connection, settings, "old")
        assert (run.notes, run.tags, run.config["seed"], run.loss) == ("kept from the start", ["baseline"], 3, "hinge")
        assert (run.health, run.trouble, run.archived, run.trashed) == ("critical", "mode_collapse", False, False)
        for asked in ("loss:hinge", "tag:baseline", "config.seed<4", "health:critical", 'notes:"kept*"'):
            found, total = list_runs(connection, settings, Wanted(asked))
            assert ([one.id for one in found], total) == (["old"], 1), asked
        (series,) = find(connection, ["old"], ["loss/generator"])
        exact = read(connection, series, Stretch())
        assert exact.last == [None if step == NAN else step / 10 for step in range(STEPS)]
        assert exact.nonfinite.step == [NAN]
        coarse = read(connection, series, Stretch(width=3))
        assert (coarse.bucket, coarse.max, coarse.nonfinite.nan) == (8, [0.7, 1.5, 2.3], [1])
    engine.dispose()
