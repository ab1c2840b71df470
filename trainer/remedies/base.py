"""What a remedy is to the loop: places where it may act. Each does nothing unless the remedy says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from trainer.losses import Loss


@dataclass(frozen=True, slots=True)
class Turn:
    """What a player's turn is played with.

    Attributes:
        generator, discriminator: the networks. loss: the game.
        real, fake: batches (N, *shape) as the discriminator saw them; in the generator's turn `fake` carries its gradient, and
            `real` is None unless somebody `needs_real`.
        rng: the training's random numbers. step: of the training, from 0.
    """

    generator: nn.Module
    discriminator: nn.Module
    loss: Loss
    real: Tensor | None
    fake: Tensor
    rng: torch.Generator
    step: int

    @property
    def reals(self) -> Tensor:
        """`real`, where it is known to be there."""
        assert self.real is not None
        return self.real


class Remedy:
    """One remedy. `name` is the config's field and the term's name in `loss/<name>`.

    Attributes:
        needs_real: its `generator_term` reads real samples.
    """

    name = ""
    needs_real = False

    def generator_input(self, noise: Tensor, rng: torch.Generator) -> Tensor:
        """What the generator gets instead of `noise` (N, latent) while it trains."""
        return noise

    def discriminator_input(self, samples: Tensor, step: int, rng: torch.Generator) -> Tensor:
        """What the discriminator gets instead of `samples` (N, *shape), real or generated, while it trains."""
        return samples

    def discriminator_term(self, turn: Turn) -> Tensor | None:
        """What is added to the discriminator's loss, 0-d, weighted."""
        return None

    def generator_term(self, turn: Turn) -> Tensor | None:
        """What is added to the generator's loss, 0-d, weighted."""
        return None

    def before_step(self, network: nn.Module) -> None:
        """The network's gradients are there, its optimizer has not moved yet."""

    def after_step(self, turn: str, network: nn.Module) -> None:
        """Its optimizer has moved. `turn`: "discriminator" or "generator"."""

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint has to keep, tensors and plain values."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from `state_dict`."""
