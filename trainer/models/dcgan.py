"""A small DCGAN for square images of 8, 16, 32, … pixels.

After Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", ICLR 2016: strided convolutions instead of pooling, batch normalization in the generator, ReLU there and LeakyReLU
in the discriminator. The discriminator has no batch normalization, so that one network serves every loss (WGAN-GP forbids it).
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from monitor.errors import InvalidValue

MAX_CHANNELS = 512


def check_dcgan(shape: tuple[int, ...]) -> None:
    """Raises InvalidValue unless samples are square images (C, H, W) with a side of 8, 16, 32, …."""
    check_square("dcgan", shape)


def check_square(model: str, shape: tuple[int, ...]) -> None:
    """Raises InvalidValue, in the name of `model`, unless 4×4 pixels become `shape` (C, H, W) by doubling."""
    side = shape[-1]
    if len(shape) != 3 or shape[1] != side or side < 8 or side & (side - 1):
        size = "×".join(map(str, shape))
        raise InvalidValue(
            f"{model} draws square images of 8, 16, 32, … pixels a side, not samples of {size}: use the model mlp"
        )


def levels(shape: tuple[int, ...]) -> int:
    """How often 4×4 pixels are doubled to reach `shape` (C, H, W)."""
    return (shape[-1] // 4).bit_length() - 1


class DCGANGenerator(nn.Module):
    """Noise (N, latent) to images (N, C, H, W) in [-1, 1]; `width` channels at half the full size, twice as many a level down."""

    def __init__(self, shape: tuple[int, ...], latent: int, width: int) -> None:
        super().__init__()
        channels = [min(width << level, MAX_CHANNELS) for level in reversed(range(levels(shape)))]
        layers: list[nn.Module] = [
            nn.Unflatten(1, (latent, 1, 1)),
            *_up(latent, channels[0], stride=1, padding=0),  # 1×1 → 4×4
        ]
        for above, below in pairwise(channels):
            layers += _up(above, below, stride=2, padding=1)  # doubles the side
        layers += [*_up(channels[-1], width, stride=2, padding=1), nn.Conv2d(width, shape[0], 3, padding=1), nn.Tanh()]
        self.body = nn.Sequential(*layers)
        self.apply(_dcgan_weights)

    def forward(self, noise: Tensor) -> Tensor:
        images: Tensor = self.body(noise)
        return images


class DCGANDiscriminator(nn.Module):
    """Images (N, C, H, W) to logits (N,); the generator's ladder the other way round."""

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        channels = [min(width << level, MAX_CHANNELS) for level in range(levels(shape))]
        layers: list[nn.Module] = [nn.Conv2d(shape[0], width, 3, padding=1), nn.LeakyReLU(0.2)]
        for above, below in zip([width, *channels], channels, strict=False):
            layers += [nn.Conv2d(above, below, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]  # halves the side
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * 16, 1))
        self.apply(_dcgan_weights)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.body(images).squeeze(1)
        return logits


def _up(above: int, below: int, stride: int, padding: int) -> list[nn.Module]:
    return [nn.ConvTranspose2d(above, below, 4, stride, padding, bias=False), nn.BatchNorm2d(below), nn.ReLU()]


def _dcgan_weights(layer: nn.Module) -> None:
    """The paper's start: N(0, 0.02²) weights, N(1, 0.02²) gains."""
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
