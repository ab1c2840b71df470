"""Reading histograms and filters of the layers of watched networks."""

from __future__ import annotations

from array import array
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from monitor.errors import NotFound
from monitor.storage.tables import layers
from monitor.wire_layers import Filters, Histogram

KINDS = ("weights", "gradients")


def list_networks(connection: Connection, run_id: str, filters: bool) -> list[dict[str, Any]]:
    """What there is, by network: `network`, its `layers` in order of depth, and the `steps` of its frames.

    Args:
        filters: of pictures of filters; else of histograms.
    """
    kind = layers.c.kind == "filters" if filters else layers.c.kind.in_(KINDS)
    mine = (layers.c.run_id == run_id) & kind
    places = select(layers.c.network, layers.c.layer, func.min(layers.c.place).label("place")).where(mine)
    rows = connection.execute(places.group_by(layers.c.network, layers.c.layer)).all()
    steps = connection.execute(select(layers.c.network, layers.c.step).where(mine).distinct().order_by(layers.c.step))
    by_network: dict[str, list[int]] = {}
    for network, step in steps:
        by_network.setdefault(network, []).append(step)
    return [
        {
            "network": network,
            "layers": [row.layer for row in sorted(rows, key=lambda row: row.place) if row.network == network],
            "steps": found,
        }
        for network, found in sorted(by_network.items())
    ]


def read_histograms(
    connection: Connection, run_id: str, network: str, layer: str, first: int, last: int, frames: int
) -> dict[str, list[dict[str, Any]]]:
    """A layer's histograms by kind and step, at most `frames` of each, evenly picked, the first and the last among them.

    Raises:
        NotFound: nothing is known of that layer.
    """
    query = select(layers.c.kind, layers.c.step, layers.c.data).where(
        layers.c.run_id == run_id, layers.c.kind.in_(KINDS), layers.c.network == network, layers.c.layer == layer
    )
    if connection.execute(query.limit(1)).first() is None:
        raise NotFound(f"run {run_id!r} has no histograms of layer {layer!r} of {network!r}", run=run_id)
    rows = connection.execute(query.where(layers.c.step.between(first, last)).order_by(layers.c.step)).all()
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS:
        mine = [row for row in rows if row.kind == kind]
        found[kind] = [
            {"step": row.step} | msgspec.structs.asdict(msgspec.msgpack.decode(row.data, type=Histogram))
            for row in picked(mine, frames)
        ]
    return found


def read_filters(connection: Connection, run_id: str, network: str, step: int) -> dict[str, Any]:
    """The filters of a network at `step`, or at the last step before that has some; else at the first one.

    Raises:
        NotFound: there are none at all.
    """
    query = select(layers.c.data).where(
        layers.c.run_id == run_id, layers.c.kind == "filters", layers.c.network == network
    )
    before = query.where(layers.c.step <= step).order_by(layers.c.step.desc()).limit(1)
    content = connection.execute(before).scalar()
    if content is None:
        content = connection.execute(query.order_by(layers.c.step).limit(1)).scalar()
    if content is None:
        raise NotFound(f"run {run_id!r} has no filters of {network!r}", run=run_id)
    filters = msgspec.msgpack.decode(content, type=Filters)
    told = msgspec.structs.asdict(filters)
    return told | {"pixels": array("b", filters.pixels).tolist()}


def picked(rows: list[Any], most: int) -> list[Any]:
    """At most so many of them, evenly, with both ends."""
    if len(rows) <= most:
        return rows
    return [rows[round(place * (len(rows) - 1) / (most - 1))] for place in range(most)] if most > 1 else rows[-1:]
