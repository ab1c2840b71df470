"""Histograms and filters of layers: one row a layer and step, thinned with age."""

from __future__ import annotations

import math
import time
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from monitor.errors import InvalidValue
from monitor.ingest.media import sane
from monitor.storage.tables import layers
from monitor.wire_layers import Filters, Histogram, Histograms, LayersInfo

MAX_FRAMES = 256  # steps that a network keeps of a kind


def add_layers(connection: Connection, run_id: str, record: Histograms | Filters) -> LayersInfo:
    """Keeps what a record tells, in the place of an earlier one of that step.

    Raises:
        InvalidValue: histograms whose bins are no numbers, or pixels that are not as many as the tiles need.
    """
    if isinstance(record, Filters):
        _check_pixels(record)
        kind, told = "filters", {record.layer: record}
    else:
        for layer, one in record.layers.items():
            _check_bins(layer, one)
        kind, told = record.kind, dict[str, Any](record.layers)
    mine = (layers.c.run_id == run_id) & (layers.c.kind == kind) & (layers.c.network == record.network)
    connection.execute(delete(layers).where(mine, layers.c.step == record.step))
    at = sane(record.time, time.time())
    rows = [
        {
            "run_id": run_id, "kind": kind, "network": record.network, "layer": layer, "step": record.step, "place": place,
            "time": at, "data": msgspec.msgpack.encode(one),
        }
        for place, (layer, one) in enumerate(told.items())
    ]  # fmt: skip
    if rows:
        connection.execute(insert(layers), rows)
    _thin(connection, mine)
    return LayersInfo(kind, record.network, record.step)


def drop_layers(connection: Connection, run_id: str, after: int = -1) -> None:
    """Removes what a run has of steps above `after`."""
    connection.execute(delete(layers).where(layers.c.run_id == run_id, layers.c.step > after))


def _thin(connection: Connection, mine: Any) -> None:
    """Too many frames: of the older half every second one goes, but the first stays."""
    count = connection.execute(select(func.count(layers.c.step.distinct())).where(mine)).scalar_one()
    if count > MAX_FRAMES:
        known = connection.execute(select(layers.c.step).where(mine).distinct().order_by(layers.c.step)).scalars().all()
        old = known[: len(known) // 2][1::2]
        connection.execute(delete(layers).where(mine, layers.c.step.in_(old)))


def _check_bins(layer: str, one: Histogram) -> None:
    edges = (one.low, one.high, one.min, one.max)
    if not all(map(math.isfinite, edges)) or one.low > one.high:
        raise InvalidValue(f"histogram of {layer!r}: low={one.low}, high={one.high}, min={one.min}, max={one.max}: "
                           "finite numbers, low ≤ high, are allowed")  # fmt: skip


def _check_pixels(record: Filters) -> None:
    wanted = record.count * record.channels * record.height * record.width
    if len(record.pixels) != wanted or len(record.scales) != record.count:
        raise InvalidValue(
            f"{len(record.pixels)} bytes and {len(record.scales)} scales of {record.count} filters "
            f"{record.channels}×{record.height}×{record.width}: {wanted} and {record.count} are needed"
        )
