"""EMA: the samples that are shown come from a slowly moving mean of the generator's weights."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from trainer.remedies.base import Remedy


class GeneratorAverage(Remedy):
    """θ̄ ← β θ̄ + (1 - β) θ after each of the generator's steps; β: `ema`. Running statistics are taken over.

    Training goes on with θ; only what is shown and kept as the result is θ̄. In the first steps β is min(β, (1 + t) / (10 + t)):
    the first weights are soon forgotten.

    Yazıcı et al., "The Unusual Effectiveness of Averaging in GAN Training", ICLR 2019.
    """

    name = "ema"

    def __init__(self, decay: float, generator: nn.Module) -> None:
        self.decay, self.count = decay, 0
        self.average = copy.deepcopy(generator).requires_grad_(False)

    @torch.no_grad()
    def after_step(self, turn: str, network: nn.Module) -> None:
        """Moves the mean towards the generator's weights."""
        if turn != "generator":
            return
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        self.count += 1
        mean, now = [p.detach() for p in self.average.parameters()], [p.detach() for p in network.parameters()]
        torch._foreach_lerp_(mean, now, 1 - decay)
        for kept, buffer in zip(self.average.buffers(), network.buffers(), strict=True):
            kept.copy_(buffer)

    def state_dict(self) -> dict[str, Any]:
        """The averaged weights, and how many steps are in them."""
        return {"count": self.count, "average": self.average.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on with that mean."""
        self.count = state["count"]
        self.average.load_state_dict(state["average"])
