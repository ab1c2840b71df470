"""Pairs of networks by name. A new pair is a file of its own, and a line in `MODELS`."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from monitor.errors import InvalidValue
from trainer.models.dcgan import DCGANDiscriminator, DCGANGenerator
from trainer.models.mlp import MLPDiscriminator, MLPGenerator

__all__ = ["MODELS", "build"]

Pair = tuple[Callable[[tuple[int, ...], int, int], nn.Module], Callable[[tuple[int, ...], int], nn.Module]]
MODELS: dict[str, Pair] = {"dcgan": (DCGANGenerator, DCGANDiscriminator), "mlp": (MLPGenerator, MLPDiscriminator)}


def build(name: str, shape: tuple[int, ...], latent: int, width: int) -> tuple[nn.Module, nn.Module]:
    """Generator and discriminator for samples of `shape`; weights are drawn from torch's own random numbers.

    Raises:
        InvalidValue: no such model, or one that can't make samples of this shape.
    """
    if name not in MODELS:
        raise InvalidValue(f"no model {name!r}; there are {', '.join(MODELS)}")
    generator, discriminator = MODELS[name]
    return generator(shape, latent, width), discriminator(shape, width)
