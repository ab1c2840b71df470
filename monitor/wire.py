"""What travels: one schema for the SDK's journal, the service and the dashboard.

A journal record *is* a wire record: the shipper sends the journal's msgpack bytes as they are.
Records are arrays with a one-letter tag in front, so eight scalars of one step cost about 250 bytes,
most of them the names. In JSON (curl, other languages) a record is the same array:
`["s", 12, 1790000000.5, {"loss/generator": 0.7}]`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from monitor.wire_layers import Filters, Histograms, LayersInfo
from monitor.wire_types import MAX_STEP as MAX_STEP
from monitor.wire_types import Label, LabelName, SenderId, Size
from monitor.wire_types import Name as Name
from monitor.wire_types import RunId as RunId
from monitor.wire_types import Step as Step

TIME_SERIES = "system/time"  # wall time of each step: the service makes it from `Scalars.time`
EXTRACTOR = "^([A-Za-z0-9][A-Za-z0-9_.-]{0,99})?$"


class Scalars(Struct, frozen=True, array_like=True, tag="s", gc=False):
    """Some of one step's values. Records of one step logged in pieces are joined by (series, step).

    Attributes:
        step: 0 ... 2^53 - 1.
        time: seconds since the epoch by the sender's clock.
        values: series name → value; NaN and ±Inf are values like any other.
    """

    step: Step
    time: float
    values: dict[Name, float]


class Samples(Struct, frozen=True, array_like=True, tag="m"):
    """A sample grid, encoded as an image, and the batch that it was made from.

    Attributes:
        name: which grid of the run ("samples" if the user named none).
        kind: "fixed" (same noise each time), "random", "reference" (real data), or "interpolation" (strips through latent space).
        image: the encoded grid (WebP; PNG where Pillow lacks WebP).
        rows, columns, count: the grid's tiles, and how many of them are filled.
        tile_height, tile_width: pixels of one tile, without the margin.
        value_range: how the values were read: "[-1, 1]", "[0, 1]" or "[0, 255]".
        inferred: True when `value_range` was inferred from the values and not declared.
        batch: raw C-order bytes of the batch (empty when not kept), `batch_dtype` "uint8" or "float32",
            `batch_shape` (N, D) or (N, C, H, W).
        labels: the class of each row of `batch`, (N,); empty: unknown. label_names: of class 0, 1, …; empty: their numbers.
    """

    step: Step
    time: float
    name: Name
    kind: Literal["fixed", "random", "reference", "interpolation"]
    image: bytes
    rows: Size
    columns: Size
    count: Size
    tile_height: Size
    tile_width: Size
    value_range: str
    inferred: bool
    batch: bytes = b""
    batch_dtype: str = "uint8"
    batch_shape: tuple[Size, ...] = ()
    labels: list[Label] = []
    label_names: list[LabelName] = []


class Field(Struct, frozen=True, array_like=True, tag="d"):
    """What a function of the plane (the discriminator) gives on a regular grid of points.

    Attributes:
        bounds: x0, x1, y0, y1: the first and last column's x, the first and last row's y.
        values: raw C-order bytes of (rows, columns) little-endian float32; row 0 lies at y0. NaN and ±Inf are values too.
    """

    step: Step
    time: float
    name: Name
    bounds: tuple[float, float, float, float]
    rows: Annotated[int, Meta(ge=2, le=256)]
    columns: Annotated[int, Meta(ge=2, le=256)]
    values: bytes


class Event(Struct, frozen=True, array_like=True, tag="e"):
    """Something that happened: a declared schedule change, a resume, a rewind, a message of the SDK.

    `kind` "rewind" makes the service drop all points and samples after `step`.
    `kind` "config" merges `data` into the run's config.
    """

    step: Step | None
    time: float
    kind: Name
    data: dict[str, Any] = {}


class Finish(Struct, frozen=True, array_like=True, tag="f"):
    """The end of a run."""

    time: float
    state: Literal["finished", "crashed"]
    reason: str = ""


Record = Scalars | Samples | Field | Histograms | Filters | Event | Finish


class Batch(Struct, frozen=True):
    """The body of `POST /runs/{id}/records`.

    A sender numbers its records 1, 2, 3, …; `records[i]` has the number `first_seq + i`. The service skips what it has
    (number ≤ its acknowledged number for this run and sender), so a batch may be sent again.
    Numbers may be left out (media that a full journal gave up). An empty batch is a heartbeat.

    Attributes:
        refused: how many records the sender has had to refuse so far (full disk, full journal).
    """

    sender: SenderId
    first_seq: Annotated[int, Meta(ge=1, le=MAX_STEP)]
    records: list[Record]
    refused: Annotated[int, Meta(ge=0, le=MAX_STEP)] = 0


class Evidence(Struct, frozen=True):
    """One thing that was seen.

    Attributes:
        signal: whose curve shows it. says: the same in words, with its numbers.
        value: what was seen. threshold: what it was held against, in the same units.
        first_step, last_step: where to look.
    """

    signal: str
    says: str
    value: float
    threshold: float
    first_step: int
    last_step: int


class Advice(Struct, frozen=True):
    """One thing to try.

    Attributes:
        name: the remedy. why: what it does about this failure. paper: where it comes from.
        flag: of `nashboard train`. code: two or three lines of PyTorch.
    """

    name: str
    why: str
    paper: str
    flag: str
    code: str


class Alert(Struct, frozen=True):
    """What a training is told of an alert of its own.

    `id` and `updated_at` tell what was told before; the rest is as in `AlertInfo`.
    """

    id: int
    updated_at: float
    kind: str
    severity: str
    state: str
    onset_step: int
    step: int
    summary: str
    consequence_of: str = ""


class AlertInfo(Alert, frozen=True):
    """A failure of a run, from its beginning to its end; at most one of a kind is open.

    Attributes:
        kind, variant: what it is; see docs/detection.md. severity: "info", "warning" or "critical".
        state: "open", "acknowledged" (somebody has seen it), "snoozed" (until `snoozed_until`) or "resolved".
        onset_step: when the failure began. step: when it was told. resolved_step: when it was over; None: by hand, or not yet.
        summary: one sentence. evidence: what it rests on, the strongest first. advice: what to try, the cheapest first.
        consequence_of: the kind of an open alert that explains this one, or "".
        confidence: 0 … 1. created_at, updated_at, resolved_at, snoozed_until: seconds since the epoch.
    """

    run: str = ""
    variant: str = ""
    confidence: float = 0.0
    evidence: list[Evidence] = []
    advice: list[Advice] = []
    created_at: float = 0.0
    resolved_step: int | None = None
    resolved_at: float | None = None
    snoozed_until: float | None = None


class Ack(Struct, frozen=True):
    """The answer to a batch: all of the sender's records up to `acked` are on disk.

    Attributes:
        alerts: the run's alerts that are open, or were resolved lately.
    """

    acked: int
    alerts: list[Alert] = []


class RunInfo(Struct, frozen=True, omit_defaults=True):
    """The body of `POST /runs`: declares a run. Declaring it again with the same id changes nothing but liveness.

    Attributes:
        config: nested JSON-compatible values.
        signals: what the user's own names mean: {"loss/discriminator": "my_name"}.
        total_steps: how many steps the run means to take, for progress and time left.
        environment: host, pid, python, package versions, command line, git commit.
        extractor: what turns samples into features, by name; "": what the service has for all.
    """

    id: RunId
    project: Name = "default"
    name: Annotated[str, Meta(max_length=200)] = ""
    group: Annotated[str, Meta(max_length=200)] = ""
    tags: list[Annotated[str, Meta(max_length=100)]] = []
    config: dict[str, Any] = {}
    signals: dict[str, str] = {}
    total_steps: Annotated[int, Meta(ge=1, le=MAX_STEP)] | None = None
    started_at: float = 0.0
    environment: dict[str, Any] = {}
    extractor: Annotated[str, Meta(pattern=EXTRACTOR)] = ""


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

    `projections` are the steps with a new map; the reference's own map has the step -1.
    """

    points: dict[str, Columns] = {}
    samples: list[SampleInfo] = []
    events: list[dict[str, Any]] = []
    rewound_to: int | None = None
    projections: list[int] = []
    alerts: list[AlertInfo] = []
    fields: list[FieldInfo] = []
    layers: list[LayersInfo] = []


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
