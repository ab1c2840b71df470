"""Settings that cause, on purpose, what a GAN's training can come to. What each does: docs/scenarios.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scenario:
    """One setting.

    Attributes:
        about: what happens, and by what it is seen. settings: for `Config.of`; what is given beside them goes first.
    """

    about: str
    settings: dict[str, Any]


def ring(about: str, loss: str, lr: float | tuple[float, float], steps: int, **more: Any) -> Scenario:
    """A scenario on the eight Gaussians, where the truth is known. `lr`: of both, or (generator, discriminator)."""
    lr_generator, lr_discriminator = lr if isinstance(lr, tuple) else (lr, lr)
    base = {"data": "ring", "model": "mlp", "width": 128, "latent": 2, "batch_size": 256, "sample_every": 50}
    rates = {"lr_generator": lr_generator, "lr_discriminator": lr_discriminator}
    return Scenario(about, base | rates | {"loss": loss, "steps": steps} | more)


R1 = {"gradient_penalty": "r1", "gp_weight": 0.1}
COVERED = "finds the eight modes and stays"

SCENARIOS: dict[str, Scenario] = {
    "healthy": ring(COVERED, "non-saturating", 1e-3, 3000, lr_schedule="cosine", **R1),
    "healthy-minimax": ring(COVERED, "minimax", 1e-3, 3000, **R1),
    "healthy-lsgan": ring(COVERED, "lsgan", 1e-3, 3000),
    "healthy-hinge": ring(COVERED, "hinge", 1e-3, 3000, **R1),
    "healthy-relativistic": ring(COVERED, "relativistic", 1e-3, 3000, lr_schedule="cosine", **R1),
    "healthy-wgan": ring(COVERED, "wgan", 1e-3, 2000, weight_clip=0.1, discriminator_steps=5, lr_schedule="cosine"),
    "healthy-wgan-gp": ring(COVERED, "wgan-gp", 1e-3, 2000, beta1=0.5, gp_weight=0.1, lr_schedule="cosine"),
    "healthy-digits": Scenario(
        "a DCGAN that learns the digits", {"lr_generator": 2e-3, "lr_discriminator": 2e-3, "steps": 3000}
    ),
    "collapse": ring(
        "the generator's learning rate is far too high: all samples are one point",
        "non-saturating", (3e-2, 1e-3), 2000, beta1=0.9,
    ),
    "partial-collapse": ring(
        "a discriminator far ahead under a saturating loss: a few modes are found and kept, the others never",
        "minimax", (1e-4, 1e-3), 1500, discriminator_steps=5, lr_schedule="cosine",
    ),
    "mode-hopping": ring(
        "momentum without a penalty: all samples sit together and hop from place to place",
        "non-saturating", 1e-3, 2500, beta1=0.9,
    ),
    "vanishing-gradient": ring(
        "the saturating loss beside a perfect discriminator: the generator's gradient goes to nothing",
        "minimax", (1e-5, 1e-3), 1500, discriminator_steps=5,
    ),
    "discriminator-too-strong": ring(
        "the generator hardly moves, the discriminator is always right and ever surer",
        "non-saturating", (1e-7, 1e-3), 1500, discriminator_steps=5,
    ),
    "discriminator-too-weak": ring(
        "the discriminator hardly moves, the generator runs wherever its slope leads",
        "non-saturating", (1e-3, 1e-6), 2000,
    ),
    "exploding": ring(
        "a critic without any bound whose learning rate jumps at step 600: losses and gradients end as NaN",
        "wgan", 1e-3, 1000, weight_clip=1e30, inject_at=600, inject_discriminator=1e12,
    ),
    "non-convergence": ring(
        "momentum and a critic with a loose bound: the losses swing without end, and no mode is ever met",
        "wgan", 1e-3, 2000, weight_clip=1.0, discriminator_steps=1, beta1=0.9,
    ),
    "fluctuating-quality": ring(
        "high learning rates without a penalty: modes come and go, the share of good samples rises and falls",
        "non-saturating", 8e-3, 3000,
    ),
    "late-collapse": ring(
        "healthy until step 2,000, where the generator's learning rate jumps",
        "non-saturating", 1e-3, 3000, inject_at=2000, inject_generator=50.0, **R1,
    ),
}  # fmt: skip
