"""The tables. docs/storage.md says what every column means; a change here needs a migration."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

metadata = MetaData()


def _run_id() -> Column[str]:
    return Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False)


def _series_id() -> Column[int]:
    # No foreign key: checking it costs a tenth of an insert, and points outlive their series for a while (see `trash`).
    return Column("series_id", Integer, primary_key=True, autoincrement=False)


runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("group", String(200), nullable=False),
    Column("tags", JSON, nullable=False),
    Column("notes", Text, nullable=False),
    Column("config", JSON, nullable=False),
    Column("signals", JSON, nullable=False),
    Column("environment", JSON, nullable=False),
    Column("total_steps", BigInteger),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("heartbeat_at", Float, nullable=False),
    Column("told_duration", Float),
    Column("last_step", BigInteger),
    Column("points", BigInteger, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("archived_at", Float),
    Column("trashed_at", Float),
    Column("health", SmallInteger, nullable=False, server_default="0"),
    Column("trouble", String(64), nullable=False, server_default=""),
    Column("trouble_says", Text, nullable=False, server_default=""),
    Column("extractor", String(100), nullable=False, server_default="pooled-pixels"),
    Column("thinned", Integer, nullable=False, server_default="0"),
    Index("ix_runs_created_at", "created_at"),
    # All that lists sort and filter by: they never read past a config of many kilobytes.
    Index(
        "ix_runs_list",
        "trashed_at",
        "archived_at",
        "created_at",
        "id",
        "project",
        "group",
        "name",
        "state",
        "started_at",
        "finished_at",
        "heartbeat_at",
        "told_duration",
        "last_step",
        "total_steps",
        "points",
        "samples",
        "health",
        "trouble",
    ),
)

run_facts = Table(
    "run_facts",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("number", Float),
    Index("ix_run_facts_run_id", "run_id"),
    sqlite_with_rowid=False,
)

senders = Table(
    "senders",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("sender", String(64), primary_key=True),
    Column("acked", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
)

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_id(),
    Column("name", String(200), nullable=False),
    Column("signal", String(200)),
    Column("count", BigInteger, nullable=False),
    Column("nan_count", BigInteger, nullable=False),
    Column("inf_count", BigInteger, nullable=False),
    Column("first_step", BigInteger, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("last", Float),
    Column("min", Float),
    Column("max", Float),
    UniqueConstraint("run_id", "name", name="uq_series_run_name"),
    Index("ix_series_signal", "signal", "run_id"),
    Index("ix_series_name", "name", "run_id"),
    sqlite_autoincrement=True,  # an id in `trash` is never given again
)

trash = Table("trash", metadata, _series_id())

points = Table(
    "points",
    metadata,
    _series_id(),
    Column("step", BigInteger, primary_key=True),
    Column("value", Float),
    sqlite_with_rowid=False,
)

rollups = Table(
    "rollups",
    metadata,
    _series_id(),
    Column("level", SmallInteger, primary_key=True),
    Column("bucket", BigInteger, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("sum", Float),
    Column("min", Float),
    Column("max", Float),
    Column("last_step", BigInteger),
    Column("last", Float),
    Column("nan", BigInteger, nullable=False),
    Column("pos_inf", BigInteger, nullable=False),
    Column("neg_inf", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

samples = Table(
    "samples",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_id(),
    Column("step", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("time", Float, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("tile_height", Integer, nullable=False),
    Column("tile_width", Integer, nullable=False),
    Column("value_range", String(32), nullable=False),
    Column("inferred", Integer, nullable=False),
    Column("image", String(64), ForeignKey("blobs.hash"), nullable=False),
    Column("batch", String(64), ForeignKey("blobs.hash")),
    Column("batch_dtype", String(16), nullable=False),
    Column("batch_shape", JSON, nullable=False),
    Column("labels", JSON),
    Column("label_names", JSON),
    Column("features", String(64)),
    Column("extractor", String(100)),
    UniqueConstraint("run_id", "name", "kind", "step", name="uq_samples_run_name_kind_step"),
    Index("ix_samples_image", "image"),
    Index("ix_samples_batch", "batch"),
    Index("ix_samples_features", "features"),
)

fields = Table(
    "fields",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("step", BigInteger, primary_key=True, autoincrement=False),
    Column("time", Float, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("bounds", JSON, nullable=False),
    Column("low", Float),
    Column("high", Float),
    Column("blob", String(64), ForeignKey("blobs.hash"), nullable=False),
    Index("ix_fields_blob", "blob"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("media_type", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created_at", Float, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_id(),
    Column("kind", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("onset_step", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("resolved_step", BigInteger),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("resolved_at", Float),
    Column("snoozed_until", Float),
    Column("data", JSON, nullable=False),
    UniqueConstraint("run_id", "kind", "step", name="uq_alerts_run_kind_step"),
    Index("ix_alerts_state", "state"),
    sqlite_autoincrement=True,  # a training that was told of an alert must not take another for it
)

doctors = Table(
    "doctors",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("state", LargeBinary, nullable=False),
    Column("updated_at", Float, nullable=False),
)


def _named(name: str, *further: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(100), nullable=False, unique=True),
        Column("data", JSON, nullable=False),
        *further,
        Column("created_at", Float, nullable=False),
        Column("version", Float, nullable=False),
        sqlite_autoincrement=True,
    )


rules = _named("rules")

rule_memory = Table(
    "rule_memory",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("state", LargeBinary, nullable=False),
    Column("updated_at", Float, nullable=False),
)

channels = _named("channels", Column("secrets", JSON, nullable=False))

routes = _named("routes")

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", Integer, ForeignKey("channels.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(100), nullable=False),
    Column("event", String(16), nullable=False),
    Column("alert_id", Integer),
    Column("run_id", String(64)),
    Column("kind", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("title", String(300), nullable=False),
    Column("state", String(16), nullable=False),
    Column("digest", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("done_at", Float),
    UniqueConstraint("channel_id", "key", name="uq_deliveries_channel_key"),
    Index("ix_deliveries_state", "state"),
    Index("ix_deliveries_alert_id", "alert_id"),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_id(),
    Column("step", BigInteger),
    Column("time", Float, nullable=False),
    Column("kind", String(200), nullable=False),
    Column("data", JSON, nullable=False),
    Index("ix_events_run_id", "run_id"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    _run_id(),
    Column("kind", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("lease", String(32)),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    UniqueConstraint("run_id", "kind", "name", "step", name="uq_jobs_run_kind_name_step"),
    Index("ix_jobs_state", "state"),
)

job_memory = Table(
    "job_memory",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("memory", LargeBinary, nullable=False),
)

layers = Table(
    "layers",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("network", String(200), primary_key=True),
    Column("layer", String(200), primary_key=True),
    Column("step", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, nullable=False),
    Column("time", Float, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

joint_maps = Table(
    "joint_maps",
    metadata,
    Column("id", String(32), primary_key=True),
    _run_id(),
    Column("runs", JSON, nullable=False),
    Column("method", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("parts", JSON, nullable=False),
    Column("columns", LargeBinary),
    Column("created_at", Float, nullable=False),
    Index("ix_joint_maps_digest", "digest"),
)

projections = Table(
    "projections",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("step", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("columns", LargeBinary, nullable=False),
    Column("laid_out", Boolean, nullable=False, server_default=true()),
)
