"""Where the raw batches of samples and of the reference lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, select

from monitor.storage.tables import events, samples

THINNED = "thinned"  # the event


@dataclass(frozen=True)
class Stored:
    """A batch: the blob that holds it in C order, "uint8" or "float32", (N, D) or (N, C, H, W), and when it was logged.

    Attributes:
        labels: the class of each row, () when none was told. names: of class 0, 1, …, () for their numbers.
        value_range: "[-1, 1]": what the rows of a float batch are drawn between.
        features: the blob of (N, D) float32 that came with it, "" when none did. extractor: who made them.
    """

    blob: str
    dtype: str
    shape: tuple[int, ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]
    time: float = field(compare=False)
    value_range: str = field(compare=False)
    features: str = ""
    extractor: str = ""


def reference_of(connection: Connection, run_id: str) -> Stored | None:
    """The newest batch of real data that the run has logged."""
    query = _batches(run_id).where(samples.c.kind == "reference").order_by(samples.c.step.desc(), samples.c.name)
    return _first(connection, query)


def batch_of(connection: Connection, run_id: str, name: str | None, step: int) -> Stored | None:
    """The generated batch of that name (None: the first) and step; of fixed noise, when there is one of each kind."""
    query = _batches(run_id).where(samples.c.step == step, samples.c.kind != "reference")
    if name is not None:
        query = query.where(samples.c.name == name)
    return _first(connection, query.order_by(samples.c.name, samples.c.kind))


def thinned_around(connection: Connection, run_id: str, step: int) -> str:
    """What to say of a step that has no batch when media of steps around it were removed; "" when none were."""
    query = select(events.c.data).where(events.c.run_id == run_id, events.c.kind == THINNED)
    told = [one for one in connection.execute(query).scalars() if one["from"] <= step <= one["to"]]
    if not told:
        return ""
    removed, first, last = (
        sum(one["removed"] for one in told),
        min(one["from"] for one in told),
        max(one["to"] for one in told),
    )
    return (
        f"the media of {removed} steps from {first} to {last} were thinned to stay within the media budget (media_bytes); "
        "maps and series stay"
    )


def _batches(run_id: str) -> Select[Any]:
    c = samples.c
    columns = (
        c.batch,
        c.batch_dtype,
        c.batch_shape,
        c.labels,
        c.label_names,
        c.time,
        c.value_range,
        c.features,
        c.extractor,
    )
    return select(*columns).where(c.run_id == run_id, c.batch.is_not(None))


def _first(connection: Connection, query: Select[Any]) -> Stored | None:
    row = connection.execute(query.limit(1)).first()
    if row is None:
        return None
    told = (tuple(row.batch_shape), tuple(row.labels or ()), tuple(row.label_names or ()))
    return Stored(row.batch, row.batch_dtype, *told, row.time, row.value_range, row.features or "", row.extractor or "")
