"""Pictures, batches and fields of runs: rows that point to blobs, and blobs that go with the last row that needs them."""

from __future__ import annotations

import math
import sys
import time
from array import array

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, union

from monitor.errors import InvalidValue
from monitor.ingest.thinning import sizes_of, too_many
from monitor.storage.blobs import Blobs
from monitor.storage.fields import field_info
from monitor.storage.samples import sample_info
from monitor.storage.tables import blobs as blob_table
from monitor.storage.tables import fields, samples
from monitor.wire import Field, FieldInfo, SampleInfo, Samples

SAMPLE_COLUMNS = (
    "step", "name", "kind", "rows", "columns", "count", "tile_height", "tile_width", "value_range", "batch_dtype",
)  # fmt: skip


WIDEST = 4096  # features of a sample
MANY = 200  # steps in one statement


def sane(told: float, otherwise: float) -> float:
    """A client's clock may say anything; databases want a number."""
    return told if math.isfinite(told) else otherwise


def media_type(content: bytes) -> str:
    """What a blob is, by its first bytes; only these kinds of image are ever shown."""
    if content[8:12] == b"WEBP":
        return "image/webp"
    kinds = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
    return next((kind for start, kind in kinds.items() if content.startswith(start)), "application/octet-stream")


class Media:
    """Writes within a transaction that somebody else begins and ends: then comes `committed` or, if it failed, `forget`.

    Args:
        budget: bytes of a run's grids, batches and fields, beyond which `thin` removes some.
    """

    def __init__(self, blobs: Blobs, budget: int) -> None:
        self._blobs, self._budget = blobs, budget
        self._known: dict[str, int] = {}  # bytes of a run's media, as far as it was asked since the start
        self._added: dict[str, int] = {}  # … and what the open transaction adds
        self._new: set[str] = set()
        self._freed: set[str] = set()

    def forget(self) -> None:
        """The transaction failed: its new files are removed."""
        self._known.clear()
        self._added.clear()
        for digest in self._new:
            self._blobs.remove(digest)
        self._new.clear()
        self._freed.clear()

    def committed(self) -> None:
        """The transaction is on disk: files that nobody uses any more go."""
        for digest in self._freed:
            self._blobs.remove(digest)
        self._new.clear()
        self._freed.clear()

    def add_sample(self, connection: Connection, run_id: str, record: Samples) -> tuple[SampleInfo, int]:
        """Keeps a grid in the place of an earlier one of that name, kind and step; and how many of those there were.

        Raises:
            InvalidValue: labels or features that are not one a row.
        """
        rows = record.batch_shape[0] if record.batch_shape else 0
        _check_features(record, rows)
        if record.labels and len(record.labels) != rows:
            raise InvalidValue(f"{len(record.labels)} labels for a batch of {rows} rows: one a row is needed")
        row = {name: getattr(record, name) for name in SAMPLE_COLUMNS}
        row |= {
            "run_id": run_id,
            "time": sane(record.time, time.time()),
            "inferred": int(record.inferred),
            "image": self._put(connection, record.image),
            "batch": self._put(connection, record.batch) if record.batch else None,
            "batch_shape": list(record.batch_shape),
            "labels": record.labels or None,
            "label_names": record.label_names or None,
            "features": self._put(connection, record.features) if record.features else None,
            "extractor": record.extractor or None,
        }
        same = (
            (samples.c.run_id == run_id)
            & (samples.c.name == record.name)
            & (samples.c.kind == record.kind)
            & (samples.c.step == record.step)
        )
        before = self._hashes(connection, same, None)
        replaced = connection.execute(delete(samples).where(same)).rowcount
        connection.execute(insert(samples).values(row))
        self._free(connection, before)
        if record.kind != "reference":
            self._added[run_id] = self._added.get(run_id, 0) + sum(
                map(len, (record.image, record.batch, record.features))
            )
        return sample_info(row, len(record.image)), replaced

    def add_field(self, connection: Connection, run_id: str, record: Field) -> FieldInfo:
        """Keeps a field in the place of an earlier one of that name and step.

        Raises:
            InvalidValue: bounds that are no rectangle, or values that are not as many as rows × columns.
        """
        x0, x1, y0, y1 = record.bounds
        if not (all(math.isfinite(end) for end in record.bounds) and x0 < x1 and y0 < y1):
            raise InvalidValue(f"bounds={record.bounds}: four numbers x0 < x1, y0 < y1 are allowed")
        if len(record.values) != 4 * record.rows * record.columns:
            raise InvalidValue(
                f"{len(record.values)} bytes of a field of {record.rows}×{record.columns}: 4 each are needed"
            )
        finite = [value for value in floats(record.values) if math.isfinite(value)]
        row = {name: getattr(record, name) for name in ("step", "name", "rows", "columns")} | {
            "run_id": run_id,
            "time": sane(record.time, time.time()),
            "bounds": list(record.bounds),
            "low": min(finite, default=None),
            "high": max(finite, default=None),
            "blob": self._put(connection, record.values),
        }
        same = (fields.c.run_id == run_id) & (fields.c.name == record.name) & (fields.c.step == record.step)
        before = self._hashes(connection, None, same)
        connection.execute(delete(fields).where(same))
        connection.execute(insert(fields).values(row))
        self._free(connection, before)
        self._added[run_id] = self._added.get(run_id, 0) + len(record.values)
        return field_info(row)

    def drop(self, connection: Connection, run_id: str, after: int = -1) -> int:
        """Removes what a run has of steps above `after`; how many grids those were."""
        some = (samples.c.run_id == run_id) & (samples.c.step > after)
        others = (fields.c.run_id == run_id) & (fields.c.step > after)
        before = self._hashes(connection, some, others)
        dropped = connection.execute(delete(samples).where(some)).rowcount
        connection.execute(delete(fields).where(others))
        self._free(connection, before)
        self._known.pop(run_id, None)
        return dropped

    def thin(self, connection: Connection, run_id: str) -> dict[str, int] | None:
        """Removes media of some steps when the run has more than its budget; to be called at the end of a transaction.

        Returns:
            None when nothing was removed. "removed": steps; "grids": rows; "bytes": freed; "from", "to": the steps removed.
        """
        added = self._added.pop(run_id, 0)
        if not added:
            return None
        if run_id in self._known and self._known[run_id] + added <= self._budget:
            self._known[run_id] += added
            return None
        going, total = too_many(connection, run_id, self._budget)
        self._known[run_id] = total
        if not going:
            return None
        grids = 0
        for start in range(0, len(going), MANY):
            steps = going[start : start + MANY]
            some = (samples.c.run_id == run_id) & samples.c.step.in_(steps) & (samples.c.kind != "reference")
            others = (fields.c.run_id == run_id) & fields.c.step.in_(steps)
            before = self._hashes(connection, some, others)
            grids += connection.execute(delete(samples).where(some)).rowcount
            connection.execute(delete(fields).where(others))
            self._free(connection, before)
        self._known[run_id] = sum(sizes_of(connection, run_id).values())
        freed = total - self._known[run_id]
        return {"removed": len(going), "grids": grids, "bytes": freed, "from": going[0], "to": going[-1]}

    def _hashes(
        self, connection: Connection, grids: ColumnElement[bool] | None, planes: ColumnElement[bool] | None
    ) -> list[str]:
        parts = []
        if grids is not None:
            parts += [select(samples.c.image).where(grids)]
            parts += [select(one).where(grids, one.is_not(None)) for one in (samples.c.batch, samples.c.features)]
        if planes is not None:
            parts += [select(fields.c.blob).where(planes)]
        return [row[0] for row in connection.execute(union(*parts))]

    def _free(self, connection: Connection, hashes: list[str]) -> None:
        """Drops those blobs that no row uses any more; their files go after the commit."""
        for digest in hashes:
            holds = [one == digest for one in (samples.c.image, samples.c.batch, samples.c.features)]
            grid = select(samples.c.id).where(or_(*holds)).limit(1)
            plane = select(fields.c.step).where(fields.c.blob == digest).limit(1)
            if connection.execute(grid).first() is None and connection.execute(plane).first() is None:
                connection.execute(delete(blob_table).where(blob_table.c.hash == digest))
                self._freed.add(digest)

    def _put(self, connection: Connection, content: bytes) -> str:
        digest, new = self._blobs.put(content)
        self._freed.discard(digest)
        if new:
            self._new.add(digest)
        if connection.execute(select(blob_table.c.hash).where(blob_table.c.hash == digest)).first() is None:
            row = {"hash": digest, "media_type": media_type(content), "size": len(content), "created_at": time.time()}
            connection.execute(insert(blob_table).values(row))
        return digest


def _check_features(record: Samples, rows: int) -> None:
    width = int(record.extractor.rpartition("/")[2] or 0)
    if width > WIDEST or len(record.features) != 4 * rows * width:
        raise InvalidValue(
            f"{len(record.features)} bytes of features by {record.extractor!r} for a batch of {rows} rows: 4 for each number are "
            f"needed, and up to {WIDEST} numbers a row allowed"
        )


def floats(content: bytes) -> array[float]:
    """Little-endian 32-bit numbers."""
    values = array("f")
    values.frombytes(content)
    if sys.byteorder == "big":
        values.byteswap()
    return values
