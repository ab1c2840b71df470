"""The kind "metrics": what a worker stores is what the metrics say, and a run's grids do not mix."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.errors import InvalidValue
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


def test_samples_of_another_shape_are_refused_though_their_features_are_as_wide() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 400)).astype("f4")
    kind = Metrics(
        rows[:, :300], {}, PooledPixels()
    )  # both go through a projection to 256 numbers, not through the same
    assert PooledPixels()(rows).shape == PooledPixels()(rows[:, :300]).shape
    with pytest.raises(InvalidValue, match=r"samples of shape \(400,\) can't be compared with a reference of \(300,\)"):
        kind.about(rows, "odd", 1)
    assert kind.memory["name"] is None  # it is not the grid that is measured from now on
    assert kind.about(rows[:, :300], "random", 2).points["sample/coverage"] == 1
