"""Unrolling: the generator plays against the discriminator of k steps ahead."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import functional_call

from trainer.losses import Targets
from trainer.remedies.base import Turn


def unrolled_loss(turn: Turn, steps: int, lr: float, targets: Targets) -> Tensor:
    """The generator's loss, 0-d, against a discriminator that first answers `steps` times; the gradient goes through its answers.

    θ⁰ = θ_D;  θᵏ⁺¹ = θᵏ - η ∇_θ L_D(θᵏ, θ_G);  L_G is taken at θᴷ. The discriminator itself stays as it was. η: `unroll_lr`, of
    plain gradient descent (the paper: Adam, whose state would have to be differentiated too).

    Metz et al., "Unrolled Generative Adversarial Networks", ICLR 2017, equations 2 to 7.
    """
    discriminator = turn.discriminator
    weights = {name: p.detach().requires_grad_() for name, p in discriminator.named_parameters()}
    buffers = {name: buffer.clone() for name, buffer in discriminator.named_buffers()}

    def ask(samples: Tensor) -> Tensor:
        answer: Tensor = functional_call(discriminator, (weights, buffers), (samples,))
        return answer

    for _ in range(steps):
        d_loss = torch.stack(turn.loss.discriminator(ask(turn.reals), ask(turn.fake), targets)).sum()
        slopes = torch.autograd.grad(d_loss, list(weights.values()), create_graph=True)
        weights = {name: p - lr * slope for (name, p), slope in zip(weights.items(), slopes, strict=True)}
    return turn.loss.generator(ask(turn.fake), ask(turn.reals) if turn.loss.needs_real else None)
