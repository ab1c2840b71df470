"""Measures batches of generated samples against the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.sample_metrics.distances import Matrix, Within, distances
from monitor.sample_metrics.diversity import diversity, duplicates, nearest_neighbor_distance, support
from monitor.sample_metrics.floors import averaged, floor_of_clusters, floor_of_rest, floor_of_split
from monitor.sample_metrics.laws import energy_distance, memorization, mmd, nearest_other, two_sample_accuracy
from monitor.sample_metrics.manifolds import coverage, density, precision, recall
from monitor.sample_metrics.moments import fid, kid
from monitor.sample_metrics.occupancy import Clusters, effective_modes, ndb
from monitor.sample_metrics.vendi import vendi

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

MOST = 256  # samples that are compared with each other
MOST_ROWS = 2048  # real ones that copies are looked for among
HUGE = 1e30  # beyond, squares of differences may leave the range of numbers
FEWEST = 8
SPLITS = 5  # halves of the reference against each other, for the floors
OF_MATRIX = {
    "diversity": diversity,
    "nearest_neighbor_distance": nearest_neighbor_distance,
    "duplicates": duplicates,
    "support": support,
    "precision": precision,
    "recall": recall,
    "density": density,
    "coverage": coverage,
    "energy_distance": energy_distance,
    "mmd": mmd,
    "two_sample_accuracy": two_sample_accuracy,
}


@dataclass(frozen=True)
class Measured:
    """What was found of a batch.

    Attributes:
        values: "sample/<metric>" → value; what can't be computed of so few samples is absent.
        mean: the batch's mean in units of the reference's standard deviation, (D,). None: no finite sample.
        occupancy: share of samples in each of the reference's clusters, (K,). count: finite samples.
    """

    values: dict[str, float]
    mean: Array | None
    occupancy: Array | None
    count: int


class Reference:
    """The data's side of all comparisons, worked out once. Deterministic by `seed`.

    Args:
        features: of real samples, (N, D), 8 or more finite rows; of more than 2,048 as many at random are taken.
        clusters: how many; None: min(20, N / 20).

    Attributes:
        floors: "sample/<metric>" → what halves of the reference read against each other at equal n, the mean of 5 splits.

    Raises:
        InvalidValue: another shape, or too few finite rows.
    """

    def __init__(self, features: Array, seed: int = 0, clusters: int | None = None) -> None:
        import numpy

        self._rng = numpy.random.default_rng(seed)
        self._rows = _finite(features)
        if len(self._rows) < FEWEST:
            raise InvalidValue(f"{len(self._rows)} finite real samples: {FEWEST} or more are needed")
        self.width = self._rows.shape[1]
        self._rows = self._rows[self._rng.permutation(len(self._rows))][:MOST_ROWS]
        self.clusters = Clusters.of(self._rows, seed, clusters)
        self._spread = float(numpy.sqrt(self._rows.var(axis=0).sum())) or 1.0
        self._real = self._rows[:MOST]
        self._whole = distances(self._real)
        apart = distances(self._rows)
        self._own = nearest_other(apart)
        self.floors = self._floors(apart, seed)

    def measure(self, samples: Array) -> Measured:
        """A batch of generated samples (n, D): its first 256 against as many real ones; shares and FID of all.

        Raises:
            InvalidValue: rows of another width than the reference's.
        """
        if samples.ndim != 2 or samples.shape[1] != self.width:
            raise InvalidValue(f"samples of shape {samples.shape}: (n, {self.width}) is allowed, as the reference")
        rows = _finite(samples)
        values = {"non_finite": 1.0 - len(rows) / max(1, len(samples))}
        if not len(rows):
            return Measured(_named(values), None, None, 0)
        shares = self.clusters.occupancy(rows)
        n = min(len(rows), len(self._real))
        if n >= FEWEST:
            matrix = self._matrix(rows[:n])
            values |= {name: metric(matrix) for name, metric in OF_MATRIX.items()} | {
                "vendi": vendi(matrix.real, matrix.fake)
            }
            values["memorization"] = memorization(distances(rows[:n], self._rows).min(axis=1), self._own)
            values["kid"], values["kid_error"] = kid(self._real[:n], rows[:n])
            values["effective_modes"] = effective_modes(shares, len(rows), self.clusters)
            values["ndb"] = ndb(shares, self.clusters, len(rows))
        if min(len(rows), len(self._rows)) > 2 * self.width:
            values["fid"] = fid(self._rows, rows)
        return Measured(_named(values), rows.mean(axis=0) / self._spread, shares, len(rows))

    def _matrix(self, fake: Array) -> Matrix:
        n = len(fake)
        return Matrix(Within(self._whole[:n, :n]), Within(distances(fake)), distances(self._real[:n], fake))

    def _floors(self, apart: Array, seed: int) -> dict[str, float]:
        import numpy

        n = min(MOST, len(self._rows) // 2)
        if n < FEWEST:
            return {}
        splits, clusters, rest = [], [], []
        rng, half = numpy.random.default_rng(seed), len(self._rows) // 2
        for _ in range(SPLITS):
            order = self._rng.permutation(len(self._rows))
            first, second = self._rows[order[:n]], self._rows[order[n : 2 * n]]
            matrix = Matrix(Within(distances(first)), Within(distances(second)), distances(first, second))
            values = {name: metric(matrix) for name, metric in OF_MATRIX.items() if name != "support"}
            splits.append(values | floor_of_split(matrix, first, second, self._spread))
            clusters.append(floor_of_clusters(self.clusters, self._rows[half:], rng))
            rest.append(floor_of_rest(apart, self._rows, n, rng))
        return _named(averaged(splits) | averaged(clusters) | averaged(rest))


def _finite(rows: Array) -> Array:
    """Rows of finite numbers (and none beyond 1e30), as float64.

    Raises:
        InvalidValue: not (N, D).
    """
    import numpy

    if rows.ndim != 2:
        raise InvalidValue(f"features of shape {rows.shape}: (N, D) is allowed")
    values: Array = numpy.asarray(rows, dtype=numpy.float64)
    kept: Array = values[(numpy.abs(values) < HUGE).all(axis=1)]
    return kept


def _named(values: dict[str, float]) -> dict[str, float]:
    """With their prefix; without what is no number."""
    from math import isfinite

    return {f"sample/{name}": float(value) for name, value in values.items() if isfinite(value)}
