"""Layers that let the discriminator compare the samples of a batch: they go before its last linear layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainer.remedies.nearness import nearness

STD_GROUP = 4  # samples whose deviation is taken together: the paper's code


class MinibatchStd(nn.Module):
    """Features (N, d) to (N, d + 1): the new one is the deviation over a group of four samples, averaged over features.

    A generator that repeats itself shows at once as a small number. A batch that is no multiple of four is one group.

    Karras et al., "Progressive Growing of GANs", ICLR 2018, section 3.
    """

    added = 1

    def forward(self, features: Tensor) -> Tensor:
        """(N, d) → (N, d + 1); the added column is one number a group: √(variance + 1e-8), mean over features."""
        group = STD_GROUP if len(features) % STD_GROUP == 0 else len(features)
        groups = features.view(group, len(features) // group, -1)
        deviation = (groups.var(dim=0, unbiased=False) + 1e-8).sqrt().mean(dim=1)  # (N / group,)
        return torch.cat([features, deviation.repeat(group).unsqueeze(1)], dim=1)


class MinibatchDiscrimination(nn.Module):
    """Features (N, d) to (N, d + B): o_b(x_i) = Σ_{j≠i} exp(-‖M_ib - M_jb‖₁), M_i = f(x_i) T with T (d, B, C) learned.

    How near each sample lies to the others of its batch, in B learned projections of C numbers.

    Salimans et al., "Improved Techniques for Training GANs", NeurIPS 2016, section 3.2 (which also counts j = i, a constant 1).
    """

    added = 16  # B

    def __init__(self, features: int, kernels: int = added, size: int = 8) -> None:
        super().__init__()
        self.kernels, self.size = kernels, size
        self.project = nn.Linear(features, kernels * size, bias=False)
        nn.init.normal_(self.project.weight, std=0.02 if features > 256 else features**-0.5)

    def forward(self, features: Tensor) -> Tensor:
        """(N, d) → (N, d + B); the added columns are 0 for a sample that is far from all others, N - 1 for copies."""
        matrix = self.project(features).view(-1, self.kernels, self.size)  # (N, B, C)
        near = nearness(matrix.transpose(0, 1)).t()  # (N, B)
        return torch.cat([features, near.to(features.dtype)], dim=1)


class BatchHead(nn.Module):
    """A batch layer, then the linear layer that gives the logit, widened for what the layer adds."""

    def __init__(self, layer: nn.Module, features: int, added: int) -> None:
        super().__init__()
        self.layer, self.last = layer, nn.Linear(features + added, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, d) → logits (N, 1); each hangs on the other samples of the batch."""
        logits: Tensor = self.last(self.layer(features))
        return logits


def compare_samples(discriminator: nn.Module, kind: str) -> None:
    """Puts a layer of that kind ("std" or "discrimination") before the last linear layer of `discriminator.body`."""
    body = discriminator.body
    assert isinstance(body, nn.Sequential)
    last = body[-1]
    assert isinstance(last, nn.Linear)
    features = last.in_features
    layer = MinibatchStd() if kind == "std" else MinibatchDiscrimination(features)
    body[-1] = BatchHead(layer, features, int(layer.added))
