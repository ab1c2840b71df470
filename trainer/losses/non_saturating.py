"""The non-saturating loss: the generator raises the log-probability of being taken for real."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus

from trainer.losses.base import Loss, Usual


class NonSaturating(Loss):
    """The original game with the generator's objective turned round, so that its gradient lives while it loses.

    L_D = -E_x[log σ(D(x))] - E_z[log(1 - σ(D(G(z))))] = E_x[s(-D(x))] + E_z[s(D(G(z)))]
    L_G = -E_z[log σ(D(G(z)))]                          = E_z[s(-D(G(z)))]

    D: logit of "real"; G: generator; x: a real sample; z: noise; σ: the logistic function; s(t) = log(1 + e^t), softplus.
    Losses are in nats. At the equilibrium D = 0 everywhere: L_D = 2 log 2 ≈ 1.386 and L_G = log 2 ≈ 0.693.

    Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014, section 3. The usual setting is that of Radford, Metz and
    Chintala, "Unsupervised Representation Learning with Deep Convolutional GANs", ICLR 2016: Adam, 0.0002, β₁ = 0.5.
    """

    usual = Usual(lr=2e-4, betas=(0.5, 0.999), discriminator_steps=1)

    def discriminator(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return softplus(-real).mean(), softplus(fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        return softplus(-fake).mean()
