"""What the discriminator makes of the plane, for data of two dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trainer.config import Config
from trainer.data import Dataset

SIDE = 64  # points a side
MARGIN = 0.25  # of the data's extent, on each side


@dataclass(frozen=True)
class Plane:
    """A grid of points (SIDE², 2), row by row from y0 upwards, within `bounds`: x0, x1, y0, y1."""

    points: Tensor
    bounds: tuple[float, float, float, float]

    @torch.no_grad()
    def judged(self, discriminator: nn.Module) -> Tensor:
        """The discriminator's output at each point, (SIDE, SIDE); with its running statistics, and left as it was."""
        was_training = discriminator.training
        discriminator.eval()
        weight = next(discriminator.parameters())
        found: Tensor = discriminator(self.points.to(weight.device))
        discriminator.train(was_training)
        return found.float().reshape(SIDE, SIDE).cpu()


def plane(dataset: Dataset, config: Config) -> Plane | None:
    """The plane about the data. None: they have other dimensions, or the discriminator judges no point by itself (packing,
    layers that compare the samples of a batch)."""
    if dataset.shape != (2,) or config.pack > 1 or config.minibatch != "none":
        return None
    low, high = dataset.samples.amin(dim=0), dataset.samples.amax(dim=0)
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)
    x, y = (torch.linspace(float(low[axis]), float(high[axis]), SIDE) for axis in (0, 1))
    points = torch.stack([x.repeat(SIDE), y.repeat_interleave(SIDE)], dim=1)
    return Plane(points, (float(low[0]), float(high[0]), float(low[1]), float(high[1])))
