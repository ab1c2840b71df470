"""The relativistic average loss: is this sample more real than the others are on average?"""

from __future__ import annotations

from torch import Tensor

from monitor.errors import InvalidValue
from trainer.losses.base import HARD, Equilibrium, Loss, Targets, Usual
from trainer.losses.logistic import cross_entropy, resting_loss


class RelativisticAverage(Loss):
    """Both players look at differences of logits, so real samples also push the generator.

    With D̃(x) = D(x) - E_z[D(G(z))] and D̃(G(z)) = D(G(z)) - E_x[D(x)]:
    L_D = -E_x[log σ(D̃(x))] - E_z[log(1 - σ(D̃(G(z))))]
    L_G = -E_z[log σ(D̃(G(z)))] - E_x[log(1 - σ(D̃(x)))]

    D: logit; G: generator; x: a real sample; z: noise; σ: the logistic function. Losses are in nats. At the equilibrium D is the
    same everywhere and both losses are 2 log 2 ≈ 1.386.

    Jolicoeur-Martineau, "The relativistic discriminator: a key element missing from standard GAN", ICLR 2019, section 4.2.
    """

    usual = Usual(lr=2e-4, betas=(0.5, 0.999), discriminator_steps=1)
    has_labels = True
    needs_real = True

    def discriminator(self, real: Tensor, fake: Tensor, targets: Targets = HARD) -> tuple[Tensor, Tensor]:
        """Cross-entropies of the differences from the other side's mean, in nats, 0-d each."""
        return cross_entropy(real - fake.mean(), targets.real), cross_entropy(fake - real.mean(), targets.fake)

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G in nats, 0-d. Raises InvalidValue without `real`."""
        if real is None:
            raise InvalidValue("the relativistic generator's loss needs the outputs on real samples too")
        return cross_entropy(fake - real.mean(), 1.0) + cross_entropy(real - fake.mean(), 0.0)

    def equilibrium(self, targets: Targets = HARD) -> Equilibrium:
        """2 log 2 for both; with other targets D's best answer is no closed form, so None."""
        return Equilibrium(resting_loss(HARD), resting_loss(HARD)) if targets == HARD else Equilibrium(None, None)
