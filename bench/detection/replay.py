"""Takes a recorded training past the doctor, as the service would have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy

from monitor.doctor import Alert, Doctor
from monitor.jobs.metrics import BEST, Metrics
from monitor.sample_metrics import PooledPixels
from monitor.sdk.reading import records, run_of
from monitor.wire import Samples, Scalars

TRUTH = "sample/modes_captured"


@dataclass(frozen=True)
class Story:
    """What the doctor said of one training.

    Attributes:
        name, seed: the case. steps: how many it took. told: its alerts, in order. seconds: that the scalars took the doctor.
        measuring: seconds of each batch of samples.
        modes: captured by the last ten looks, their median, as the training logged it; None: the truth is not known.
    """

    name: str
    seed: int
    steps: int
    told: list[Alert]
    seconds: float
    measuring: list[float]
    modes: float | None


def replay(folder: Path, samples: bool = True) -> Story:
    """A training recorded by `bench.detection.record`; `samples`: whether the doctor is told of them."""
    (journal,) = (folder / "journal").iterdir()
    info = run_of(journal)
    rows, batches = _read(journal)
    doctor, told, spent, measuring = (
        Doctor(info.config, info.signals, info.total_steps),
        list[Alert](),
        0.0,
        list[float](),
    )
    measured = list(_measured(batches, measuring)) if samples else []
    for step, values in sorted(rows.items()):
        began = time.perf_counter()
        told += doctor.observe(step, values)
        spent += time.perf_counter() - began
        while measured and measured[0][0] <= step:
            told += doctor.observe(*measured.pop(0))
    for step, values in measured:
        told += doctor.observe(step, values)
    name, _, seed = folder.name.rpartition("-")
    return Story(name, int(seed), len(rows), told + doctor.close(), spent, measuring, _modes(rows))


def _modes(rows: dict[int, dict[str, float]]) -> float | None:
    seen = [values[TRUTH] for _, values in sorted(rows.items()) if TRUTH in values]
    return median(seen[-10:]) if seen else None


def _read(journal: Path) -> tuple[dict[int, dict[str, float]], list[Samples]]:
    rows: dict[int, dict[str, float]] = {}
    batches = []
    for record in records(journal):
        if isinstance(record, Scalars):
            rows.setdefault(record.step, {}).update(record.values)
        elif isinstance(record, Samples) and record.batch and (record.kind == "reference" or record.name == BEST):
            batches.append(record)
    return rows, batches


def _measured(batches: list[Samples], seconds: list[float]) -> Iterator[tuple[int, dict[str, float]]]:
    arrays = [(one, numpy.frombuffer(one.batch, one.batch_dtype).reshape(one.batch_shape)) for one in batches]
    reference = next(array for one, array in arrays if one.kind == "reference")
    kind = Metrics(reference, {}, PooledPixels())
    yield 0, kind.about_reference().points
    for one, array in arrays:
        if one.kind != "reference":
            began = time.perf_counter()
            points = kind.about(array, one.name, one.step).points
            seconds.append(time.perf_counter() - began)
            yield one.step, points
