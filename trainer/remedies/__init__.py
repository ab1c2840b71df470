"""Remedies for sick games. Each is a field of `Config` (and so a flag of `nashboard train`), freely combined.

Those that act while training are subclasses of `Remedy`, made here; those that change the networks are called by
`trainer.networks`; label smoothing is a choice of targets, unrolling another way to take the generator's loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from trainer.losses import Targets
from trainer.remedies.averaging import GeneratorAverage
from trainer.remedies.base import Remedy, Turn
from trainer.remedies.clipping import GradientClipping, WeightClipping
from trainer.remedies.feature_matching import FeatureMatching
from trainer.remedies.gradient_penalty import GradientPenalty
from trainer.remedies.historical_averaging import HistoricalAveraging
from trainer.remedies.input_noise import InputNoise
from trainer.remedies.instance_noise import InstanceNoise

if TYPE_CHECKING:
    from trainer.config import Config

__all__ = ["GeneratorAverage", "Remedy", "Turn", "active", "targets"]


def active(config: Config, generator: nn.Module) -> list[Remedy]:
    """The remedies that the config names and that act while training, in the order in which they act."""
    found: list[Remedy] = []
    if config.input_noise:
        found.append(InputNoise(config.input_noise))
    if config.instance_noise:
        found.append(InstanceNoise(config.instance_noise, config.instance_noise_steps or config.steps))
    if config.gradient_penalty != "none":
        found.append(GradientPenalty(config.gradient_penalty, config.gp_weight))
    if config.feature_matching:
        found.append(FeatureMatching(config.feature_matching))
    if config.historical_averaging:
        found.append(HistoricalAveraging(config.historical_averaging))
    if config.gradient_clip:
        found.append(GradientClipping(config.gradient_clip))
    if config.weight_clip:
        found.append(WeightClipping(config.weight_clip))
    if config.ema:
        found.append(GeneratorAverage(config.ema, generator))
    return found


def targets(config: Config) -> Targets:
    """Label smoothing: (1 - α, β) in place of (1, 0) as the discriminator's targets; the generator's target stays 1.

    One-sided (β = 0) keeps the best discriminator's shape, two-sided bends it where there is no data. Salimans et al., "Improved
    Techniques for Training GANs", NeurIPS 2016, section 3.4.
    """
    return Targets(1.0 - config.label_smoothing, config.label_smoothing_fake)
