"""Everything that decides a training's outcome: the same config gives the same weights."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from monitor.errors import InvalidValue
from trainer import losses, models
from trainer.data import DATA

_COUNTS = ("steps", "batch_size", "latent", "width", "discriminator_steps", "sample_every")
_CHOICES: dict[str, Iterable[str]] = {"data": DATA, "model": models.MODELS, "loss": losses.LOSSES}


@dataclass(frozen=True, kw_only=True)
class Config:
    """One training. `Config.of` fills in what the loss's paper uses.

    Attributes:
        data, model, loss: names in `trainer.data.DATA`, `trainer.models.MODELS`, `trainer.losses.LOSSES`.
        steps: generator steps.
        batch_size: samples a step. latent: numbers of noise a sample. width: hidden units (mlp), or channels (dcgan).
        seed: of the first weights, the batches, the noise and the drawn data.
        lr_generator, lr_discriminator, beta1, beta2: Adam's.
        discriminator_steps: for each generator step.
        gp_weight: weight of the gradient penalty; None: the loss's own.
        sample_every: steps between two sample grids.

    Raises:
        InvalidValue: names the field, its value and what is allowed.
    """

    data: str = "digits"
    model: str = "dcgan"
    loss: str = "non-saturating"
    steps: int = 5000
    batch_size: int = 64
    latent: int = 32
    width: int = 32
    seed: int = 0
    lr_generator: float = 2e-4
    lr_discriminator: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    discriminator_steps: int = 1
    gp_weight: float | None = None
    sample_every: int = 100

    def __post_init__(self) -> None:
        for field, names in _CHOICES.items():
            if getattr(self, field) not in names:
                raise InvalidValue(f"no {field} {getattr(self, field)!r}; there are {', '.join(names)}")
        for field in _COUNTS:
            self._require(field, getattr(self, field) >= 1, "1 or more")
        for field in ("lr_generator", "lr_discriminator"):
            self._require(field, 0 < getattr(self, field) < math.inf, "a number above 0")
        for field in ("beta1", "beta2"):
            self._require(field, 0 <= getattr(self, field) < 1, "0 or more and below 1")
        self._require("seed", 0 <= self.seed < 2**63, "a whole number from 0 to 2^63 - 1")
        models.check(self.model, DATA[self.data].shape)
        losses.build(self.loss, gp_weight=self.gp_weight)

    @classmethod
    def of(cls, **given: Any) -> Self:
        """A config of what is given and not None. Else: the loss's usual learning rates, betas and discriminator steps,
        and the model that suits the data."""
        given = {field: value for field, value in given.items() if value is not None}
        usual = losses.usual(given.get("loss", cls.loss))
        filled: dict[str, Any] = {
            "lr_generator": usual.lr,
            "lr_discriminator": usual.lr,
            "beta1": usual.betas[0],
            "beta2": usual.betas[1],
            "discriminator_steps": usual.discriminator_steps,
        }
        if (source := DATA.get(given.get("data", cls.data))) is not None:
            filled["model"] = models.usual(source.shape)
        return cls(**(filled | given))

    def _require(self, field: str, holds: bool, allowed: str) -> None:
        if not holds:
            raise InvalidValue(f"{field}={getattr(self, field)!r} is not allowed: {allowed}")
