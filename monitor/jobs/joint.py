"""The kind "joint": batches of one or several runs laid out together with real data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.jobs.work import Result, Source, features_of, load
from monitor.projections import Pca, joint_map

if TYPE_CHECKING:
    import numpy

    from monitor.sample_metrics import Extractor

    Array = numpy.ndarray[Any, Any]

SEED = 0


class Joint:
    """One map of many batches, see `Kind`; it remembers nothing.

    What is asked for comes as `memory["request"]`: `method`, and the `parts` of the map, the real data first: `source`, and
    `count`, how many of its first rows (of the real data: at random) are taken.
    """

    libraries = ("sklearn.manifold",)

    def __init__(
        self, reference: Array, memory: dict[str, Any], extractor: Extractor, features: Array | None = None
    ) -> None:
        request = memory["request"]
        self._method, self._extract = request["method"], extractor
        self._parts = [(Source(*part["source"]), part["count"]) for part in request["parts"]]
        self.memory: dict[str, Any] = {}

    def about_reference(self) -> Result:
        """There is no job of the reference alone."""
        return Result()

    def about(self, batch: Array, name: str, step: int, features: Array | None = None) -> Result:
        """Columns `x` and `y`, and `row`, which row of its batch each point is: the parts one after another. A sample that is not
        finite has NaN."""
        import numpy

        first, taken = self._rows()
        features = numpy.concatenate([self._features(source, rows) for (source, _), rows in taken])
        finite = numpy.isfinite(features).all(axis=1)
        real = finite[:first]
        if not real.any() or not finite[first:].any():
            raise InvalidValue("no finite samples to lay out")
        places = numpy.full((len(features), 2), numpy.nan, numpy.float32)
        places[finite] = self._laid_out(features[finite], int(real.sum()))
        rows = numpy.concatenate([rows for _, rows in taken]).astype(numpy.float32)
        columns = {"x": places[:, 0], "y": places[:, 1], "row": rows}
        return Result(
            columns={key: numpy.ascontiguousarray(one, numpy.float32).tobytes() for key, one in columns.items()}
        )

    def _features(self, source: Source, rows: Array) -> Array:
        given = features_of(source, self._extract.name)
        return self._extract(load(source)[rows]) if given is None else given[rows]

    def _rows(self) -> tuple[int, list[tuple[tuple[Source, int], Array]]]:
        """How many real rows there are, and which rows of each part are taken."""
        import numpy

        rng = numpy.random.default_rng(SEED)
        real = self._parts[0]
        chosen = numpy.sort(rng.choice(real[0].shape[0], real[1], replace=False))
        return real[1], [(real, chosen)] + [(part, numpy.arange(part[1])) for part in self._parts[1:]]

    def _laid_out(self, features: Array, real: int) -> Array:
        import numpy

        if self._method == "pca":
            return Pca(features[:real]).plane(features)
        return numpy.concatenate(joint_map(features[:real], features[real:], SEED, say=True))
