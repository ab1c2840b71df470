"""Fully connected networks: for points in the plane, and for very small images."""

from __future__ import annotations

import math

from torch import Tensor, nn


class MLPGenerator(nn.Module):
    """Noise (N, latent) to samples (N, *shape): images in [-1, 1] by tanh, points without bounds."""

    def __init__(self, shape: tuple[int, ...], latent: int, width: int) -> None:
        super().__init__()
        self.shape = shape
        self.body = nn.Sequential(
            nn.Linear(latent, width), nn.ReLU(),
            nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, math.prod(shape)),
            nn.Tanh() if len(shape) == 3 else nn.Identity(),
        )  # fmt: skip

    def forward(self, noise: Tensor) -> Tensor:
        samples: Tensor = self.body(noise).view(-1, *self.shape)
        return samples


class MLPDiscriminator(nn.Module):
    """Samples (N, *shape) to logits (N,)."""

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(math.prod(shape), width), nn.LeakyReLU(0.2),
            nn.Linear(width, width), nn.LeakyReLU(0.2),
            nn.Linear(width, width), nn.LeakyReLU(0.2),
            nn.Linear(width, 1),
        )  # fmt: skip

    def forward(self, samples: Tensor) -> Tensor:
        logits: Tensor = self.body(samples.flatten(1)).squeeze(1)
        return logits
