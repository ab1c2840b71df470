"""What decides a training is checked before it starts."""

from __future__ import annotations

from dataclasses import asdict
from math import log
from typing import Any

import pytest

from monitor.errors import InvalidValue
from trainer.config import Config
from trainer.declared import declared


def test_what_is_not_given_is_what_the_losss_paper_uses() -> None:
    wgan = Config.of(loss="wgan-gp", lr_generator=3e-4, steps=None)
    assert (wgan.lr_generator, wgan.lr_discriminator) == (3e-4, 1e-4)
    assert (wgan.beta1, wgan.beta2, wgan.discriminator_steps) == (0.0, 0.9, 5)
    assert Config.of() == Config()
    assert (Config.of(data="ring").model, Config.of(data="digits").model) == ("mlp", "dcgan")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"data": "faces"}, "no data set 'faces'; there are digits, grid, ring, spiral, a path, or torchvision:NAME"),
        ({"model": "vae"}, "no model 'vae'; there are dcgan, maxout, mlp, resnet"),
        (
            {"loss": "hinged"},
            "no loss 'hinged'; there are non-saturating, minimax, wgan, wgan-gp, lsgan, hinge, relativistic",
        ),
        (
            {"data": "ring", "model": "dcgan"},
            "dcgan draws square images of 8, 16, 32, … pixels a side, not samples of 2: use the model mlp",
        ),
        ({"steps": 0}, "steps=0 is not allowed: 1 or more"),
        ({"batch_size": -4}, "batch_size=-4 is not allowed: 1 or more"),
        ({"lr_generator": 0.0}, "lr_generator=0.0 is not allowed: a number above 0"),
        ({"lr_discriminator": float("nan")}, "lr_discriminator=nan is not allowed: a number above 0"),
        ({"beta1": 1.0}, "beta1=1.0 is not allowed: 0 or more and below 1"),
        ({"seed": -1}, "seed=-1 is not allowed: a whole number from 0 to 2^63 - 1"),
        ({"gp_weight": 1.0}, "gp_weight=1.0 is not allowed: only beside gradient_penalty"),
        ({"gradient_penalty": "r1", "gp_weight": -1.0}, "gp_weight=-1.0 is not allowed: a number above 0"),
        ({"unroll_lr": 1.0}, "unroll_lr=1.0 is not allowed: only beside unroll"),
        ({"pack": 3}, "pack=3 is not allowed: a divisor of batch_size=64"),
        ({"ema": 1.0}, "ema=1.0 is not allowed: above 0 and below 1"),
        ({"label_smoothing": 0.5}, "label_smoothing=0.5 is not allowed: 0 or more and below 0.5"),
        (
            {"loss": "hinge", "label_smoothing": 0.1},
            "label_smoothing: the loss 'hinge' has no labels; non-saturating, minimax, lsgan, relativistic have",
        ),
        (
            {"discriminator_norm": "batch", "gradient_penalty": "dragan"},
            "discriminator_norm='batch' with gradient_penalty='dragan': the penalty needs each sample's own gradient, "
            "which batch norm mixes; 'layer' is allowed",
        ),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Config(**given)
    assert caught.value.message == message


def test_a_run_is_told_the_whole_config_and_where_its_losses_end() -> None:
    """Values by hand: one-sided smoothing moves the best discriminator; a hinge's generator and a critic end anywhere."""
    plain = Config.of(data="ring")
    told = declared(plain, "collapse")
    assert told["equilibrium"] == {
        "discriminator": pytest.approx(2 * log(2)),
        "generator": pytest.approx(log(2)),
    }
    assert {key: value for key, value in told.items() if key not in ("equilibrium", "scenario")} == asdict(plain)
    assert (told["scenario"], "scenario" in declared(plain)) == ("collapse", False)
    assert declared(Config.of(data="ring", loss="hinge"))["equilibrium"] == {"discriminator": 2.0}
    assert declared(Config.of(data="ring", loss="wgan-gp"))["equilibrium"] == {"discriminator": 0.0}
    d = 0.9 / 2  # with targets 0.9 and 0 the best answer to equal laws
    smoothed = declared(Config.of(data="ring", label_smoothing=0.1))["equilibrium"]
    assert smoothed["discriminator"] == pytest.approx(-(0.9 * log(d) + 1.1 * log(1 - d)))
    assert smoothed["generator"] == pytest.approx(-log(d))
