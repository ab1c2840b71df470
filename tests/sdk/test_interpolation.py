"""Strips through latent space: the right points, drawn in rows, and a training that is what it was."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import monitor
from monitor import wire
from monitor.sdk.interpolation import strips
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]


def test_points_lie_on_great_circles_and_end_where_they_should() -> None:
    rng = np.random.default_rng(0)
    start, end = rng.normal(size=(2, 64)), rng.normal(size=(2, 64))
    found, rows = strips(lambda z: z, start, end, 5)
    assert (rows, found.shape) == (2, (10, 64))
    np.testing.assert_allclose(found[[0, 4, 5, 9]], [start[0], end[0], start[1], end[1]])
    lengths = np.linalg.norm(found[:5], axis=1)
    assert min(lengths) > 0.9 * min(lengths[0], lengths[-1])  # a straight line would dip to about 0.7
    line, _ = strips(lambda z: z, start[:, :2], end[:, :2], 3)
    np.testing.assert_allclose(line[1], (start[0, :2] + end[0, :2]) / 2)
    same, _ = strips(lambda z: z, start, start, 3)
    np.testing.assert_allclose(same[1], start[0])


def test_the_training_is_left_as_it_was() -> None:
    net = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.Dropout(0.5))
    net[2].eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    states = random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state()

    def noisy(z: torch.Tensor) -> torch.Tensor:
        random.random(), np.random.rand(), torch.rand(3)
        assert not torch.is_grad_enabled()
        return net(z)  # type: ignore[no-any-return]

    strips(noisy, torch.randn(3, 4, generator=torch.Generator()), torch.ones(3, 4), 4)
    strips(net, torch.zeros(3, 4), torch.ones(3, 4), 4)
    assert [net.training, net[0].training, net[2].training] == [True, True, False]
    assert random.getstate() == states[0]
    assert (np.random.get_state()[1] == states[1]).all()
    assert torch.equal(torch.get_rng_state(), states[2])
    after = net.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed <= {
        "1.running_mean",
        "1.running_var",
        "1.num_batches_tracked",
    }  # `noisy` hides the module: in training mode
    again = {name: value.clone() for name, value in net.state_dict().items()}
    strips(net, torch.zeros(3, 4), torch.ones(3, 4), 4)
    assert all(torch.equal(again[name], value) for name, value in net.state_dict().items())


def test_strips_are_drawn_in_rows_and_no_batch_is_kept(service: Service, started: Start) -> None:
    run = started()
    run.interpolation(lambda z: z.reshape(-1, 8, 8), torch.zeros(3, 64), torch.ones(3, 64), steps=12, step=7)
    run.finish()
    (record,) = service.all(wire.Samples)
    assert isinstance(record, wire.Samples)
    assert (record.kind, record.name, record.step) == ("interpolation", "interpolation", 7)
    assert (record.rows, record.columns, record.count, record.batch) == (3, 12, 36, b"")


@pytest.mark.parametrize(
    ("start", "end", "steps", "word"),
    [
        (np.zeros((2, 4)), np.zeros((3, 4)), 5, "of one shape"),
        (np.zeros(4), np.zeros(4), 5, "(K, latent)"),
        (np.zeros((17, 4)), np.zeros((17, 4)), 5, "1 to 16 strips"),
        (np.zeros((2, 4)), np.zeros((2, 4)), 1, "2 to 32"),
        ([1.0], [2.0], 5, "not list"),
    ],
)
def test_what_can_not_be_interpolated_is_said(
    started: Start, caplog: pytest.LogCaptureFixture, start: Any, end: Any, steps: int, word: str
) -> None:
    run = started(mode="offline")
    run.interpolation(lambda z: z, start, end, steps=steps)
    assert word in caplog.text
    assert run.dropped == 1
