"""Loss families: the names that people give them, and where the losses end when all goes well."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

FAMILIES = {
    "minimax": "minimax",
    "saturating": "minimax",
    "non-saturating": "non-saturating",
    "ns": "non-saturating",
    "bce": "non-saturating",
    "vanilla": "non-saturating",
    "gan": "non-saturating",
    "dcgan": "non-saturating",
    "logistic": "non-saturating",
    "wgan": "wgan",
    "wasserstein": "wgan",
    "wgan-gp": "wgan-gp",
    "wgangp": "wgan-gp",
    "lsgan": "lsgan",
    "ls": "lsgan",
    "least-squares": "lsgan",
    "hinge": "hinge",
    "relativistic": "relativistic",
    "ralsgan": "relativistic",
    "ragan": "relativistic",
}
LOSS_KEYS = ("loss_family", "loss", "gan_mode", "loss_type", "gan_loss", "adv_loss")

# Family → player → its loss where neither can gain any more, in nats, of discriminators that minimise the sum of both parts.
# Only what all write alike: least squares is scaled in several ways, and a critic's offset says nothing of the generator.
EQUILIBRIA: dict[str, dict[str, float]] = {
    "minimax": {"generator": -log(2), "discriminator": 2 * log(2)},
    "non-saturating": {"generator": log(2), "discriminator": 2 * log(2)},
    "relativistic": {"generator": 2 * log(2), "discriminator": 2 * log(2)},
    "wgan": {"discriminator": 0.0},
    "wgan-gp": {"discriminator": 0.0},
    "hinge": {"discriminator": 2.0},
}


def family_told(config: Mapping[str, Any]) -> str:
    """The loss family that a run's config names, "" when it names none that is known.

    >>> family_told({"gan_mode": "WGAN_GP"})
    'wgan-gp'
    """
    told = next((str(config[key]) for key in LOSS_KEYS if isinstance(config.get(key), str)), "")
    return FAMILIES.get(told.lower().replace("_", "-").removesuffix("-loss"), "")
