"""What every data set looks like to the loop: one tensor of samples, and the modes where they are known."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.data.modes import Modes


@dataclass(frozen=True)
class Dataset:
    """Samples in memory.

    Attributes:
        name: of a built-in set, or of the file or folder.
        samples: (N, C, H, W) float32 in [-1, 1], or (N, D) float32 points.
        modes: the mixture's true modes; None where nobody knows them.
        labels: the class (or mode) of each sample, (N,) int64; None where nobody knows it.
    """

    name: str
    samples: Tensor
    modes: Modes | None = None
    labels: Tensor | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample: (C, H, W) or (D,)."""
        return tuple(self.samples.shape[1:])

    @property
    def is_images(self) -> bool:
        """True when samples are pictures in [-1, 1]."""
        return len(self.shape) == 3

    def batch(self, size: int, rng: torch.Generator) -> Tensor:
        """`size` samples drawn evenly, with replacement: (size, *shape)."""
        return self.samples[self.rows(size, rng)]

    def rows(self, size: int, rng: torch.Generator) -> Tensor:
        """Which samples such a batch has: (size,)."""
        return torch.randint(len(self.samples), (size,), generator=rng)
