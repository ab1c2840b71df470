"""Pairs of networks by name. A new pair is a file of its own, and a line in `MODELS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import nn

from monitor.errors import InvalidValue
from trainer.models.dcgan import DCGANDiscriminator, DCGANGenerator, check_dcgan
from trainer.models.maxout import MaxoutDiscriminator, MaxoutGenerator
from trainer.models.mlp import MLPDiscriminator, MLPGenerator
from trainer.models.resnet import ResNetDiscriminator, ResNetGenerator, check_resnet

__all__ = ["MODELS", "Pair", "build", "check", "usual"]


class Pair(NamedTuple):
    """Two networks that play against each other.

    Attributes:
        generator: made from (shape, latent, width). discriminator: from (shape, width).
        check: raises InvalidValue for a shape of samples that they can't make; None: they make all.
    """

    generator: Callable[[tuple[int, ...], int, int], nn.Module]
    discriminator: Callable[[tuple[int, ...], int], nn.Module]
    check: Callable[[tuple[int, ...]], None] | None = None


MODELS: dict[str, Pair] = {
    "dcgan": Pair(DCGANGenerator, DCGANDiscriminator, check_dcgan),
    "maxout": Pair(MaxoutGenerator, MaxoutDiscriminator),
    "mlp": Pair(MLPGenerator, MLPDiscriminator),
    "resnet": Pair(ResNetGenerator, ResNetDiscriminator, check_resnet),
}


def check(name: str, shape: tuple[int, ...]) -> None:
    """Raises InvalidValue when there is no model of that name, or when it can't make samples of this shape."""
    if name not in MODELS:
        raise InvalidValue(f"no model {name!r}; there are {', '.join(MODELS)}")
    if (fits := MODELS[name].check) is not None:
        fits(shape)


def usual(shape: tuple[int, ...]) -> str:
    """The model to take when none is named: convolutions for images, an MLP for points."""
    return "dcgan" if len(shape) == 3 else "mlp"


def build(
    name: str, shape: tuple[int, ...], judged: tuple[int, ...], latent: int, width: int
) -> tuple[nn.Module, nn.Module]:
    """A generator of samples of `shape` and a discriminator of inputs of shape `judged` (the same, or a pack of samples);
    weights are drawn from torch's own random numbers.

    Raises:
        InvalidValue: as `check`.
    """
    check(name, shape)
    pair = MODELS[name]
    return pair.generator(shape, latent, width), pair.discriminator(judged, width)
