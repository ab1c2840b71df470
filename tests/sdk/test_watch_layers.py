"""What `run.watch` tells of layers: how values are spread, and what the first filters look like."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import monitor
from monitor.sdk.distributions import LOOKED, Frames, histogram, picked
from monitor.sdk.filters import as_tiles, image_filters, normalised
from monitor.wire_layers import Filters, Histograms
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]


def test_counts_are_numpys() -> None:
    values = np.random.default_rng(3).normal(0.2, 2.0, 5_000)
    found = histogram(values, 7_000)
    expected, _ = np.histogram(values, len(found.counts), (found.low, found.high))
    assert np.abs(np.array(found.counts) - expected).sum() <= 2  # values on an edge
    assert (found.min, found.max, found.size) == (values.min(), values.max(), 7_000)
    assert sum(found.counts) + found.below + found.above == 5_000


def test_what_lies_far_out_is_counted_and_leaves_the_rest_a_shape() -> None:
    values = np.concatenate([np.random.default_rng(0).normal(size=10_000), [1e6, -np.inf, np.nan]])
    found = histogram(values, len(values))
    assert (found.below, found.above, found.nonfinite, found.max) == (0, 1, 2, 1e6)
    lone = histogram(np.full(9, 2.5), 9)
    assert (lone.low, lone.high, lone.counts) == (2.5, 2.5, [9])
    assert histogram(np.full(4, np.nan), 4).nonfinite == 4
    assert sum(histogram(np.array([-1e308, 1e308]), 2).counts) == 2


def test_a_sample_of_a_large_tensor_comes_from_all_its_columns() -> None:
    weight = torch.arange(64.0).repeat(4 * LOOKED // 64, 1)  # a stride of four would see every fourth column alone
    some = picked(weight)
    assert len(some) <= LOOKED
    assert len(some.unique()) == 64
    assert torch.equal(picked(torch.arange(10.0)), torch.arange(10.0))


def test_frames_become_rarer() -> None:
    frames = Frames()
    due = [n for n in range(10_000) if frames.due()]
    assert due[:20] == list(range(20))
    assert len(due) < 200
    assert max(b - a for a, b in pairwise(due)) < 500


@pytest.mark.parametrize(
    ("network", "layer", "shape"),
    [
        (nn.Sequential(nn.Conv2d(3, 8, 5), nn.Conv2d(8, 1, 4)), "0", (8, 3, 5, 5)),
        (nn.Sequential(nn.ConvTranspose2d(2, 8, 4), nn.ConvTranspose2d(8, 3, 4)), "1", (8, 3, 4, 4)),
        (nn.Sequential(nn.ConvTranspose2d(9, 8, 4), nn.Conv2d(8, 1, 3)), "1", (8, 1, 3, 3)),
        (nn.Sequential(nn.Conv2d(2, 50, 3)), "0", (64, 1, 3, 3)),
        (nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Conv2d(1, 4, 3))), "0", (4, 1, 3, 3)),
        (nn.Sequential(nn.Conv2d(16, 16, 3)), None, None),
        (nn.Sequential(nn.Conv2d(3, 16, 1)), None, None),
        (nn.Linear(64, 1), None, None),
    ],
)
def test_filters_are_those_at_the_images_side(network: nn.Module, layer: str | None, shape: Any) -> None:
    found = image_filters(network)
    if found is None:
        assert layer is None
        return
    filters = found.weight.detach().numpy()
    tiles, scales = normalised(as_tiles(filters.swapaxes(0, 1) if found.turned else filters))
    assert (found.layer, tiles.shape) == (layer, shape)
    assert all(np.abs(tile).max() == 127 for tile in tiles)
    assert scales[0] == pytest.approx(np.abs(as_tiles(filters.swapaxes(0, 1) if found.turned else filters)[0]).max())


def test_a_filter_that_is_not_finite_says_so() -> None:
    tiles, scales = normalised(np.array([[[[1.0, np.nan]]], [[[0.0, 0.0]]]]))
    assert tiles.tolist() == [[[[127, -128]]], [[[0, 0]]]]
    assert (math.isnan(scales[0]), scales[1]) == (True, 0.0)


def test_layers_arrive_as_they_were_at_the_step(service: Service, started: Start) -> None:
    torch.manual_seed(0)
    d = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(d.parameters(), lr=1.0)
    run = started()
    run.watch(discriminator=d, every=1)
    (d(torch.randn(8, 1, 3, 3)) ** 2).mean().backward()
    weight, grad = (t.detach().clone().numpy().ravel() for t in (d[0].weight, d[0].weight.grad))
    optimizer.step()
    run.log({"loss/discriminator": 1.0}, step=5)
    run.finish()
    records = [record for lane in service.records.values() for record in lane.values()]
    found = {record.kind: record for record in records if isinstance(record, Histograms)}
    for kind, values in (("weights", weight), ("gradients", grad)):
        assert (found[kind].step, found[kind].network, list(found[kind].layers)) == (5, "discriminator", ["0", "2"])
        one = found[kind].layers["0"]
        assert (one.min, one.max, sum(one.counts)) == (values.min(), values.max(), 36)
    (pictures,) = (record for record in records if isinstance(record, Filters))
    assert (pictures.step, pictures.layer, pictures.count) == (5, "0", 4)
    np.testing.assert_allclose(pictures.scales, np.abs(weight.reshape(4, 9)).max(axis=1), rtol=1e-6)


@pytest.mark.parametrize("how", ["number", "function", "object"])
def test_a_scale_of_ones_own_is_taken_out(service: Service, started: Start, how: str) -> None:
    d = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(d.parameters(), lr=0.1)

    class Scaler:
        def get_scale(self) -> float:
            return 512.0

    told = {"number": 512.0, "function": lambda: torch.tensor(512.0), "object": Scaler()}[how]
    run = started()
    run.watch(discriminator=d, every=1, loss_scale=told)
    for step in range(2):
        optimizer.zero_grad()
        (512.0 * d(torch.ones(2, 3)).mean()).backward()
        for p in d.parameters():
            p.grad /= 512.0  # type: ignore[operator]
        optimizer.step()
        run.log({"x": 1.0}, step=step)
    run.finish()
    points = service.points()
    assert points["grad_norm/discriminator", 1] == pytest.approx(2.0)  # the second is read before it is unscaled
    assert ("grad_norm_clipped/discriminator", 1) not in points


def test_a_bad_scale_is_named(started: Start, caplog: pytest.LogCaptureFixture) -> None:
    started().watch(discriminator=nn.Linear(1, 1), loss_scale=-1.0)
    assert "loss_scale=-1.0" in caplog.text
