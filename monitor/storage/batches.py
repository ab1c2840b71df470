"""Where the raw batches of samples and of the reference lie."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, Select, select

from monitor.storage.tables import samples


@dataclass(frozen=True)
class Stored:
    """A batch: the blob that holds it in C order, "uint8" or "float32", (N, D) or (N, C, H, W), and when it was logged.

    Attributes:
        value_range: "[-1, 1]": what the rows of a float batch are drawn between.
    """

    blob: str
    dtype: str
    shape: tuple[int, ...]
    time: float = field(compare=False)
    value_range: str = field(compare=False)


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


def _batches(run_id: str) -> Select[tuple[str, str, list[int], float, str]]:
    columns = (samples.c.batch, samples.c.batch_dtype, samples.c.batch_shape, samples.c.time, samples.c.value_range)
    return select(*columns).where(samples.c.run_id == run_id, samples.c.batch.is_not(None))


def _first(connection: Connection, query: Select[tuple[str, str, list[int], float, str]]) -> Stored | None:
    row = connection.execute(query.limit(1)).first()
    return Stored(row.batch, row.batch_dtype, tuple(row.batch_shape), row.time, row.value_range) if row else None
