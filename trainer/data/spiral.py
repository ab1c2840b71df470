"""Two noisy spiral arms in the plane: a law that is one thin curve, with no modes to count."""

from __future__ import annotations

import math

import torch

from trainer.data.dataset import Dataset

COUNT = 100_000
TURNS, WIDTH = 1.5, 0.02


def spiral(seed: int = 0) -> Dataset:
    """(100000, 2): two arms from the middle to radius 1 in 1.5 turns, with deviation 0.02 in each direction."""
    rng = torch.Generator().manual_seed(seed)
    along = torch.rand(COUNT, generator=rng).sqrt()  # evenly over the length, nearly
    arm = torch.randint(2, (COUNT,), generator=rng)
    angle = 2 * math.pi * TURNS * along + math.pi * arm
    points = along.unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], dim=1)
    return Dataset("spiral", points + WIDTH * torch.randn(COUNT, 2, generator=rng), labels=arm)
