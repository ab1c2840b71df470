"""The kind "metrics": what is measured of each batch (points of the series `sample/…`), and its principal components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.jobs.plane import Plane
from monitor.jobs.work import Result, require
from monitor.sample_metrics import Reference, Trajectory
from monitor.sample_metrics.opinions import Opinions
from monitor.sample_metrics.structure import similarity

if TYPE_CHECKING:
    import numpy

    from monitor.sample_metrics import Extractor

    Array = numpy.ndarray[Any, Any]

BEST = "random"  # the grid that is measured where a run has several: fresh noise shows more than the same again
FLOOR = "sample_floor/"


class Metrics:
    """Measures one grid of the run, see `Kind`: the one called "random", else the first that came.

    `memory` holds which, and the way of its last batches. What the reference reads against itself is `sample_floor/…` at step 0.
    Every grid gets its principal components here, long before the t-SNE layout is there: this kind never waits for maps.
    """

    libraries = ("sklearn.cluster",)

    def __init__(
        self, reference: Array, memory: dict[str, Any], extractor: Extractor, features: Array | None = None
    ) -> None:
        require(extractor, memory)
        self._extract, self._batch = extractor, reference
        features = extractor(reference) if features is None else features
        self._reference = Reference(features)
        self._plane = Plane(reference, features, extractor, memory.get("clusters"))
        self._opinions = Opinions.of(extractor, reference)
        self._trajectory = Trajectory.of(memory["trajectory"]) if "trajectory" in memory else Trajectory()
        self._name: str | None = memory.get("name")

    @property
    def memory(self) -> dict[str, Any]:
        """What the next worker goes on from."""
        return {
            "name": self._name,
            "trajectory": self._trajectory.state_dict(),
            "clusters": self._plane.clusters.tolist(),
            "extractor": self._extract.name,
        }

    def about_reference(self) -> Result:
        """The floors."""
        opinions = {} if self._opinions is None else self._opinions.floors
        floors = self._reference.floors | opinions | similarity(self._batch)
        points = {name.replace("sample/", FLOOR): one for name, one in floors.items()}
        return Result(points, self._plane.about_reference())

    def about(self, batch: Array, name: str, step: int, features: Array | None = None) -> Result:
        """Where it lies; of the grid that is measured all metrics, and how it moved since the last batch."""
        chosen = self._name is None or (name == BEST and self._name != BEST)
        if chosen or name == self._name:
            self._plane.check(batch)
        if chosen:
            self._name, self._trajectory = name, Trajectory()
        if name != self._name:
            return Result(columns=self._placed(batch, features))
        measured = self._reference.measure(self._extract(batch) if features is None else features)
        opinions = {} if self._opinions is None else self._opinions.measure(batch)
        points = measured.values | self._trajectory.update(measured) | opinions | similarity(batch)
        return Result(points, self._placed(batch, features))

    def _placed(self, batch: Array, features: Array | None) -> dict[str, bytes]:
        try:
            return self._plane.about(*self._plane.finite(batch, features))
        except InvalidValue:  # the job of its map fails and says why
            return {}
