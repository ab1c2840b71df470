"""Principal components: the instant map, and the way down to 50 dimensions before t-SNE."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.projections.arrays import Array


class Pca:
    """The first components of the reference, by the singular value decomposition of its centred rows.

    Each component's sign is fixed (its largest entry is positive), so that the same data give the same map everywhere.

    Args:
        reference: (N, D). components: how many, at most; fewer where N or D is smaller.
    """

    def __init__(self, reference: Array, components: int = 2) -> None:
        import numpy

        self.mean = reference.mean(axis=0)
        _, scales, rows = numpy.linalg.svd(reference - self.mean, full_matrices=False)
        kept = rows[:components]
        largest = numpy.take_along_axis(kept, numpy.abs(kept).argmax(axis=1)[:, None], axis=1)
        self.components = kept * numpy.where(largest < 0, -1.0, 1.0)
        total = float((scales**2).sum())
        self.explained = scales[:components] ** 2 / total if total > 0 else numpy.zeros(len(kept))

    def __call__(self, rows: Array) -> Array:
        """(M, D) → (M, components)."""
        projected: Array = (rows - self.mean) @ self.components.T
        return projected

    def plane(self, rows: Array) -> Array:
        """(M, D) → (M, 2): the first two components; a missing second one is 0."""
        import numpy

        flat = self(rows)[:, :2]
        return numpy.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))
