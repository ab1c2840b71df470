"""Unrolling: the generator plays against the discriminator of k steps ahead."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call

from trainer.losses import Targets
from trainer.remedies.base import Turn


def unrolled_loss(turn: Turn, steps: int, lr: float, targets: Targets, scales: Mapping[str, Tensor]) -> Tensor:
    """The generator's loss, 0-d, against a discriminator that first answers `steps` times; the gradient goes through its answers.

    θ⁰ = θ_D;  θᵏ⁺¹ = θᵏ - η ∇_θ L_D(θᵏ, θ_G) / s;  L_G is taken at θᴷ. The discriminator itself stays as it was. η: `unroll_lr`.

    Args:
        scales: s, by parameter's name, of its shape: see `adam_scales`.

    Metz et al., "Unrolled Generative Adversarial Networks", ICLR 2017, equations 2 to 7 (there the answers are Adam's too).
    """
    discriminator = turn.discriminator
    weights = {name: p.detach().requires_grad_() for name, p in discriminator.named_parameters()}
    buffers = {name: buffer.clone() for name, buffer in discriminator.named_buffers()}

    def ask(samples: Tensor) -> Tensor:
        """Logits of the discriminator with the weights that its answers have led to so far."""
        answer: Tensor = functional_call(discriminator, (weights, buffers), (samples,))
        return answer

    for _ in range(steps):
        d_loss = torch.stack(turn.loss.discriminator(ask(turn.reals), ask(turn.fake), targets)).sum()
        slopes = torch.autograd.grad(d_loss, list(weights.values()), create_graph=True)
        weights = {
            name: p - lr * slope / scales[name] for (name, p), slope in zip(weights.items(), slopes, strict=True)
        }
    return turn.loss.generator(ask(turn.fake), ask(turn.reals) if turn.loss.needs_real else None)


def adam_scales(discriminator: nn.Module, optimizer: torch.optim.Adam) -> dict[str, Tensor]:
    """√v̂ + ε of each parameter, as its Adam has them now and held still: what a step's length is divided by there.

    With them the answers are as long as the discriminator's own steps, whatever the size of its gradients, and its learning rate
    suits them too. A plain descent of that rate stands still, and a hundred times the rate tears the discriminator apart. 1 where
    Adam has not stepped yet.
    """
    group = optimizer.param_groups[0]
    found = {}
    for name, parameter in discriminator.named_parameters():
        state = optimizer.state.get(parameter)
        if state:
            corrected = state["exp_avg_sq"] / (1 - group["betas"][1] ** float(state["step"]))
            found[name] = corrected.sqrt() + group["eps"]
        else:
            found[name] = torch.ones_like(parameter)
    return found
