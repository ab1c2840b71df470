"""All metrics of 256 samples against 256 at 256 dimensions, on one thread: its CPU time."""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import time
from collections.abc import Iterator

import numpy

from bench.table import Row, quantile
from monitor.sample_metrics import Reference, Trajectory

TIMES = 30


def measure() -> Iterator[Row]:
    """Median and slowest of 30 times."""
    rng = numpy.random.default_rng(0)
    reference, trajectory, taken = Reference(rng.normal(size=(1000, 256))), Trajectory(), []
    for _ in range(TIMES):
        batch = rng.normal(size=(256, 256))
        began = time.process_time()  # of its own: others on the machine are not meant
        trajectory.update(reference.measure(batch))
        taken.append(1e3 * (time.process_time() - began))
    middle, slowest = quantile(taken, 0.5), max(taken)
    what = "all sample metrics of 256 against 256 at 256 dimensions, CPU time of one thread"
    yield Row(what, "≤ 60 ms", f"{middle:.0f} ms median, {slowest:.0f} ms slowest of {TIMES}", middle <= 60)
