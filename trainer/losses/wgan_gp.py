"""The Wasserstein loss with gradient penalty: a critic that is kept near Lipschitz 1."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from monitor.errors import InvalidValue
from trainer.losses.base import Loss, Usual


class WassersteinGP(Loss):
    """The critic's mean difference estimates the Wasserstein-1 distance between data and samples.

    L_D = E_z[D(G(z))] - E_x[D(x)] + λ E_x̂[(‖∇D(x̂)‖₂ - 1)²]
    L_G = -E_z[D(G(z))]

    D: critic, a score without bounds; G: generator; x: a real sample; z: noise; x̂ = ε x + (1 - ε) G(z) with ε ~ U[0, 1], one
    for each pair; ∇: gradient by x̂, its norm over all of a sample's numbers; λ: `gp_weight`. Losses are in the critic's
    units, so only their course tells anything; at the equilibrium E_x[D(x)] = E_z[D(G(z))].

    Gulrajani et al., "Improved Training of Wasserstein GANs", NeurIPS 2017, algorithm 1 (λ = 10, five critic steps, Adam 0.0001,
    β = (0, 0.9)). The critic may have no batch normalization, which would tie the gradients of a batch's samples together.

    Raises:
        InvalidValue: `gp_weight` is not a positive number.
    """

    usual = Usual(lr=1e-4, betas=(0.0, 0.9), discriminator_steps=5)

    def __init__(self, gp_weight: float = 10.0) -> None:
        if not 0 < gp_weight < float("inf"):
            raise InvalidValue(f"gp_weight={gp_weight!r} is not allowed: a number above 0 is")
        self.gp_weight = gp_weight

    def discriminator(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return -real.mean(), fake.mean()

    def generator(self, fake: Tensor) -> Tensor:
        return -fake.mean()

    def penalty(self, discriminator: nn.Module, real: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor:
        mix = torch.rand(len(real), *[1] * (real.dim() - 1), generator=rng).to(real)  # (N, 1, …): one ε a pair
        between = (mix * real + (1 - mix) * fake).detach().requires_grad_()
        (slope,) = torch.autograd.grad(discriminator(between).sum(), between, create_graph=True)  # (N, *shape)
        off: Tensor = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        return self.gp_weight * off
