"""The kind "metrics": the statistics of each batch of samples, as points of the series `sample/…`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    """

    libraries = ("sklearn.cluster",)

    def __init__(
        self, reference: Array, memory: dict[str, Any], extractor: Extractor, features: Array | None = None
    ) -> None:
        require(extractor, memory)
        self._extract, self._batch = extractor, reference
        self._reference = Reference(extractor(reference) if features is None else features)
        self._opinions = Opinions.of(extractor, reference)
        self._trajectory = Trajectory.of(memory["trajectory"]) if "trajectory" in memory else Trajectory()
        self._name: str | None = memory.get("name")

    @property
    def memory(self) -> dict[str, Any]:
        """What the next worker goes on from."""
        return {"name": self._name, "trajectory": self._trajectory.state_dict(), "extractor": self._extract.name}

    def about_reference(self) -> Result:
        """The floors."""
        opinions = {} if self._opinions is None else self._opinions.floors
        floors = self._reference.floors | opinions | similarity(self._batch)
        return Result(points={name.replace("sample/", FLOOR): one for name, one in floors.items()})

    def about(self, batch: Array, name: str, step: int, features: Array | None = None) -> Result:
        """All metrics of a batch, and how it moved since the last ones; nothing for other grids than the one that is measured."""
        if self._name is None or (name == BEST and self._name != BEST):
            self._name, self._trajectory = name, Trajectory()
        if name != self._name:
            return Result()
        measured = self._reference.measure(self._extract(batch) if features is None else features)
        opinions = {} if self._opinions is None else self._opinions.measure(batch)
        return Result(points=measured.values | self._trajectory.update(measured) | opinions | similarity(batch))
