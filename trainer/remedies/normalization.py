"""Normalization that is built into the networks: spectral norm, and batch or layer norm in the discriminator."""

from __future__ import annotations

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
KINDS = ("batch", "layer")


def spectrally_normalize(network: nn.Module) -> None:
    """Divides each layer's weight, as the matrix (outputs, rest), by its largest singular value: W / σ(W).

    σ is estimated by one step of power iteration for each training-mode forward, with a start vector that is kept. Bounds each
    layer's Lipschitz constant by 1 (for a convolution: up to the kernel's overlap).

    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", ICLR 2018, algorithm 1.
    """
    for layer in list(network.modules()):
        if isinstance(layer, WEIGHTED):
            spectral_norm(layer)


def normalize_hidden(discriminator: nn.Module, kind: str) -> None:
    """Puts batch or layer norm behind each hidden layer of `discriminator.body` but the first, before its activation.

    Ioffe and Szegedy, "Batch Normalization", ICML 2015; Ba, Kiros and Hinton, "Layer Normalization", 2016. Batch norm ties the
    samples of a batch together, which gradient penalties (except R1) do not allow: Gulrajani et al. 2017, section 4.
    """
    body = discriminator.body
    assert isinstance(body, nn.Sequential)
    layers: list[nn.Module] = []
    hidden = [place for place, layer in enumerate(body) if isinstance(layer, WEIGHTED)]
    for place, layer in enumerate(body):
        layers.append(layer)
        if place in hidden[1:-1]:
            layers.append(_norm(layer, kind))
    discriminator.body = nn.Sequential(*layers)


def _norm(layer: nn.Module, kind: str) -> nn.Module:
    if isinstance(layer, nn.Linear):
        return nn.BatchNorm1d(layer.out_features) if kind == "batch" else nn.LayerNorm(layer.out_features)
    assert isinstance(layer, nn.Conv2d)
    return nn.BatchNorm2d(layer.out_channels) if kind == "batch" else nn.GroupNorm(1, layer.out_channels)
