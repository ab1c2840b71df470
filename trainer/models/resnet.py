"""A small ResNet pair for square images of 8, 16, 32, … pixels.

After Gulrajani et al., "Improved Training of Wasserstein GANs", NeurIPS 2017, appendix C, and Miyato et al., "Spectral
Normalization for Generative Adversarial Networks", ICLR 2018, table 4: residual blocks that double or halve the side by nearest
neighbours and average pooling; batch normalization in the generator only.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, relu

from trainer.models.dcgan import check_square, levels


def check_resnet(shape: tuple[int, ...]) -> None:
    """Raises InvalidValue unless samples are square images (C, H, W) with a side of 8, 16, 32, …."""
    check_square("resnet", shape)


class Up(nn.Module):
    """(N, C, H, W) to (N, C, 2H, 2W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.conv1(interpolate(relu(self.norm1(x)), scale_factor=2))
        doubled: Tensor = interpolate(x, scale_factor=2) + self.conv2(relu(self.norm2(inner)))
        return doubled


class Down(nn.Module):
    """(N, C, H, W) to (N, C', H/2, W/2)."""

    def __init__(self, above: int, below: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(above, below, 3, padding=1)
        self.conv2 = nn.Conv2d(below, below, 3, padding=1)
        self.short = nn.Conv2d(above, below, 1)

    def forward(self, x: Tensor) -> Tensor:
        return avg_pool2d(self.short(x) + self.conv2(relu(self.conv1(relu(x)))), 2)


class Mean(nn.Module):
    """(N, C, H, W) to (N, C): rectified, then summed over the places."""

    def forward(self, x: Tensor) -> Tensor:
        return relu(x).sum(dim=(2, 3))


class ResNetGenerator(nn.Module):
    """Noise (N, latent) to images (N, C, H, W) in [-1, 1]; 4·`width` channels throughout."""

    def __init__(self, shape: tuple[int, ...], latent: int, width: int) -> None:
        super().__init__()
        channels = 4 * width
        self.body = nn.Sequential(
            nn.Linear(latent, channels * 16), nn.Unflatten(1, (channels, 4, 4)),
            *[Up(channels) for _ in range(levels(shape))],
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, shape[0], 3, padding=1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, noise: Tensor) -> Tensor:
        images: Tensor = self.body(noise)
        return images


class ResNetDiscriminator(nn.Module):
    """Images (N, C, H, W) to logits (N,); halves the side down to 4 pixels."""

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        channels = 4 * width
        self.body = nn.Sequential(
            nn.Conv2d(shape[0], channels, 3, padding=1),
            *[Down(channels, channels) for _ in range(levels(shape))],
            Mean(), nn.Linear(channels, 1),
        )  # fmt: skip

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.body(images).squeeze(1)
        return logits
