"""The hinge loss: a discriminator that wants a margin, and no more."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import relu

from trainer.losses.base import HARD, Equilibrium, Loss, Targets, Usual


class Hinge(Loss):
    """The discriminator stops learning from samples beyond a margin of 1; the generator's objective is WGAN's.

    L_D = E_x[max(0, 1 - D(x))] + E_z[max(0, 1 + D(G(z)))]
    L_G = -E_z[D(G(z))]

    D: a score; G: generator; x: a real sample; z: noise. At the equilibrium every D within [-1, 1] that is the same for both laws
    gives L_D = 2; L_G is its offset.

    Lim and Ye, "Geometric GAN", 2017, equations 15 and 16; Miyato et al., "Spectral Normalization for Generative Adversarial
    Networks", ICLR 2018, equations 16 and 17.
    """

    usual = Usual(lr=2e-4, betas=(0.5, 0.999), discriminator_steps=1)

    def discriminator(self, real: Tensor, fake: Tensor, targets: Targets = HARD) -> tuple[Tensor, Tensor]:
        """The mean shortfalls from the margin, 0-d each; the margin takes no targets."""
        return relu(1 - real).mean(), relu(1 + fake).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """-E_z[D(G(z))], 0-d."""
        return -fake.mean()

    def equilibrium(self, targets: Targets = HARD) -> Equilibrium:
        """2 for every D within the margin; the generator's loss is its offset."""
        return Equilibrium(2.0, None)
