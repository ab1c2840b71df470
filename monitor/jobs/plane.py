"""Where samples lie in the plane of the data's principal components, and which real ones are nearest: ready in milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.projections import NEAREST, Neighbours, Pca, clusters
from monitor.projections.tsne import MAX_REFERENCE

if TYPE_CHECKING:
    import numpy

    from monitor.sample_metrics import Extractor

    Array = numpy.ndarray[Any, Any]

SEED = 0
MAX_PLACED = 1024  # rows of a batch, as many as the SDK keeps


class Plane:
    """The columns that every map has, of up to 1,500 finite rows of the reference.

    Attributes:
        features: (N, D) of those rows. rows: (N,) which rows of the logged reference they are. clusters: (N,) k-means.

    Args:
        reference: (N, …) as logged. features: (N, D) of it. known: `clusters` as found before.
    """

    def __init__(self, reference: Array, features: Array, extractor: Extractor, known: list[int] | None = None) -> None:
        import numpy

        finite = numpy.flatnonzero(numpy.isfinite(features).all(axis=1))
        if len(finite) > MAX_REFERENCE:
            finite = numpy.sort(numpy.random.default_rng(SEED).choice(finite, MAX_REFERENCE, replace=False))
        self.rows, self.features = finite, features[finite]
        self._shape, self._extract = reference.shape[1:], extractor
        self._pca, self._neighbours = Pca(self.features), Neighbours(self.features)
        self.clusters = clusters(self.features, seed=SEED) if known is None else numpy.array(known)

    def about_reference(self) -> dict[str, bytes]:
        """Columns `pca_x`, `pca_y`, `cluster`, `row`: which row of the logged batch each is, `distance` to the nearest other one,
        and the nearest others: `neighbour_1` … `neighbour_5` (such rows, -1: there is none), `apart_1` … `apart_5`.
        """
        near = self._near(self._neighbours.own_distances, self._neighbours.own_nearest)
        about = {"cluster": self.clusters, "row": self.rows, "distance": self._neighbours.own}
        return packed(self._places(self.features) | about | near)

    def check(self, batch: Array) -> None:
        """Raises InvalidValue when it is no batch of such samples: features of two shapes may be as wide and mean nothing."""
        if batch.shape[1:] != self._shape:
            raise InvalidValue(
                f"samples of shape {batch.shape[1:]} can't be compared with a reference of {self._shape}"
            )

    def finite(self, batch: Array, features: Array | None = None) -> tuple[Array, Array]:
        """Features of a batch's finite rows (M, D), and which of its rows these are: (N,) booleans. `features`: when the run
        tells them itself.

        Raises:
            InvalidValue: it is no batch of such samples, or none of them is finite.
        """
        import numpy

        self.check(batch)
        features = self._extract(batch[:MAX_PLACED]) if features is None else features[:MAX_PLACED]
        where = numpy.asarray(numpy.isfinite(features).all(axis=1))
        if not where.any():
            raise InvalidValue("no sample of the batch is finite")
        return features[where], where

    def about(self, good: Array, where: Array) -> dict[str, bytes]:
        """The same of a batch as `finite` gives it, with `nearest` (row of the logged reference) and its `cluster`, distances
        in the reference's typical neighbour distances. A row that is not finite has no place: NaN, and -1 for rows and clusters.
        """
        import numpy

        apart, which = self._neighbours.several(good, NEAREST)
        found = self._places(good) | {"distance": apart[:, 0]}
        columns = {column: spread(values, where, numpy.nan) for column, values in found.items()}
        columns["nearest"] = spread(self.rows[which[:, 0]], where, -1)
        columns["cluster"] = spread(self.clusters[which[:, 0]], where, -1)
        for column, values in self._near(apart, which).items():
            columns[column] = spread(values, where, -1 if column.startswith("neighbour") else numpy.nan)
        return packed(columns)

    def _places(self, features: Array) -> dict[str, Array]:
        plane = self._pca.plane(features)
        return {"pca_x": plane[:, 0], "pca_y": plane[:, 1]}

    def _near(self, apart: Array, which: Array) -> dict[str, Array]:
        """(N, k) distances and points → a column of each rank."""
        import numpy

        rows = numpy.where(which < 0, -1, self.rows[which])
        ranks = range(1, NEAREST + 1)
        return {f"neighbour_{rank}": rows[:, rank - 1] for rank in ranks} | {
            f"apart_{rank}": apart[:, rank - 1] for rank in ranks
        }


def spread(values: Array, where: Array, missing: float) -> Array:
    """`values` at the rows where `where` is true, `missing` elsewhere."""
    import numpy

    whole = numpy.full(len(where), missing, numpy.float32)
    whole[where] = values
    return whole


def packed(columns: dict[str, Array]) -> dict[str, bytes]:
    """As they are stored: 32-bit floats in machine order."""
    import numpy

    return {name: numpy.ascontiguousarray(values, numpy.float32).tobytes() for name, values in columns.items()}
