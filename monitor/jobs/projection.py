"""The kind "projection": the reference's maps, and where each batch lies on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.jobs.work import Result, require
from monitor.projections import Neighbours, Pca, TsneMap, clusters
from monitor.projections.tsne import MAX_REFERENCE

if TYPE_CHECKING:
    import numpy

    from monitor.sample_metrics import Extractor

    Array = numpy.ndarray[Any, Any]

SEED = 0
MAX_PLACED = 1024  # rows of a batch, as many as the SDK keeps


class Projection:
    """t-SNE and principal components of up to 1,500 reference rows; each batch is placed into both, see `Kind`.

    `memory` holds the t-SNE layout and the clusters, which are made once.
    """

    libraries = ("sklearn.cluster", "openTSNE")

    def __init__(
        self, reference: Array, memory: dict[str, Any], extractor: Extractor, features: Array | None = None
    ) -> None:
        import numpy

        self._extract = extractor
        require(extractor, memory)
        features = self._extract(reference) if features is None else features
        finite = numpy.flatnonzero(numpy.isfinite(features).all(axis=1))
        if len(finite) > MAX_REFERENCE:
            finite = numpy.sort(numpy.random.default_rng(SEED).choice(finite, MAX_REFERENCE, replace=False))
        self._rows, self._shape = finite, reference.shape[1:]
        self._features = features[finite]
        layout = memory.get("layout")
        stored = None if layout is None else numpy.frombuffer(layout, numpy.float32).reshape(-1, 2)
        self._tsne = TsneMap(self._features, SEED, stored)
        self._pca, self._neighbours = Pca(self._features), Neighbours(self._features)
        known = memory.get("clusters")
        self._clusters = clusters(self._features, seed=SEED) if known is None else numpy.array(known)
        self.memory = {
            "layout": self._tsne.layout.tobytes(),
            "clusters": self._clusters.tolist(),
            "extractor": extractor.name,
        }

    def about_reference(self) -> Result:
        """Columns `tsne_x`, `tsne_y`, `pca_x`, `pca_y`, `cluster`, `row`: which row of the logged batch each is, and `distance`
        to the nearest other one.
        """
        places = self._places(self._tsne.layout, self._pca.plane(self._features))
        about = {"cluster": self._clusters, "row": self._rows, "distance": self._neighbours.own}
        return Result(columns=_packed(places | about))

    def about(self, batch: Array, name: str, step: int, features: Array | None = None) -> Result:
        """The same places, `distance` (in the reference's typical neighbour distances), `nearest` (row of the logged reference)
        and its `cluster`. A row that holds NaN or ±Inf has no place: NaN, and -1 for `nearest` and `cluster`.
        """
        import numpy

        if batch.shape[1:] != self._shape:
            raise InvalidValue(
                f"samples of shape {batch.shape[1:]} can't be compared with a reference of {self._shape}"
            )
        features = self._extract(batch[:MAX_PLACED]) if features is None else features[:MAX_PLACED]
        finite = numpy.asarray(numpy.isfinite(features).all(axis=1))
        good = features[finite]
        if not len(good):
            raise InvalidValue("no sample of the batch is finite")
        distance, nearest = self._neighbours(good)
        found = self._places(self._tsne.place(good), self._pca.plane(good)) | {"distance": distance}
        columns = {column: _spread(values, finite, numpy.nan) for column, values in found.items()}
        columns["nearest"] = _spread(self._rows[nearest], finite, -1)
        columns["cluster"] = _spread(self._clusters[nearest], finite, -1)
        return Result(columns=_packed(columns))

    @staticmethod
    def _places(tsne: Array, pca: Array) -> dict[str, Array]:
        return {"tsne_x": tsne[:, 0], "tsne_y": tsne[:, 1], "pca_x": pca[:, 0], "pca_y": pca[:, 1]}


def _spread(values: Array, where: Array, missing: float) -> Array:
    """`values` at the rows where `where` is true, `missing` elsewhere."""
    import numpy

    whole = numpy.full(len(where), missing, numpy.float32)
    whole[where] = values
    return whole


def _packed(columns: dict[str, Array]) -> dict[str, bytes]:
    import numpy

    return {name: numpy.ascontiguousarray(values, numpy.float32).tobytes() for name, values in columns.items()}
