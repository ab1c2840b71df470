"""Archive, trash and health of runs; what is looked for in their configs; indexes that lists go by."""

import json

import sqlalchemy as sa
from alembic import op

from monitor.storage.facts import of_config, of_notes, of_tags

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LISTED = (
    "trashed_at", "archived_at", "created_at", "id", "project", "group", "name", "state", "started_at", "finished_at",
    "heartbeat_at", "told_duration", "last_step", "total_steps", "points", "samples", "health", "trouble",
)  # fmt: skip


def upgrade() -> None:
    """Adds them, and fills them for the runs that are there."""
    op.add_column("runs", sa.Column("archived_at", sa.Float(), nullable=True))
    op.add_column("runs", sa.Column("trashed_at", sa.Float(), nullable=True))
    op.add_column("runs", sa.Column("health", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("trouble", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("trouble_says", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_runs_list", "runs", list(LISTED), unique=False)
    op.create_index("ix_series_signal", "series", ["signal", "run_id"], unique=False)
    op.create_index("ix_series_name", "series", ["name", "run_id"], unique=False)
    facts = op.create_table(
        "run_facts",
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", "run_id", "at"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_run_facts_run_id", "run_facts", ["run_id"], unique=False)
    _fill(op.get_bind(), facts)


def _fill(connection: sa.Connection, facts: sa.Table) -> None:
    runs = sa.table(
        "runs", *map(sa.column, ("id", "config", "tags", "notes", "points", "health", "trouble", "trouble_says"))
    )
    told = connection.execute(sa.select(runs.c.id, runs.c.config, runs.c.tags, runs.c.notes)).all()
    for run_id, config, tags, notes in told:
        config, tags = (json.loads(one) if isinstance(one, str) else one for one in (config, tags))
        rows = [
            {"run_id": run_id, "key": key, "at": at, "text": text, "number": number}
            for key, at, text, number in [*of_config(config), *of_tags(tags), *of_notes(notes)]
        ]
        if rows:
            connection.execute(sa.insert(facts), rows)
    connection.execute(sa.update(runs).where(runs.c.points > 0).values(health=1))
    _judge(connection, runs)


def _judge(connection: sa.Connection, runs: sa.TableClause) -> None:
    alerts = sa.table("alerts", *map(sa.column, ("run_id", "kind", "severity", "state", "onset_step", "data")))
    open_ones = sa.select(alerts).where(alerts.c.state != "resolved", alerts.c.severity != "info")
    worst: dict[str, tuple[tuple[int, int], str, str]] = {}
    for row in connection.execute(open_ones):
        data = json.loads(row.data) if isinstance(row.data, str) else row.data
        rank = (2 if row.severity == "warning" else 3, -row.onset_step)
        if not data.get("consequence_of") and rank > worst.get(row.run_id, ((0, 0), "", ""))[0]:
            worst[row.run_id] = (rank, row.kind, data.get("summary", ""))
    for run_id, (rank, kind, says) in worst.items():
        values = {"health": rank[0], "trouble": kind, "trouble_says": says}
        connection.execute(sa.update(runs).where(runs.c.id == run_id).values(**values))
