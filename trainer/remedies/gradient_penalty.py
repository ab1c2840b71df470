"""Penalties on the discriminator's gradient by its input: WGAN-GP's, R1, DRAGAN's."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.linalg import vector_norm

from trainer.remedies.base import Remedy, Turn


def slopes(discriminator: nn.Module, at: Tensor) -> Tensor:
    """∇_x D(x) at each of (N, *shape), flattened: (N, numbers of a sample), itself differentiable."""
    at = at.detach().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(at).sum(), at, create_graph=True)
    flat: Tensor = slope.flatten(1)
    return flat


def between(turn: Turn) -> Tensor:
    """WGAN-GP: E[(‖∇D(x̂)‖ - 1)²] at x̂ = ε x + (1 - ε) G(z), one ε ~ U[0, 1] a pair.

    Gulrajani et al., "Improved Training of Wasserstein GANs", NeurIPS 2017, equation 3; λ = 10.
    """
    real = turn.reals
    mix = torch.rand(len(real), *[1] * (real.dim() - 1), generator=turn.rng).to(real)
    lengths: Tensor = vector_norm(slopes(turn.discriminator, mix * real + (1 - mix) * turn.fake), dim=1)
    return (lengths - 1).square().mean()


def on_real(turn: Turn) -> Tensor:
    """R1: ½ E[‖∇D(x)‖²] on real samples: a discriminator that is flat where the data are.

    Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do actually Converge?", ICML 2018, equation 9; γ = 10.
    """
    return slopes(turn.discriminator, turn.reals).square().sum(dim=1).mean() / 2


def around_real(turn: Turn) -> Tensor:
    """DRAGAN: E[(‖∇D(x + δ)‖ - 1)²] with δ = ½ std(batch) u, u ~ U[0, 1] for each number: smooth around the data.

    Kodali et al., "On Convergence and Stability of GANs", 2017, section 2.3 and its published code; λ = 10.
    """
    real = turn.reals
    noise = torch.rand(real.shape, generator=turn.rng).to(real)
    lengths: Tensor = vector_norm(slopes(turn.discriminator, real + 0.5 * real.std() * noise), dim=1)
    return (lengths - 1).square().mean()


class Kind(NamedTuple):
    """A penalty before it is weighted, and the weight its paper takes."""

    of: Callable[[Turn], Tensor]
    weight: float


KINDS = {"wgan-gp": Kind(between, 10.0), "r1": Kind(on_real, 10.0), "dragan": Kind(around_real, 10.0)}


class GradientPenalty(Remedy):
    """Adds λ times the penalty of that kind to the discriminator's loss. λ: `gp_weight`, or what the paper takes."""

    name = "gradient_penalty"

    def __init__(self, kind: str, weight: float | None = None) -> None:
        self.kind = KINDS[kind]
        self.weight = self.kind.weight if weight is None else weight

    def discriminator_term(self, turn: Turn) -> Tensor:
        """The weighted penalty, 0-d."""
        return self.weight * self.kind.of(turn)
