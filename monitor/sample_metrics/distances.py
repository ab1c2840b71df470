"""The one matrix that all metrics read: real against real, generated against generated, real against generated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


def distances(a: Array, b: Array | None = None) -> Array:
    """Euclidean distances of the rows of `a` (n, D) to those of `b` (m, D), or to each other: (n, m) float64.

    By ‖a‖² + ‖b‖² - 2 a·b, from centred rows, which keeps the rounding small: about 1e-7 of the spread. The diagonal of `a`
    against itself is exactly 0. Cost O(n m D), one matrix product.
    """
    import numpy

    own = b is None
    center = a.mean(axis=0)
    left = numpy.asarray(a - center, dtype=numpy.float64)
    right = left if b is None else numpy.asarray(b - center, dtype=numpy.float64)
    squares = (left * left).sum(axis=1)[:, None] + (right * right).sum(axis=1)[None, :] - 2 * left @ right.T
    numpy.maximum(squares, 0.0, out=squares)
    found: Array = numpy.sqrt(squares, out=squares)
    if own:
        numpy.fill_diagonal(found, 0.0)
    return found


@dataclass(frozen=True)
class Within:
    """A sample's distances to itself, (n, n), and what is read off them more than once."""

    matrix: Array

    def __len__(self) -> int:
        return len(self.matrix)

    @cached_property
    def ordered(self) -> Array:
        """For each point its distances to the 5 nearest others, ascending: (n, min(5, n - 1))."""
        import numpy

        k = min(5, len(self) - 1)
        near = numpy.partition(self.matrix, k, axis=1)[:, : k + 1]
        return numpy.sort(near, axis=1)[:, 1:]

    def radius(self, k: int) -> Array:
        """Distance of each point to its k-th nearest other, (n,); k from 1 to 5."""
        return self.ordered[:, k - 1]

    @cached_property
    def mean(self) -> float:
        """Mean distance over all pairs of different points."""
        n = len(self)
        return float(self.matrix.sum() / (n * (n - 1)))

    @cached_property
    def pairs(self) -> Array:
        """The n (n - 1) / 2 distances, each pair once."""
        import numpy

        return self.matrix[numpy.triu_indices(len(self), 1)]


@dataclass(frozen=True)
class Matrix:
    """Real against generated at equal n. `across`: (n, n), rows real, columns generated."""

    real: Within
    fake: Within
    across: Array
