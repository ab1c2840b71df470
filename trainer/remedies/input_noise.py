"""Noise on the generator's input."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.remedies.base import Remedy


class InputNoise(Remedy):
    """z' = z + σ ε with ε ~ N(0, I): widens the prior while training, so that the neighbourhood of each z has to give something.

    Samples are still drawn from plain z. σ: `input_noise`, in units of z's own deviation; in training the prior then has the
    deviation √(1 + σ²).
    """

    name = "input_noise"

    def __init__(self, std: float) -> None:
        self.std = std

    def generator_input(self, noise: Tensor, rng: torch.Generator) -> Tensor:
        """z' for z of (N, latent)."""
        return noise + self.std * torch.randn(noise.shape, generator=rng).to(noise)
