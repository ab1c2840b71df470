"""What a training may change about itself when the service tells of a failure: settings that fit the weights it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from trainer.config import NONE, Config
from trainer.losses import LOSSES

Change = dict[str, Any]


class Cure(NamedTuple):
    """A remedy: its name, and the settings that it changes; None where the config has it already or can't have it."""

    name: str
    change: Callable[[Config], Change | None]


def r1(config: Config) -> Change | None:
    """A light R1 penalty (weight 0.1): the paper's 10 is for images, and holds back a training that is under way."""
    if config.gradient_penalty != NONE or config.weight_clip is not None:
        return None
    return {"gradient_penalty": "r1", "gp_weight": 0.1}


def unrolled(config: Config) -> Change | None:
    """The generator plays against the discriminator of five steps ahead."""
    return None if config.unroll or config.loss.startswith("wgan") else {"unroll": 5}


def smoothed(config: Config) -> Change | None:
    """One-sided label smoothing, for losses with labels."""
    return {"label_smoothing": 0.1} if LOSSES[config.loss].has_labels and not config.label_smoothing else None


def noisy(config: Config) -> Change | None:
    """Annealed noise on the discriminator's input."""
    return None if config.instance_noise else {"instance_noise": 0.1}


def clipped(config: Config) -> Change | None:
    """A limit to the gradients."""
    return None if config.gradient_clip else {"gradient_clip": 1.0}


def r1_alone(config: Config) -> Change | None:
    """A light R1 penalty, and Adam without momentum: damping from both sides."""
    change = r1(config)
    return change and change | {"beta1": 0.0}


def calmer(config: Config) -> Change | None:
    """Adam without momentum."""
    return {"beta1": 0.0} if config.beta1 else None


def averaged(config: Config) -> Change | None:
    """An averaged generator is shown."""
    return None if config.ema else {"ema": 0.999}


def slower(config: Config) -> Change:
    """Half the learning rates."""
    return {"lr_generator": config.lr_generator / 2, "lr_discriminator": config.lr_discriminator / 2}


def slower_generator(config: Config) -> Change | None:
    """The generator learns no faster than the discriminator."""
    return {"lr_generator": config.lr_discriminator} if config.lr_generator > config.lr_discriminator else None


def slower_discriminator(config: Config) -> Change | None:
    """The discriminator learns no faster than the generator."""
    return {"lr_discriminator": config.lr_generator} if config.lr_discriminator > config.lr_generator else None


CURES: dict[str, tuple[Cure, ...]] = {
    "mode_collapse": (
        Cure("two equal learning rates", slower_generator), Cure("R1 penalty and no momentum", r1_alone),
        Cure("no momentum", calmer), Cure("instance noise", noisy), Cure("unrolling", unrolled),
    ),
    "oscillation": (
        Cure("R1 penalty and no momentum", r1_alone), Cure("no momentum", calmer), Cure("averaged generator", averaged),
    ),
    "non_finite": (Cure("gradient clipping", clipped),),
    "exploding_gradient": (Cure("gradient clipping", clipped), Cure("R1 penalty", r1)),
    "vanishing_gradient": (
        Cure("two equal learning rates", slower_discriminator), Cure("label smoothing", smoothed), Cure("R1 penalty", r1),
    ),
    "discriminator_dominates": (
        Cure("two equal learning rates", slower_discriminator), Cure("R1 penalty", r1), Cure("label smoothing", smoothed),
    ),
    "generator_dominates": (Cure("two equal learning rates", slower_generator),),
    "quality_fluctuation": (Cure("averaged generator", averaged), Cure("R1 penalty", r1)),
    "non_convergence": (Cure("R1 penalty", r1), Cure("no momentum", calmer)),
}  # fmt: skip
LAST = Cure("half the learning rates", slower)


def cure(kind: str, config: Config) -> tuple[str, Config]:
    """The name of the first remedy for an alert's kind that the config does not have, and the config with it."""
    for one in CURES.get(kind, ()):
        change = one.change(config)
        if change:
            return one.name, replace(config, **change)
    return LAST.name, replace(config, **slower(config))
