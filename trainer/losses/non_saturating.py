"""The non-saturating loss: the generator raises the log-probability of being taken for real."""

from __future__ import annotations

import math

from torch import Tensor

from trainer.losses.base import HARD, Equilibrium, Loss, Targets, Usual
from trainer.losses.logistic import cross_entropy, resting_loss, resting_probability


class NonSaturating(Loss):
    """The original game with the generator's objective turned round, so that its gradient lives while it loses.

    L_D = -E_x[log σ(D(x))] - E_z[log(1 - σ(D(G(z))))]
    L_G = -E_z[log σ(D(G(z)))]

    D: logit of "real"; G: generator; x: a real sample; z: noise; σ: the logistic function. Losses are in nats. At the
    equilibrium D = 0 everywhere: L_D = 2 log 2 ≈ 1.386 and L_G = log 2 ≈ 0.693.

    Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014, section 3. The usual setting is that of Radford, Metz and
    Chintala, "Unsupervised Representation Learning with Deep Convolutional GANs", ICLR 2016: Adam, 0.0002, β₁ = 0.5.
    """

    usual = Usual(lr=2e-4, betas=(0.5, 0.999), discriminator_steps=1)
    has_labels = True

    def discriminator(self, real: Tensor, fake: Tensor, targets: Targets = HARD) -> tuple[Tensor, Tensor]:
        """Both terms of L_D in nats, 0-d each; with other targets, the cross-entropy with those."""
        return cross_entropy(real, targets.real), cross_entropy(fake, targets.fake)

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G in nats, 0-d."""
        return cross_entropy(fake, 1.0)

    def equilibrium(self, targets: Targets = HARD) -> Equilibrium:
        """D's best answer is the mean of its targets, q: twice the entropy of q, and -log q."""
        return Equilibrium(resting_loss(targets), -math.log(resting_probability(targets)))
