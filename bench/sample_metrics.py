"""`python -m bench.sample_metrics`: all metrics of 256 samples against 256 at 256 dimensions, on one thread; target 60 ms."""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import time
from statistics import median

import numpy

from monitor.sample_metrics import Reference, Trajectory

TIMES = 30


def main() -> None:
    """Prints the median and the slowest of 30 times."""
    rng = numpy.random.default_rng(0)
    reference, trajectory, taken = Reference(rng.normal(size=(1000, 256))), Trajectory(), []
    for _ in range(TIMES):
        batch = rng.normal(size=(256, 256))
        began = time.perf_counter()
        trajectory.update(reference.measure(batch))
        taken.append(1e3 * (time.perf_counter() - began))
    print(f"{median(taken):.1f} ms median, {max(taken):.1f} ms slowest; target 60 ms")


if __name__ == "__main__":
    main()
