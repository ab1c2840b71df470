"""The data are what the papers say they are."""

from __future__ import annotations

import math

import pytest
import torch

from monitor.errors import InvalidValue
from trainer import data


def test_digits_are_all_there_and_scaled() -> None:
    digits = data.load("digits")
    assert digits.samples.shape == (1797, 1, 8, 8)
    assert digits.samples.dtype == torch.float32
    assert (digits.samples.min(), digits.samples.max()) == (-1, 1)
    # 17 levels of grey, back to scikit-learn's whole numbers without loss
    levels = (digits.samples + 1) * 8
    assert torch.equal(levels, levels.round())
    assert len(levels.unique()) == 17
    assert digits.is_images
    assert digits.modes is None


@pytest.mark.parametrize(("name", "count", "std"), [("ring", 8, 0.01), ("grid", 25, 0.05)])
def test_mixtures_have_the_published_scales(name: str, count: int, std: float) -> None:
    mixture = data.load(name, seed=3)
    assert mixture.modes is not None
    assert mixture.modes.centers.shape == (count, 2)
    assert mixture.samples.shape == (100_000, 2)
    distance, nearest = torch.cdist(mixture.samples, mixture.modes.centers).min(dim=1)
    # Modes are far apart against their width, so the nearest one is the one that was drawn from.
    shares = nearest.bincount(minlength=count) / len(nearest)
    assert (shares - 1 / count).abs().max() < 5 * math.sqrt(1 / count / len(nearest))
    # E[distance²] = 2 std² in the plane; its relative standard error is 1/√N.
    assert float(distance.square().mean()) == pytest.approx(2 * std**2, rel=5 / math.sqrt(len(nearest)))
    for mode in range(count):
        mean = mixture.samples[nearest == mode].mean(dim=0)
        bound = 5 * std / math.sqrt(len(nearest) / count)
        assert (mean - mixture.modes.centers[mode]).abs().max() < bound


def test_modes_lie_where_the_paper_has_them() -> None:
    ring, grid = data.load("ring").modes, data.load("grid").modes
    assert ring is not None
    assert grid is not None
    assert torch.allclose(ring.centers.norm(dim=1), torch.ones(8))
    gaps = torch.pdist(ring.centers).sort().values
    assert torch.allclose(gaps[:8], torch.full((8,), 2 * math.sin(math.pi / 8)))
    expected = {(float(x), float(y)) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert {tuple(center) for center in grid.centers.tolist()} == expected


def test_a_seed_gives_the_same_data_and_another_does_not() -> None:
    assert torch.equal(data.load("ring", 1).samples, data.load("ring", 1).samples)
    assert not torch.equal(data.load("ring", 1).samples, data.load("ring", 2).samples)


def test_batches_are_drawn_evenly_from_the_samples() -> None:
    digits = data.load("digits")
    batch = digits.batch(500, torch.Generator().manual_seed(0))
    assert batch.shape == (500, 1, 8, 8)
    assert torch.cdist(batch.flatten(1), digits.samples.flatten(1)).min(dim=1).values.max() == 0
    assert float(batch.mean()) == pytest.approx(float(digits.samples.mean()), abs=0.05)


def test_an_unknown_name_is_named_with_what_there_is() -> None:
    with pytest.raises(
        InvalidValue, match="no data set 'faces'; there are digits, grid, ring, spiral, a path, or torchvision:NAME"
    ):
        data.load("faces")


@pytest.mark.parametrize("name", data.DATA)
def test_samples_have_the_shape_that_was_promised(name: str) -> None:
    assert data.load(name).shape == data.DATA[name].shape
