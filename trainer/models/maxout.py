"""The networks of the published comparisons on mixtures in the plane: batch norm in the generator, maxout in the discriminator.

As PacGAN has them (Lin, Khetan, Fanti and Oh, NeurIPS 2018, section 4.1, and the authors' code), after Dumoulin et al.,
"Adversarially Learned Inference", ICLR 2017. There `width` is 400.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

PIECES = 5  # linear pieces of each maxout unit
START = 0.02  # standard deviation of the first weights; biases begin at 0


class Maxout(nn.Module):
    """(N, pieces · units) to (N, units): the largest of each unit's `pieces` linear functions.

    Goodfellow, Warde-Farley, Mirza, Courville and Bengio, "Maxout Networks", ICML 2013.
    """

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, lines: Tensor) -> Tensor:
        units: Tensor = lines.unflatten(1, (-1, self.pieces)).amax(2)
        return units


class MaxoutGenerator(nn.Module):
    """Noise (N, latent) to samples (N, *shape) by four hidden layers of `width`: images in [-1, 1], points without bounds."""

    def __init__(self, shape: tuple[int, ...], latent: int, width: int) -> None:
        super().__init__()
        self.shape = shape
        layers: list[nn.Module] = []
        for place in range(4):
            layers += [nn.Linear(width if place else latent, width, bias=False), nn.BatchNorm1d(width), nn.ReLU()]
        last = nn.Tanh() if len(shape) == 3 else nn.Identity()
        self.body = nn.Sequential(*layers, nn.Linear(width, math.prod(shape)), last)
        self.apply(_first_weights)

    def forward(self, noise: Tensor) -> Tensor:
        samples: Tensor = self.body(noise).view(-1, *self.shape)
        return samples


class MaxoutDiscriminator(nn.Module):
    """Samples (N, *shape) to logits (N,) by three hidden layers of `width` / 2 maxout units."""

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        units = max(1, width // 2)
        layers: list[nn.Module] = []
        for place in range(3):
            layers += [nn.Linear(units if place else math.prod(shape), units * PIECES), Maxout(PIECES)]
        self.body = nn.Sequential(*layers, nn.Linear(units, 1))
        self.apply(_first_weights)

    def forward(self, samples: Tensor) -> Tensor:
        logits: Tensor = self.body(samples.flatten(1)).squeeze(1)
        return logits


def _first_weights(layer: nn.Module) -> None:
    if isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, 0.0, START)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
