"""Mixed precision, on the CPU: the same machinery as on a GPU."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import monitor
from trainer import data
from trainer.config import Config
from trainer.loop import train
from trainer.training import Training

SMALL: dict[str, Any] = {"data": "digits", "width": 8, "latent": 8, "batch_size": 16, "steps": 3}


def seen(training: Training) -> list[torch.dtype]:
    """What the layers of both networks give while it makes a step."""
    found: list[torch.dtype] = []
    handles = [
        layer.register_forward_hook(lambda _, inputs, output: found.append(output.dtype))
        for network in (training.G, training.D)
        for layer in network.modules()
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear | torch.nn.ConvTranspose2d)
    ]
    training.advance()
    for handle in handles:
        handle.remove()
    return found


@pytest.mark.parametrize(("amp", "dtype"), [("none", torch.float32), ("bf16", torch.bfloat16), ("fp16", torch.float16)])
def test_networks_compute_in_half_and_weights_stay_whole(amp: str, dtype: torch.dtype) -> None:
    training = Training(Config.of(**SMALL, amp=amp), data.load("digits"))
    assert set(seen(training)) == {dtype}
    weights = [*training.G.parameters(), *training.D.parameters()]
    assert {weight.dtype for weight in weights} == {torch.float32}
    assert all(bool(weight.isfinite().all()) for weight in weights)


def test_penalties_compute_in_full(off: monitor.Run) -> None:
    config = Config.of(**SMALL, amp="bf16", gradient_penalty="r1")
    assert torch.float32 in seen(Training(config, data.load("digits")))
    trained = train(config, off)
    assert all(bool(weight.isfinite().all()) for weight in trained.discriminator.parameters())


@pytest.mark.parametrize("amp", ["bf16", "fp16"])
def test_a_few_steps_come_near_those_in_full_precision(amp: str) -> None:
    """Rounding errors are about 2^-8 (bf16) of the values; the losses of the first step differ by no more than that."""
    full, half = (Training(Config.of(**SMALL, amp=kind), data.load("digits")).advance() for kind in ("none", amp))
    for name in ("loss/discriminator", "loss/generator"):
        assert half[name].item() == pytest.approx(full[name].item(), rel=0.02)


def test_a_step_whose_scaled_gradients_overflow_is_left_out() -> None:
    training = Training(Config.of(**SMALL, amp="fp16"), data.load("digits"))
    scaler = training.precision._scalers["discriminator"]
    scaler._init_scale = 2.0**40  # far beyond what half precision holds
    before = [weight.clone() for weight in training.D.parameters()]
    training.advance()
    assert all(torch.equal(a, b) for a, b in zip(before, training.D.parameters(), strict=True))
    assert training.precision.state_dict()["discriminator"]["scale"] == 2.0**39
    again = Training(Config.of(**SMALL, amp="fp16"), data.load("digits"))
    again.load_state_dict(training.state_dict())  # the scale is part of a checkpoint
    assert again.precision.state_dict() == training.precision.state_dict()
