"""The Wasserstein losses: a critic whose mean difference estimates a distance, kept Lipschitz by clipping or by a penalty."""

from __future__ import annotations

from torch import Tensor

from trainer.losses.base import HARD, Equilibrium, Loss, Targets, Usual


class Wasserstein(Loss):
    """The critic's mean difference estimates the Wasserstein-1 distance between data and samples, up to its Lipschitz constant.

    L_D = E_z[D(G(z))] - E_x[D(x)]
    L_G = -E_z[D(G(z))]

    D: critic, a score without bounds; G: generator; x: a real sample; z: noise. Losses are in the critic's units, so only their
    course tells anything; at the equilibrium L_D = 0, and L_G is whatever offset the critic has.

    Arjovsky, Chintala and Bottou, "Wasserstein GAN", ICML 2017, algorithm 1: weights clipped to ±0.01 after each of five critic
    steps, RMSProp at 0.00005; here Adam without momentum (β₁ = 0), which is RMSProp with bias correction.
    """

    usual = Usual(lr=5e-5, betas=(0.0, 0.99), discriminator_steps=5, weight_clip=0.01)

    def discriminator(self, real: Tensor, fake: Tensor, targets: Targets = HARD) -> tuple[Tensor, Tensor]:
        """-E_x[D(x)] and E_z[D(G(z))], 0-d each; a critic has no targets."""
        return -real.mean(), fake.mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """-E_z[D(G(z))], 0-d."""
        return -fake.mean()

    def equilibrium(self, targets: Targets = HARD) -> Equilibrium:
        """The critic tells no difference: 0; the generator's loss is its offset."""
        return Equilibrium(0.0, None)


class WassersteinGP(Wasserstein):
    """`Wasserstein` with a critic that is kept near Lipschitz 1 by a penalty on its gradient (`remedies.gradient_penalty`).

    L_D = E_z[D(G(z))] - E_x[D(x)] + λ E_x̂[(‖∇D(x̂)‖₂ - 1)²]
    L_G = -E_z[D(G(z))]

    x̂ = ε x + (1 - ε) G(z) with ε ~ U[0, 1], one for each pair; ∇: gradient by x̂, its norm over all of a sample's numbers; λ:
    `gp_weight`; the other symbols as in `Wasserstein`. The penalty is logged as a term of its own.

    Gulrajani et al., "Improved Training of Wasserstein GANs", NeurIPS 2017, algorithm 1: λ = 10, five critic steps, Adam 0.0001,
    β = (0, 0.9). The critic may have no batch normalization, which would tie the gradients of a batch's samples together.
    """

    usual = Usual(lr=1e-4, betas=(0.0, 0.9), discriminator_steps=5, gradient_penalty="wgan-gp")
