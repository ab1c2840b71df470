"""What the OpenAPI page tells of bodies and answers: the JSON schemas of the wire's own types."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from msgspec import Struct

from monitor import wire
from monitor.api.alerts import AllAlerts, Snooze
from monitor.api.channels import ChannelInfo, ChannelList
from monitor.api.deliveries import DeliveryList
from monitor.api.joint import Asked, AskedOfRuns, JointMap, JointMaps
from monitor.api.lists import Bulk, Done
from monitor.api.login import Entered, Login
from monitor.api.routes import RouteInfo, RouteList
from monitor.api.rules import Preview, Previewed, RuleInfo, RuleList
from monitor.api.runs import Patch
from monitor.notify.channels import Channel
from monitor.notify.routes import Route
from monitor.rules import Rule
from monitor.storage.deliveries import DeliveryInfo
from monitor.wire import Ack, AlertInfo, Batch, Columns, FieldInfo, Live, RunDetail, RunInfo, RunSummary, SampleInfo


class Failure(Struct):
    """What went wrong: a stable name, a sentence that names the bad value and what is allowed, and further facts."""

    code: str
    message: str
    detail: dict[str, Any]


class Error(Struct):
    """The one shape of every error."""

    error: Failure


class Declared(Struct):
    """The answer to a declaration: what the service has of each sender, and the path of the run's page."""

    id: str
    acked: dict[str, int]
    url: str


class Runs(Struct):
    """A page of runs, and how many there are in all."""

    runs: list[RunSummary]
    total: int


class SeriesOfRun(Struct):
    """Series by the name that was asked for, and where the live cursor stood before they were read."""

    run: str
    cursor: str
    series: dict[str, Columns]


class SeriesOfRuns(Struct):
    """One series of many runs, by run."""

    name: str
    cursor: str
    series: dict[str, Columns]


class SampleList(Struct):
    """Grids by step. `thinned`: steps whose grids were removed since the run had more than its budget."""

    samples: list[SampleInfo]
    thinned: int


class SamplesOfRuns(Struct):
    """Grids by step, by run."""

    samples: dict[str, list[SampleInfo]]


class Points(Struct):
    """A batch of points of the plane; null: not finite."""

    x: list[float | None]
    y: list[float | None]


class Labels(Struct):
    """The class of each row of a batch, and the names of the classes; empty when none were told."""

    labels: list[int]
    names: list[str]


class FieldList(Struct):
    """Fields by step, and where the live cursor stood before they were read."""

    run: str
    cursor: str
    fields: list[FieldInfo]


class FieldValues(FieldInfo, frozen=True):
    """A field with its values, row by row from y0 upwards; null: not finite."""

    run: str
    values: list[list[float | None]]


class LayersOfNetwork(Struct):
    """A network's layers in order of depth, and the steps that something is known of."""

    network: str
    layers: list[str]
    steps: list[int]


class HistogramFrame(Struct):
    """A histogram of one step; see `Histogram`."""

    step: int
    low: float
    high: float
    counts: list[int]
    below: int
    above: int
    nonfinite: int
    min: float
    max: float
    size: int


class HistogramAnswer(Struct, omit_defaults=True):
    """Without a layer: `networks`. Of a layer: histograms by step, and where the live cursor stood before they were read."""

    run: str
    cursor: str
    networks: list[LayersOfNetwork] = []
    network: str = ""
    layer: str = ""
    weights: list[HistogramFrame] = []
    gradients: list[HistogramFrame] = []


class FilterAnswer(Struct, omit_defaults=True):
    """Without a network: `networks`. Of a network: its filters; pixels from -127 (-scale) to 127, -128: not finite."""

    run: str
    cursor: str
    networks: list[LayersOfNetwork] = []
    network: str = ""
    layer: str = ""
    step: int = 0
    time: float = 0.0
    count: int = 0
    channels: int = 0
    height: int = 0
    width: int = 0
    scales: list[float | None] = []
    pixels: list[int] = []


class Frame(Struct):
    """A map that there is."""

    step: int
    name: str
    count: int
    laid_out: bool


class JobState(Struct):
    """What became of a job; `step` -1: the reference."""

    kind: str
    name: str
    step: int
    state: str
    attempts: int
    error: str
    created_at: float
    started_at: float | None
    finished_at: float | None


class Projections(Struct):
    """The maps of a run, and the jobs that make them. `reference`: points of its own map, 0: none yet; `laid_out`: it has
    t-SNE places."""

    run: str
    method: str
    cursor: str
    reference: int
    laid_out: bool
    frames: list[Frame]
    jobs: list[JobState]


class Map(Struct):
    """One map, column by column; null, or -1 where numbers are whole: a sample that is not finite."""

    name: str
    step: int
    method: str
    x: list[float | None]
    y: list[float | None]
    cluster: list[int]
    distance: list[float | None]
    row: list[int] | msgspec.UnsetType = msgspec.UNSET
    nearest: list[int] | msgspec.UnsetType = msgspec.UNSET


class NeighbourList(Struct):
    """The real samples nearest to a point of a map: rows of the logged reference, nearest first, and their distances."""

    run: str
    step: int
    name: str
    point: int
    rows: list[int]
    distances: list[float]


class AlertList(Struct):
    """Alerts, those changed last first; of a run also the kinds that can't be told, and the signals that would be needed."""

    alerts: list[AlertInfo]
    lacks: dict[str, list[str]] = {}


class StoredEvent(Struct):
    """Something that happened in a run."""

    step: int | None
    time: float
    kind: str
    data: dict[str, Any]


class EventList(Struct):
    """Events in the order of their arrival."""

    events: list[StoredEvent]


BODIES: dict[tuple[str, str], type[Struct]] = {
    ("post", "/runs"): RunInfo,
    ("post", "/runs/{run_id}/records"): Batch,
    ("patch", "/runs/{run_id}"): Patch,
    ("post", "/runs/bulk"): Bulk,
    ("post", "/login"): Login,
    ("post", "/runs/{run_id}/projections/joint"): Asked,
    ("post", "/projections/joint"): AskedOfRuns,
    ("post", "/alerts/{alert_id}/{action}"): Snooze,
    ("post", "/rules"): Rule,
    ("put", "/rules/{rule_id}"): Rule,
    ("post", "/rules/preview"): Preview,
    ("post", "/channels"): Channel,
    ("put", "/channels/{channel_id}"): Channel,
    ("post", "/routes"): Route,
    ("put", "/routes/{route_id}"): Route,
}
ANSWERS: dict[tuple[str, str], type[Struct]] = {
    ("post", "/runs"): Declared,
    ("get", "/runs"): Runs,
    ("post", "/runs/{run_id}/records"): Ack,
    ("get", "/runs/{run_id}"): RunDetail,
    ("patch", "/runs/{run_id}"): RunDetail,
    ("post", "/runs/bulk"): Done,
    ("get", "/runs/{run_id}/events"): EventList,
    ("get", "/runs/{run_id}/series"): SeriesOfRun,
    ("get", "/series"): SeriesOfRuns,
    ("get", "/samples"): SamplesOfRuns,
    ("get", "/runs/{run_id}/samples"): SampleList,
    ("get", "/runs/{run_id}/samples/{step}"): SampleList,
    ("get", "/runs/{run_id}/samples/{step}/points"): Points,
    ("get", "/runs/{run_id}/samples/reference/points"): Points,
    ("get", "/runs/{run_id}/samples/{step}/labels"): Labels,
    ("get", "/runs/{run_id}/samples/reference/labels"): Labels,
    ("get", "/runs/{run_id}/fields"): FieldList,
    ("get", "/runs/{run_id}/fields/{step}"): FieldValues,
    ("get", "/runs/{run_id}/histograms"): HistogramAnswer,
    ("get", "/runs/{run_id}/filters"): FilterAnswer,
    ("get", "/runs/{run_id}/projections"): Projections,
    ("get", "/runs/{run_id}/projections/reference"): Map,
    ("get", "/runs/{run_id}/projections/{step}"): Map,
    ("get", "/runs/{run_id}/projections/{step}/neighbours"): NeighbourList,
    ("post", "/runs/{run_id}/projections/joint"): JointMap,
    ("post", "/projections/joint"): JointMap,
    ("get", "/projections/joint"): JointMaps,
    ("get", "/projections/joint/{map_id}"): JointMap,
    ("get", "/alerts"): AllAlerts,
    ("get", "/runs/{run_id}/alerts"): AlertList,
    ("post", "/alerts/{alert_id}/{action}"): AlertInfo,
    ("get", "/rules"): RuleList,
    ("post", "/rules"): RuleInfo,
    ("get", "/rules/{rule_id}"): RuleInfo,
    ("put", "/rules/{rule_id}"): RuleInfo,
    ("post", "/rules/preview"): Previewed,
    ("get", "/channels"): ChannelList,
    ("post", "/channels"): ChannelInfo,
    ("put", "/channels/{channel_id}"): ChannelInfo,
    ("post", "/channels/{channel_id}/test"): DeliveryInfo,
    ("get", "/routes"): RouteList,
    ("post", "/routes"): RouteInfo,
    ("put", "/routes/{route_id}"): RouteInfo,
    ("get", "/deliveries"): DeliveryList,
    ("post", "/deliveries/{delivery_id}/retry"): DeliveryInfo,
    ("get", "/live"): Live,
    ("post", "/login"): Entered,
}
REF = "#/components/schemas/{name}"


def describe(api: FastAPI) -> None:
    """Makes `api.openapi()` tell bodies, answers and errors."""
    made = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            _complete(made())
        return made()

    api.openapi = openapi  # type: ignore[method-assign]


def _complete(schema: dict[str, Any]) -> None:
    types = list(dict.fromkeys([*BODIES.values(), *ANSWERS.values(), Error]))
    references, components = msgspec.json.schema_components(types, ref_template=REF)
    reference = dict(zip(types, references, strict=True))
    schema.setdefault("components", {}).setdefault("schemas", {}).update(components)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            key = (method, path)
            if key in BODIES:
                content = {"application/json": {"schema": reference[BODIES[key]]}}
                if BODIES[key].__module__ == wire.__name__:
                    content["application/msgpack"] = content["application/json"]
                operation["requestBody"] = {"required": True, "content": content}
            if key in ANSWERS:
                good = next(code for code in ("200", "201", "202") if code in operation["responses"])
                operation["responses"][good]["content"] = {"application/json": {"schema": reference[ANSWERS[key]]}}
            operation["responses"].pop("422", None)
            error = {"application/json": {"schema": reference[Error]}}
            operation["responses"]["default"] = {"description": "An error", "content": error}
