"""Everything that decides a training's outcome: the same config gives the same weights.

One table: each field is a flag of `nashboard train`, a key of an experiment's file, and an entry of the run's config.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Self

from monitor.errors import InvalidValue
from trainer import data, losses, models
from trainer.precision import KINDS as AMP
from trainer.remedies.gradient_penalty import KINDS as PENALTIES
from trainer.remedies.normalization import KINDS as NORMS
from trainer.remedies.schedule import SCHEDULES

NONE = "none"


def entry(default: Any, about: str, choices: Iterable[str] = (), shown: str = "") -> Any:
    """A field. `about`: its help; `choices`: the allowed names; `shown`: the default in words where a run fills it in."""
    return field(default=default, metadata={"about": about, "choices": tuple(choices), "shown": shown})


PAPER = "what the loss's paper uses"


@dataclass(frozen=True, kw_only=True)
class Config:
    """One training. `Config.of` fills in what the loss's paper uses. Each field's meaning is in its own `about`.

    Raises:
        InvalidValue: names the field, its value and what is allowed.
    """

    data: str = entry("digits", "What to learn: a built-in set's name, a file, a folder, or torchvision:NAME.")
    model: str = entry("dcgan", "Networks.", models.MODELS, "dcgan for images, mlp for points")
    loss: str = entry("non-saturating", "The game.", losses.LOSSES)
    steps: int = entry(5000, "Generator steps.")
    batch_size: int = entry(64, "Samples a step.")
    latent: int = entry(32, "Numbers of noise a sample.")
    width: int = entry(32, "Channels, or hidden units.")
    seed: int = entry(0, "The same seed gives the same weights.")
    lr_generator: float = entry(2e-4, "Learning rate of the generator.", shown="--lr")
    lr_discriminator: float = entry(2e-4, "Learning rate of the discriminator.", shown="--lr")
    lr_schedule: str = entry("constant", "How both learning rates fall over the training.", SCHEDULES)
    beta1: float = entry(0.5, "Adam's first beta.", shown=PAPER)
    beta2: float = entry(0.999, "Adam's second beta.", shown=PAPER)
    discriminator_steps: int = entry(1, "For each generator step.", shown=PAPER)
    amp: str = entry(NONE, "Mixed precision: what the networks compute in.", AMP)
    accumulate: int = entry(1, "Batches whose gradients are added up before a step.")
    label_smoothing: float = entry(0.0, "The target of real samples is 1 minus this.")
    label_smoothing_fake: float = entry(0.0, "The target of generated samples is this.")
    input_noise: float = entry(0.0, "Deviation of noise that is added to the generator's input.")
    instance_noise: float = entry(0.0, "Deviation of noise on the discriminator's input at the start.")
    instance_noise_steps: int | None = entry(None, "Steps until that noise is gone.", shown="all")
    gradient_penalty: str = entry(NONE, "Penalty on the discriminator's gradient.", (NONE, *PENALTIES), PAPER)
    gp_weight: float | None = entry(None, "Weight of that penalty.", shown="10")
    weight_clip: float | None = entry(None, "Cuts the discriminator's weights to plus or minus this.", shown=PAPER)
    gradient_clip: float | None = entry(None, "Largest L2 norm of each network's gradient.", shown="no limit")
    spectral_norm: str = entry(
        NONE, "Where weights are divided by their spectral norm.", (NONE, "discriminator", "both")
    )
    discriminator_norm: str = entry(NONE, "Normalization in the discriminator's hidden layers.", (NONE, *NORMS))
    feature_matching: float = entry(0.0, "Weight of matching the mean of the discriminator's features.")
    historical_averaging: float = entry(0.0, "Weight of staying near the mean of one's own past.")
    minibatch: str = entry(NONE, "A layer that compares the samples of a batch.", (NONE, "std", "discrimination"))
    pack: int = entry(1, "Samples that the discriminator judges together (PacGAN).")
    unroll: int = entry(0, "Steps that the discriminator is unrolled for the generator.")
    unroll_lr: float | None = entry(
        None, "Learning rate of the unrolled steps.", shown="a tenth of the discriminator's"
    )
    ema: float | None = entry(None, "Decay of the averaged generator that is shown.", shown="no average")
    inject_at: int | None = entry(
        None, "Step at which the learning rates jump, to cause a late failure.", shown="never"
    )
    inject_generator: float = entry(1.0, "Factor of the generator's learning rate from there on.")
    inject_discriminator: float = entry(1.0, "Factor of the discriminator's learning rate from there on.")
    sample_every: int = entry(100, "Steps between two sample grids.")

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise InvalidValue(f"no {name} {getattr(self, name)!r}; there are {', '.join(choices)}")
        for name in (
            "steps",
            "batch_size",
            "latent",
            "width",
            "discriminator_steps",
            "sample_every",
            "accumulate",
            "pack",
        ):
            self._require(name, getattr(self, name) >= 1, "1 or more")
        for name in ("lr_generator", "lr_discriminator"):
            self._require(name, 0 < getattr(self, name) < math.inf, "a number above 0")
        for name in ("gp_weight", "weight_clip", "gradient_clip", "instance_noise_steps", "unroll_lr"):
            value = getattr(self, name)
            self._require(name, value is None or 0 < value < math.inf, "a number above 0")
        for name in (
            "input_noise",
            "instance_noise",
            "feature_matching",
            "historical_averaging",
            "unroll",
            "inject_generator",
            "inject_discriminator",
        ):
            self._require(name, 0 <= getattr(self, name) < math.inf, "0 or more")
        for name in ("beta1", "beta2"):
            self._require(name, 0 <= getattr(self, name) < 1, "0 or more and below 1")
        for name in ("label_smoothing", "label_smoothing_fake"):
            self._require(name, 0 <= getattr(self, name) < 0.5, "0 or more and below 0.5")
        self._require("ema", self.ema is None or 0 < self.ema < 1, "above 0 and below 1")
        self._require("seed", 0 <= self.seed < 2**63, "a whole number from 0 to 2^63 - 1")
        self._check_together()

    def _check_together(self) -> None:
        self._require("pack", self.batch_size % self.pack == 0, f"a divisor of batch_size={self.batch_size}")
        for name, needs in (("gp_weight", self.gradient_penalty != NONE), ("unroll_lr", self.unroll > 0)):
            beside = "gradient_penalty" if name == "gp_weight" else "unroll"
            self._require(name, needs or getattr(self, name) is None, f"only beside {beside}")
        smoothed = self.label_smoothing or self.label_smoothing_fake
        if smoothed and not losses.LOSSES[self.loss].has_labels:
            labelled = ", ".join(name for name, loss in losses.LOSSES.items() if loss.has_labels)
            raise InvalidValue(f"label_smoothing: the loss {self.loss!r} has no labels; {labelled} have")
        if self.discriminator_norm != NONE and self.model == "resnet":
            raise InvalidValue(
                f"discriminator_norm={self.discriminator_norm!r}: the resnet has no place for it; dcgan and mlp have, "
                "and spectral_norm suits all"
            )
        if self.discriminator_norm == "batch" and self.gradient_penalty in ("wgan-gp", "dragan"):
            raise InvalidValue(
                f"discriminator_norm='batch' with gradient_penalty={self.gradient_penalty!r}: the penalty needs each sample's "
                "own gradient, which batch norm mixes; 'layer' is allowed"
            )
        models.check(self.model, data.source(self.data).shape)

    @classmethod
    def of(cls, **given: Any) -> Self:
        """A config of what is given and not None. Else: the loss's usual learning rates, betas, discriminator steps, penalty and
        clipping, and the model that suits the data."""
        given = {name: value for name, value in given.items() if value is not None}
        usual = losses.build(given.get("loss", cls.loss)).usual
        filled: dict[str, Any] = {
            "lr_generator": usual.lr,
            "lr_discriminator": usual.lr,
            "beta1": usual.betas[0],
            "beta2": usual.betas[1],
            "discriminator_steps": usual.discriminator_steps,
            "gradient_penalty": usual.gradient_penalty or NONE,
            "weight_clip": usual.weight_clip,
            "model": models.usual(data.source(given.get("data", cls.data)).shape),
        }
        return cls(**(filled | given))

    def _require(self, name: str, holds: bool, allowed: str) -> None:
        if not holds:
            raise InvalidValue(f"{name}={getattr(self, name)!r} is not allowed: {allowed}")


CHOICES = {one.name: one.metadata["choices"] for one in fields(Config) if one.metadata["choices"]}
