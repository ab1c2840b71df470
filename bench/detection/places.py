"""Where samples really are: at which of a data set's known places, and how near to the data."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, pi
from typing import Any

import numpy
from msgspec import Struct

Array = numpy.ndarray[Any, Any]
SEGMENTS = 8  # of each arm of the spiral


class Look(Struct):
    """What a batch of samples really was.

    Attributes:
        shares: of the samples at each place. near: share of samples that lie near the data.
        mean: of the samples, in the data's deviations. spread: their deviation over the data's.
    """

    step: int
    shares: list[float]
    near: float
    mean: list[float]
    spread: float

    @property
    def share(self) -> float:
        """Effective share of the places that are visited, exp(H) / places; 0 of samples that are no numbers."""
        entropy = -sum(p * log(p) for p in self.shares if p > 0)
        return exp(entropy) / len(self.shares) if any(self.shares) else 0.0

    @property
    def worth(self) -> float:
        """How good and how many-sided, 0 … 1."""
        return self.near * self.share


@dataclass(frozen=True)
class Places:
    """A data set's places.

    Attributes:
        points: (P, D), each of place `labels` (P,). radius: how far from the nearest point a sample still lies near the data.
        mean, std: of the data, (D,).
    """

    points: Array
    labels: Array
    radius: float
    mean: Array
    std: Array

    @classmethod
    def of(cls, data: str) -> Places:
        """Modes of a mixture (near: within a quarter of the way to the next mode), stretches of the spiral's arms (near: within
        five of its deviations), classes of the digits by the nearest real one (near: as near as 99 % of real ones have theirs).
        """
        if data == "ring":
            angles = numpy.arange(8) * pi / 4
            return _mixture(numpy.stack([numpy.cos(angles), numpy.sin(angles)], 1), 0.25 * 2 * numpy.sin(pi / 8))
        if data == "grid":
            line = numpy.arange(-4.0, 5.0, 2.0)
            return _mixture(numpy.stack(numpy.meshgrid(line, line), -1).reshape(-1, 2), 0.5)
        return _spiral() if data == "spiral" else _digits()

    def nearest(self, samples: Array) -> tuple[Array, Array]:
        """(index of the nearest point, its distance) of each sample."""
        squares = (samples**2).sum(1)[:, None] + (self.points**2).sum(1)[None] - 2 * samples @ self.points.T
        index = squares.argmin(axis=1)
        return index, numpy.sqrt(numpy.maximum(squares[numpy.arange(len(samples)), index], 0))


def looked(step: int, batch: Array, places: Places) -> Look:
    """A batch (N, …) against the places; samples that are no numbers are at none."""
    samples = batch.reshape(len(batch), -1).astype(numpy.float64)
    if batch.dtype == numpy.uint8:
        samples = samples / 127.5 - 1
    count = int(places.labels.max()) + 1
    samples = samples[numpy.isfinite(samples).all(axis=1)]
    if not len(samples) or abs(samples).max() > 1e12:
        return Look(step, [0.0] * count, 0.0, [0.0] * len(places.mean), 0.0)
    index, distance = places.nearest(samples)
    shares = numpy.bincount(places.labels[index], minlength=count) / len(samples)
    own = numpy.linalg.norm(places.std)
    mean = (samples.mean(axis=0) - places.mean) / own
    spread = float(numpy.linalg.norm(samples.std(axis=0)) / own)
    return Look(step, shares.tolist(), float((distance <= places.radius).mean()), mean.tolist(), spread)


def _mixture(centers: Array, radius: float) -> Places:
    return Places(centers, numpy.arange(len(centers)), float(radius), centers.mean(axis=0), centers.std(axis=0))


def _spiral() -> Places:
    """The law of `trainer.data.spiral`, 400 points an arm: even in length, nearly."""
    along = numpy.sqrt((numpy.arange(400) + 0.5) / 400)
    points, labels = [], []
    for arm in (0, 1):
        angle = 3 * pi * along + pi * arm
        points.append(along[:, None] * numpy.stack([numpy.cos(angle), numpy.sin(angle)], 1))
        labels.append(arm * SEGMENTS + numpy.arange(400) * SEGMENTS // 400)
    both = numpy.concatenate(points)
    return Places(both, numpy.concatenate(labels), 0.1, both.mean(axis=0), both.std(axis=0))


def _digits() -> Places:
    from sklearn.datasets import load_digits

    found = load_digits()
    images = found.images.reshape(len(found.images), -1) / 8 - 1
    bare = Places(images, found.target, 0.0, images.mean(axis=0), images.std(axis=0))
    squares = ((images**2).sum(1)[:, None] + (images**2).sum(1)[None]) - 2 * images @ images.T
    numpy.fill_diagonal(squares, numpy.inf)
    radius = float(numpy.quantile(numpy.sqrt(numpy.maximum(squares.min(axis=1), 0)), 0.99))
    return Places(images, found.target, radius, bare.mean, bare.std)
