"""What the service answers with: series by columns, grids, fields, runs, and what changed since a cursor."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from monitor.wire_alerts import AlertInfo
from monitor.wire_layers import LayersInfo


class NonFinite(Struct, frozen=True):
    """Where a series is not finite: how many NaN, +Inf and -Inf each listed step (or bucket) holds."""

    step: list[int] = []
    nan: list[int] = []
    pos_inf: list[int] = []
    neg_inf: list[int] = []


class Columns(Struct, frozen=True, omit_defaults=True):
    """A stretch of a series, column by column.

    Attributes:
        bucket: steps a row stands for, a power of two (so edges stay put while a run grows); 1: the points as logged.
        step: the first step of each bucket, or the logged steps.
        last: the last finite value of each row; null where there is none.
        min, max, mean, count: of the finite values of each bucket; left out when `bucket` is 1 (a point is all of them).
        nonfinite: rows that hold NaN or ±Inf, so that none is lost to drawing.
    """

    bucket: int
    step: list[int]
    last: list[float | None]
    min: list[float | None] = []
    max: list[float | None] = []
    mean: list[float | None] = []
    count: list[int] = []
    nonfinite: NonFinite = NonFinite()


class SeriesSummary(Struct, frozen=True):
    """What a list needs to know of a series without touching its points.

    `signal` is the standard name ("loss/generator") that `name` stands for, or None. `count` counts all points,
    `nan_count` the NaN and `inf_count` the ±Inf among them; min and max are of the finite ones.
    `last` is null when the last value is not finite.
    """

    name: str
    signal: str | None
    count: int
    nan_count: int
    inf_count: int
    first_step: int
    last_step: int
    last: float | None
    min: float | None
    max: float | None


class SampleInfo(Struct, frozen=True):
    """One stored grid; the image is at `url`, which never changes its content.

    Attributes:
        batch: hash of the batch behind the grid, "" when none was kept. shape: of that batch, (N, D) or (N, C, H, W).
    """

    step: int
    time: float
    name: str
    kind: str
    rows: int
    columns: int
    count: int
    tile_height: int
    tile_width: int
    value_range: str
    inferred: bool
    hash: str
    url: str
    bytes: int
    batch: str = ""
    shape: tuple[int, ...] = ()


class FieldInfo(Struct, frozen=True):
    """One stored field. `low`, `high`: the least and the greatest of its finite values; null when none is finite."""

    step: int
    time: float
    name: str
    rows: int
    columns: int
    bounds: list[float]
    low: float | None
    high: float | None


class RunSummary(Struct, frozen=True):
    """A run as lists show it.

    Attributes:
        state: "running", "stale" (no heartbeat for a while), "crashed" or "finished".
        duration: seconds from start to end, or to the last sign of life.
        last: the last value of the standard signals that lists show, e.g. {"loss/generator": 0.7}.
        refused: records that the sender could not take.
        loss: the loss family that the config declares, or "".
        health: "unknown" (no points yet), "healthy", "watch" or "critical", by the gravest open alert that is no consequence of
            another: `trouble` is its kind, `says` its sentence.
        archived, trashed: put aside, or thrown away; lists leave both out unless they are asked for.
    """

    id: str
    project: str
    name: str
    group: str
    tags: list[str]
    state: str
    created_at: float
    started_at: float
    finished_at: float | None
    heartbeat_at: float
    duration: float
    last_step: int | None
    total_steps: int | None
    last: dict[str, float | None]
    points: int
    samples: int
    refused: int
    notes: str = ""
    loss: str = ""
    health: str = "unknown"
    trouble: str = ""
    says: str = ""
    archived: bool = False
    trashed: bool = False


class RunDetail(RunSummary, frozen=True):
    """A run as its own page shows it."""

    config: dict[str, Any] = {}
    signals: dict[str, str] = {}
    environment: dict[str, Any] = {}
    extractor: str = ""
    thinned: int = 0
    reason: str = ""
    series: list[SeriesSummary] = []


class LiveRun(Struct, frozen=True, omit_defaults=True):
    """What changed in one run: points by series name (as logged, bucket 1), new grids, fields, layers, events, maps, alerts.

    `projections` are the steps with a new map; the reference's own map has the step -1. `jobs`: some were
    queued, begun or failed.
    """

    points: dict[str, Columns] = {}
    samples: list[SampleInfo] = []
    events: list[dict[str, Any]] = []
    rewound_to: int | None = None
    projections: list[int] = []
    alerts: list[AlertInfo] = []
    fields: list[FieldInfo] = []
    layers: list[LayersInfo] = []
    jobs: bool = False


class Live(Struct, frozen=True):
    """What changed since a cursor.

    Attributes:
        cursor: opaque; give it back to get what comes next.
        reset: True when the service can't tell what was missed (it was restarted, or the cursor is too old): fetch anew, then
            go on from `cursor`.
        runs: summaries of the runs that changed in any way.
        changes: run id → its new points, grids, events.
        alerts: of all runs: opened, made worse, changed by hand or resolved.
    """

    cursor: str
    reset: bool
    runs: list[RunSummary] = []
    changes: dict[str, LiveRun] = {}
    alerts: list[AlertInfo] = []
