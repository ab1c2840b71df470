"""The least-squares loss: a discriminator that is a regression onto its labels."""

from __future__ import annotations

from torch import Tensor

from trainer.losses.base import HARD, Equilibrium, Loss, Targets, Usual
from trainer.losses.logistic import resting_probability


class LeastSquares(Loss):
    """Squares instead of cross-entropy: a sample far on the right side of the border still gives a gradient.

    L_D = ½ E_x[(D(x) - b)²] + ½ E_z[(D(G(z)) - a)²]
    L_G = ½ E_z[(D(G(z)) - c)²]

    D: an output without bounds; a, b: the targets of generated and of real samples (0 and 1); c = 1: what the generator wants D
    to say. At the equilibrium D = (a + b) / 2: L_D = (b - a)² / 4 = 0.25, L_G = (c - (a + b) / 2)² / 2 = 0.125.

    Mao et al., "Least Squares Generative Adversarial Networks", ICCV 2017, equations 2 and 9.
    """

    usual = Usual(lr=2e-4, betas=(0.5, 0.999), discriminator_steps=1)
    has_labels = True

    def discriminator(self, real: Tensor, fake: Tensor, targets: Targets = HARD) -> tuple[Tensor, Tensor]:
        """Half the mean squares of the distances from the targets b and a, 0-d each."""
        return (real - targets.real).square().mean() / 2, (fake - targets.fake).square().mean() / 2

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """Half the mean square of the distance from 1, 0-d."""
        return (fake - 1).square().mean() / 2

    def equilibrium(self, targets: Targets = HARD) -> Equilibrium:
        """D = (a + b) / 2 everywhere."""
        return Equilibrium((targets.real - targets.fake) ** 2 / 4, (1 - resting_probability(targets)) ** 2 / 2)
