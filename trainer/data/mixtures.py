"""Mixtures of Gaussians in the plane, whose modes are known, at the scales of the PacGAN paper."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from trainer.data.dataset import Dataset
from trainer.data.modes import Modes

SAMPLES = 100_000  # as many as PacGAN draws for training


def ring(seed: int = 0) -> Dataset:
    """Eight Gaussians on a circle of radius 1, standard deviation 0.01: (100000, 2).

    The i-th mode is at (cos 2πi/8, sin 2πi/8); the scale of Lin et al., "PacGAN: The power of two samples in generative
    adversarial networks", NeurIPS 2018, section 4.1 ("2D-ring").
    """
    angles = torch.arange(8) * (2 * math.pi / 8)
    return _mixture("ring", torch.stack([angles.cos(), angles.sin()], dim=1), std=0.01, seed=seed)


def grid(seed: int = 0) -> Dataset:
    """25 Gaussians on a 5×5 grid with spacing 2, standard deviation 0.05: (100000, 2).

    Modes are at (-4 + 2i, -4 + 2j) for i, j in 0 … 4; the scale of PacGAN's "2D-grid" (see `ring`).
    """
    line = torch.arange(-4.0, 5.0, 2.0)
    return _mixture("grid", torch.cartesian_prod(line, line), std=0.05, seed=seed)


def _mixture(name: str, centers: Tensor, std: float, seed: int) -> Dataset:
    rng = torch.Generator().manual_seed(seed)
    labels = torch.randint(len(centers), (SAMPLES,), generator=rng)
    chosen = centers[labels]
    return Dataset(name, chosen + std * torch.randn(chosen.shape, generator=rng), Modes(centers, std), labels)
