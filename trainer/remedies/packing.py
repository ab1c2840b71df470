"""Packing: the discriminator judges several samples at once."""

from __future__ import annotations

from torch import Tensor


def packed(samples: Tensor, count: int) -> Tensor:
    """(N, C, …) to (N / count, count · C, …): neighbours in the batch become channels of one input (points: one longer vector).

    A generator without variety gives packs that look alike, which real packs do not.

    Lin, Khetan, Fanti and Oh, "PacGAN: The power of two samples in generative adversarial networks", NeurIPS 2018, section 2.
    """
    return samples.reshape(len(samples) // count, *packed_shape(tuple(samples.shape[1:]), count))


def packed_shape(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The shape of one pack of samples of `shape`."""
    return (count * shape[0], *shape[1:])
