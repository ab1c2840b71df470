"""How far a sample is from the data, in feature space: a map alone hides samples that lie off the data's manifold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.sample_metrics.distances import distances

if TYPE_CHECKING:
    from monitor.projections.arrays import Array

NEAREST = 5  # real samples that are told of each sample


class Neighbours:
    """Nearest rows of the reference, by Euclidean distance.

    Attributes:
        unit: the reference's typical distance: the median over its rows of the distance to the nearest other row that is not the
            same (1.0 when all rows are the same). A fresh real row lies about 1 unit from the reference, noise several.
        own: (N,) that distance of each row, in units; 0 where there is no other.
        own_distances, own_nearest: (N, 5) of the nearest other rows that are not the same, as `several` gives them.

    Args:
        reference: (N, D).
    """

    def __init__(self, reference: Array) -> None:
        import numpy

        self._reference = reference
        own = distances(reference)
        scale = float(numpy.abs(reference).max(initial=0.0)) or 1.0
        own[own <= 1e-6 * scale] = numpy.inf  # itself and its copies; rounding leaves some 1e-8
        nearest = own.min(axis=1, initial=numpy.inf)
        found = nearest[numpy.isfinite(nearest)]
        self.unit = float(numpy.median(found)) if len(found) else 1.0
        self.own = numpy.where(numpy.isfinite(nearest), nearest, 0.0) / self.unit
        self.own_distances, self.own_nearest = self._ranked(own, NEAREST)

    def __call__(self, rows: Array) -> tuple[Array, Array]:
        """(M, D) → the distance of each row to its nearest reference row in units (M,), and that row's index (M,)."""
        found, nearest = self.several(rows, 1)
        return found[:, 0], nearest[:, 0]

    def several(self, rows: Array, count: int) -> tuple[Array, Array]:
        """(M, D) → distances in units and indices of the `count` nearest reference rows, nearest first: (M, count) each; NaN
        and -1 where the reference has fewer.
        """
        return self._ranked(distances(rows, self._reference), count)

    def _ranked(self, found: Array, count: int) -> tuple[Array, Array]:
        import numpy

        kept = min(count, found.shape[1])
        some = numpy.argpartition(found, kept - 1, axis=1)[:, :kept]
        order = numpy.argsort(numpy.take_along_axis(found, some, axis=1), axis=1, kind="stable")
        which = numpy.take_along_axis(some, order, axis=1)
        apart = numpy.take_along_axis(found, which, axis=1)
        missing = ~numpy.isfinite(apart)
        room = ((0, 0), (0, count - kept))
        return (
            numpy.pad(numpy.where(missing, numpy.nan, apart / self.unit), room, constant_values=numpy.nan),
            numpy.pad(numpy.where(missing, -1, which), room, constant_values=-1),
        )
