"""The loop: the same weights again, watched or not, and what it tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import monitor
from trainer.config import Config
from trainer.loop import Trained, train
from trainer.showing import draw

SETTINGS = {
    "ns-dcgan-digits": Config.of(
        data="digits", model="dcgan", steps=12, width=8, latent=8, batch_size=16, sample_every=5
    ),
    "gp-dcgan-digits": Config.of(
        data="digits", model="dcgan", loss="wgan-gp", steps=6, width=8, latent=8, batch_size=16, sample_every=5
    ),
    "ns-mlp-ring": Config.of(data="ring", model="mlp", steps=12, width=16, latent=4, batch_size=16, sample_every=5),
    "gp-mlp-grid": Config.of(data="grid", model="mlp", loss="wgan-gp", steps=6, width=16, latent=4, batch_size=16),
}


def state(trained: Trained) -> dict[str, torch.Tensor]:
    return {
        f"{side}.{name}": value
        for side, network in (("G", trained.generator), ("D", trained.discriminator))
        for name, value in network.state_dict().items()
    }


def same(a: Trained, b: Trained) -> bool:
    first, second = state(a), state(b)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_seed_gives_the_same_weights_to_the_last_bit(setting: str, off: monitor.Run) -> None:
    once = train(SETTINGS[setting], off)
    torch.rand(3)  # whatever else happened in the process in between
    assert same(once, train(SETTINGS[setting], off))


@pytest.mark.parametrize("setting", SETTINGS)
def test_watched_weights_are_the_unwatched_ones(setting: str, off: monitor.Run, tmp_path: Path) -> None:
    with monitor.init(
        mode="offline", dir=tmp_path, media_backlog=1000
    ) as run:  # a busy machine draws slower than it trains
        watched = train(SETTINGS[setting], run)
    assert run.dropped == run.refused == 0
    assert same(watched, train(SETTINGS[setting], off))


def test_another_seed_or_schedule(off: monitor.Run) -> None:
    base: dict[str, Any] = {"model": "mlp", "data": "ring", "steps": 5, "width": 8, "latent": 4, "batch_size": 8}
    first = train(Config.of(**base), off)
    assert not same(first, train(Config.of(**base, seed=1), off))
    assert same(first, train(Config.of(**base, sample_every=1), off))  # looking more often changes nothing


def test_torchs_own_random_numbers_are_left_alone(off: monitor.Run) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    train(SETTINGS["gp-dcgan-digits"], off)
    assert torch.equal(before, torch.get_rng_state())


def test_networks_are_trainable_and_complete_afterwards(off: monitor.Run) -> None:
    trained = train(SETTINGS["ns-dcgan-digits"], off)
    assert trained.steps == 12
    assert trained.generator.training
    assert all(parameter.requires_grad for parameter in trained.discriminator.parameters())


def test_progress_is_told_after_each_step(off: monitor.Run) -> None:
    told: list[tuple[int, float, float]] = []
    train(SETTINGS["ns-mlp-ring"], off, lambda *now: told.append(now))
    assert [steps for steps, _, _ in told] == list(range(1, 13))
    assert all(0 < d_loss < 5 and 0 < g_loss < 5 for _, d_loss, g_loss in told)


def test_drawing_leaves_the_generator_as_it_was() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    samples = draw(network, torch.randn(6, 3))
    assert not samples.requires_grad
    assert network.training
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_the_ring_is_learnt(off: monitor.Run) -> None:
    """Far from converged, but some hundred steps bring most samples near the circle that the modes lie on."""
    config = Config.of(
        data="ring", model="mlp", steps=600, width=64, latent=8, lr_generator=1e-3, lr_discriminator=1e-3
    )  # fmt: skip
    trained = train(config, off)
    radius = draw(trained.generator, torch.randn(1000, 8, generator=torch.Generator().manual_seed(0))).norm(dim=1)
    assert 0.7 < float(radius.median()) < 1.3
