"""The minimax loss: the generator lowers the log-probability of being found out. Its gradient dies while it loses."""

from __future__ import annotations

import math

from torch import Tensor

from trainer.losses.base import HARD, Equilibrium, Targets
from trainer.losses.logistic import cross_entropy, resting_loss, resting_probability
from trainer.losses.non_saturating import NonSaturating


class Minimax(NonSaturating):
    """The original zero-sum game; "saturating", since ∂L_G/∂D = -σ(D) goes to 0 as the discriminator becomes sure.

    L_D = -E_x[log σ(D(x))] - E_z[log(1 - σ(D(G(z))))]
    L_G =  E_z[log(1 - σ(D(G(z))))]

    Symbols as in `NonSaturating`. At the equilibrium D = 0: L_D = 2 log 2 ≈ 1.386, L_G = -log 2 ≈ -0.693.

    Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014, equation 1. That it saturates: ibid., section 3, and Arjovsky
    and Bottou, "Towards Principled Methods for Training GANs", ICLR 2017, theorem 2.4.
    """

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G in nats, 0-d: never above 0."""
        return -cross_entropy(fake, 0.0)

    def equilibrium(self, targets: Targets = HARD) -> Equilibrium:
        """D's best answer is the mean of its targets, q: twice the entropy of q, and log(1 - q)."""
        return Equilibrium(resting_loss(targets), math.log(1 - resting_probability(targets)))
