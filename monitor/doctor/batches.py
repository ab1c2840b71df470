"""Measures batches of samples for a doctor that is handed the samples themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


class Batches:
    """A reference, and the way that batches take past it.

    Args:
        reference: (M, D) real samples; None is refused.
        before: what followed the same run with an earlier reference: its way is gone on with.
    """

    def __init__(self, reference: Array | None, before: Batches | None) -> None:
        from monitor.sample_metrics import Reference, Trajectory

        if reference is None:
            raise InvalidValue("samples are judged against real ones: give `reference` with the first batch")
        self._reference = Reference(reference)
        self._trajectory: Trajectory = before._trajectory if before is not None else Trajectory()

    def measure(self, fake: Array) -> dict[str, float]:
        """Sample statistics of a batch (N, D), and the reference's own, as signals."""
        measured = self._reference.measure(fake)
        floors = {name.replace("sample/", "sample_floor/"): value for name, value in self._reference.floors.items()}
        return measured.values | self._trajectory.update(measured) | floors
