"""What a loss is to the loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn


class Usual(NamedTuple):
    """The setting that the loss's paper trains with; a run takes what it is not told from here."""

    lr: float
    betas: tuple[float, float]
    discriminator_steps: int


class Loss(ABC):
    """The two players' objectives; both are minimised.

    `real` and `fake` are the discriminator's raw outputs on a batch each, (N,): logits, or a critic's scores.
    """

    usual: ClassVar[Usual]

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """The discriminator's loss on real and on generated samples, 0-d each; it minimises their sum."""

    @abstractmethod
    def generator(self, fake: Tensor) -> Tensor:
        """The generator's loss, 0-d."""

    def penalty(self, discriminator: nn.Module, real: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor | None:
        """What is added to the discriminator's loss, 0-d and already weighted; None where the loss has no such term.

        Args:
            real, fake: the batches themselves, (N, *shape) each.
            rng: where random numbers come from, if it needs any.
        """
        return None
