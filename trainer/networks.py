"""The two networks of a config: built, and changed by the remedies that are part of a network."""

from __future__ import annotations

import torch
from torch import nn

from trainer import models
from trainer.config import Config
from trainer.remedies.batch_layers import compare_samples
from trainer.remedies.normalization import normalize_hidden, spectrally_normalize
from trainer.remedies.packing import packed_shape


def build(config: Config, shape: tuple[int, ...]) -> tuple[nn.Module, nn.Module]:
    """Generator and discriminator for samples of `shape`, from `config.seed`; torch's random numbers are left as they were."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(config.seed)
        G, D = models.build(config.model, shape, packed_shape(shape, config.pack), config.latent, config.width)
        if config.discriminator_norm != "none":
            normalize_hidden(D, config.discriminator_norm)
        if config.minibatch != "none":
            compare_samples(D, config.minibatch)
        if config.spectral_norm in ("discriminator", "both"):
            spectrally_normalize(D)
        if config.spectral_norm == "both":
            spectrally_normalize(G)
    return G, D
