"""The kind "projection": the reference's maps, and where each batch lies on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.jobs.plane import SEED, Plane, packed, spread
from monitor.jobs.work import Result, require
from monitor.projections import TsneMap

if TYPE_CHECKING:
    import numpy

    from monitor.sample_metrics import Extractor

    Array = numpy.ndarray[Any, Any]


class Projection:
    """t-SNE of up to 1,500 reference rows; each batch is placed into it, see `Kind`.

    It tells what `Plane` knows as well, so that a frame is whole whatever became of the batch's metrics. `memory` holds the
    layout and the clusters, which are made once.
    """

    libraries = ("sklearn.cluster", "openTSNE")

    def __init__(
        self, reference: Array, memory: dict[str, Any], extractor: Extractor, features: Array | None = None
    ) -> None:
        import numpy

        require(extractor, memory)
        features = extractor(reference) if features is None else features
        self._plane = Plane(reference, features, extractor, memory.get("clusters"))
        layout = memory.get("layout")
        stored = None if layout is None else numpy.frombuffer(layout, numpy.float32).reshape(-1, 2)
        self._tsne = TsneMap(self._plane.features, SEED, stored)
        self.memory = {
            "layout": self._tsne.layout.tobytes(),
            "clusters": self._plane.clusters.tolist(),
            "extractor": extractor.name,
        }

    def about_reference(self) -> Result:
        """Columns `tsne_x`, `tsne_y`, and those of `Plane.about_reference`."""
        places = self._tsne.layout
        return Result(columns=self._plane.about_reference() | packed({"tsne_x": places[:, 0], "tsne_y": places[:, 1]}))

    def about(self, batch: Array, name: str, step: int, features: Array | None = None) -> Result:
        """The same places (NaN for a row that is not finite), and the columns of `Plane.about`."""
        import numpy

        good, where = self._plane.finite(batch, features)
        placed = self._tsne.place(good)
        places = {
            "tsne_x": spread(placed[:, 0], where, numpy.nan),
            "tsne_y": spread(placed[:, 1], where, numpy.nan),
        }
        return Result(columns=self._plane.about(good, where) | packed(places))
