"""How far a sample is from the data, in feature space: a map alone hides samples that lie off the data's manifold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.sample_metrics.distances import distances

if TYPE_CHECKING:
    from monitor.projections.arrays import Array


class Neighbours:
    """Nearest rows of the reference, by Euclidean distance.

    Attributes:
        unit: the reference's typical distance: the median over its rows of the distance to the nearest other row that is not the
            same (1.0 when all rows are the same). A fresh real row lies about 1 unit from the reference, noise several.
        own: (N,) that distance of each row, in units; 0 where there is no other.

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

    def __call__(self, rows: Array) -> tuple[Array, Array]:
        """(M, D) → the distance of each row to its nearest reference row in units (M,), and that row's index (M,)."""
        found = distances(rows, self._reference)
        nearest = found.argmin(axis=1)
        return found[range(len(rows)), nearest] / self.unit, nearest
