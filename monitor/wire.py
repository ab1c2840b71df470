"""What travels: one schema for the SDK's journal, the service and the dashboard.

A journal record *is* a wire record: the shipper sends the journal's msgpack bytes as they are.
Records are arrays with a one-letter tag in front, so eight scalars of one step cost about 250 bytes,
most of them the names. In JSON (curl, other languages) a record is the same array:
`["s", 12, 1790000000.5, {"loss/generator": 0.7}]`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from monitor.wire_alerts import Advice as Advice
from monitor.wire_alerts import Alert as Alert
from monitor.wire_alerts import AlertInfo as AlertInfo
from monitor.wire_alerts import Evidence as Evidence
from monitor.wire_answers import Columns as Columns
from monitor.wire_answers import FieldInfo as FieldInfo
from monitor.wire_answers import Live as Live
from monitor.wire_answers import LiveRun as LiveRun
from monitor.wire_answers import NonFinite as NonFinite
from monitor.wire_answers import RunDetail as RunDetail
from monitor.wire_answers import RunSummary as RunSummary
from monitor.wire_answers import SampleInfo as SampleInfo
from monitor.wire_answers import SeriesSummary as SeriesSummary
from monitor.wire_layers import Filters, Histograms
from monitor.wire_types import MAX_STEP as MAX_STEP
from monitor.wire_types import Label, LabelName, SenderId, Size
from monitor.wire_types import Name as Name
from monitor.wire_types import RunId as RunId
from monitor.wire_types import Step as Step

TIME_SERIES = "system/time"  # wall time of each step: the service makes it from `Scalars.time`
EXTRACTOR = "^([A-Za-z0-9][A-Za-z0-9_.-]{0,99})?$"
MODULE = "^(module:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}/[0-9a-f]{8}/[0-9]{1,4})?$"  # of features that come with batches


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
            `batch_shape` (N, D) or (N, C, H, W). Images are uint8; where some pixels are no numbers, float32 from 0 to 1.
        labels: the class of each row of `batch`, (N,); empty: unknown. label_names: of class 0, 1, …; empty: their numbers.
        features: raw C-order bytes of (N, D) little-endian float32 that `extractor`, a network of the user's, made of the rows
            of `batch`; empty: the service makes them itself. Its name is "module:NAME/HASH/D".
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
    features: bytes = b""
    extractor: Annotated[str, Meta(pattern=MODULE)] = ""


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
