"""Clipping: of the critic's weights, of the gradients."""

from __future__ import annotations

import torch
from torch import nn

from trainer.remedies.base import Remedy


class WeightClipping(Remedy):
    """After each of the discriminator's steps, every weight is cut to [-c, c]. c: `weight_clip`.

    A crude way to a bounded Lipschitz constant. Arjovsky, Chintala and Bottou, "Wasserstein GAN", ICML 2017, algorithm 1.
    """

    name = "weight_clip"

    def __init__(self, limit: float) -> None:
        self.limit = limit

    @torch.no_grad()
    def after_step(self, turn: str, network: nn.Module) -> None:
        """Cuts the discriminator's weights; the generator's are left alone."""
        if turn == "discriminator":
            for parameter in network.parameters():
                parameter.clamp_(-self.limit, self.limit)


class GradientClipping(Remedy):
    """Before each step, a network's whole gradient is scaled down to the L2 norm c where it is longer. c: `gradient_clip`.

    Keeps one bad batch from throwing the weights far away. Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent
    neural networks", ICML 2013, section 3.2.
    """

    name = "gradient_clip"

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def before_step(self, network: nn.Module) -> None:
        """Scales the gradient down in place where it is too long."""
        nn.utils.clip_grad_norm_(network.parameters(), self.limit)
