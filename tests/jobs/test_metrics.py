"""The kind "metrics": what a worker stores is what the metrics say, and a run's grids do not mix."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.jobs.metrics import Metrics
from monitor.sample_metrics import PooledPixels, Reference, Trajectory


def images(n: int, seed: int, low: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, 256, (n, 1, 8, 8), dtype=np.uint8)


def test_points_are_the_metrics_of_pooled_pixels_and_the_way_goes_on_between_workers() -> None:
    real, extract, trajectory = images(200, 0), PooledPixels(), Trajectory()
    reference = Reference(extract(real))
    kind = Metrics(real, {}, extract)
    floors = kind.about_reference().points
    assert floors["sample_floor/coverage"] == pytest.approx(reference.floors["sample/coverage"])
    for step in range(4):
        measured = reference.measure(extract(images(64, step + 1)))
        truth = measured.values | trajectory.update(measured)
        assert kind.about(images(64, step + 1), "samples", step).points == pytest.approx(truth)
        kind = Metrics(real, kind.memory, extract)


def test_of_several_grids_the_one_of_fresh_noise_is_measured() -> None:
    kind = Metrics(images(200, 0), {}, PooledPixels())
    assert kind.about(images(64, 1), "fixed", 0).points
    assert kind.about(images(64, 2), "random", 0).points
    assert kind.about(images(64, 3), "fixed", 10).points == {}
    assert kind.about(images(64, 4, low=250), "random", 10).points["sample/movement"] > 0.5
