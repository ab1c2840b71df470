"""A recorded training, read once: its values, its samples' statistics as the service measures them, and the samples' truth."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import numpy
from msgspec import Struct

from bench.detection.places import Look, Places, looked
from monitor.jobs.metrics import BEST, Metrics
from monitor.sample_metrics import PooledPixels
from monitor.sdk.reading import records, run_of
from monitor.wire import Event, RunInfo, Samples, Scalars

KEPT = "measured.msgpack"


class Recording(Struct, eq=False):
    """One training; two are the same only when they are one object.

    Attributes:
        name, seed: the case. rows: step → values. events: (step, kind, data). measured: (step, sample statistics).
        looks: what the samples really were, from rules that no detector knows. measuring: seconds of each batch's statistics.
    """

    name: str
    seed: int
    info: RunInfo
    rows: dict[int, dict[str, float]]
    events: list[tuple[int, str, dict[str, Any]]]
    measured: list[tuple[int, dict[str, float]]]
    looks: list[Look]
    measuring: list[float]

    @property
    def steps(self) -> int:
        """How many it took."""
        return max(self.rows) + 1

    @property
    def family(self) -> str:
        """The loss."""
        return str(self.info.config["loss"])

    @property
    def data(self) -> str:
        """The data set: those from a file are digits."""
        name = str(self.info.config["data"])
        return "digits" if "/" in name else name


def load(folder: Path) -> Recording:
    """What `bench.detection.record` left in a folder; what was measured is kept beside it for the next time."""
    kept = folder / KEPT
    if kept.exists():
        return msgspec.msgpack.decode(kept.read_bytes(), type=Recording)
    (journal,) = (folder / "journal").iterdir()
    info = run_of(journal)
    name, _, seed = folder.name.rpartition("-")
    rows, events, batches = _read(journal)
    measuring: list[float] = []
    measured, looks = _measured(info, batches, measuring)
    found = Recording(name, int(seed), info, rows, events, measured, looks, measuring)
    kept.write_bytes(msgspec.msgpack.encode(found))
    return found


def _read(
    journal: Path,
) -> tuple[dict[int, dict[str, float]], list[tuple[int, str, dict[str, Any]]], list[Samples]]:
    rows: dict[int, dict[str, float]] = {}
    events, batches = [], []
    for record in records(journal):
        if isinstance(record, Scalars):
            rows.setdefault(record.step, {}).update(record.values)
        elif isinstance(record, Event):
            events.append((record.step or 0, record.kind, record.data))
        elif isinstance(record, Samples) and record.batch and (record.kind == "reference" or record.name == BEST):
            batches.append(record)
    return rows, events, batches


def _measured(
    info: RunInfo, batches: list[Samples], seconds: list[float]
) -> tuple[list[tuple[int, dict[str, float]]], list[Look]]:
    arrays = [(one, numpy.frombuffer(one.batch, one.batch_dtype).reshape(one.batch_shape)) for one in batches]
    reference = next(array for one, array in arrays if one.kind == "reference")
    kind, places = Metrics(reference, {}, PooledPixels()), Places.of(str(info.config["data"]))
    measured, looks = [(0, kind.about_reference().points)], []
    for one, array in arrays:
        if one.kind == "reference":
            continue
        began = time.process_time()
        points = kind.about(array, one.name, one.step).points
        seconds.append(time.process_time() - began)
        measured.append((one.step, points))
        looks.append(looked(one.step, array, places))
    return measured, looks
