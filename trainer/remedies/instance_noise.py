"""Annealed noise on the discriminator's input."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.remedies.base import Remedy


class InstanceNoise(Remedy):
    """x' = x + σ_t ε on real and generated samples alike, ε ~ N(0, I), σ_t = σ max(0, 1 - t / T): linear to 0.

    Gives both laws full support, so that the discriminator can't be perfect and its gradient tells where to go. σ:
    `instance_noise`, in the data's units (images: [-1, 1]); T: `instance_noise_steps`.

    Sønderby et al., "Amortised MAP Inference for Image Super-resolution", ICLR 2017, section 3.3; Arjovsky and Bottou, "Towards
    Principled Methods for Training GANs", ICLR 2017, section 3.
    """

    name = "instance_noise"

    def __init__(self, std: float, steps: int) -> None:
        self.std, self.steps = std, steps

    def at(self, step: int) -> float:
        """σ_t."""
        return self.std * max(0.0, 1 - step / self.steps)

    def discriminator_input(self, samples: Tensor, step: int, rng: torch.Generator) -> Tensor:
        """x' for x of (N, *shape); the batch itself once the noise is gone."""
        std = self.at(step)
        return samples + std * torch.randn(samples.shape, generator=rng).to(samples) if std else samples
