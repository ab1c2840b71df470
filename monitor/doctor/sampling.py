"""Hands a doctor the sample batches of a run as they were logged, within a budget of time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from monitor.doctor.alerts import Alert
from monitor.doctor.doctor import Doctor
from monitor.errors import InvalidValue
from monitor.wire import Samples

if TYPE_CHECKING:
    import numpy

    from monitor.doctor.batches import Batches

    Array = numpy.ndarray[Any, Any]

LIBRARIES = ("numpy", "scipy.stats", "sklearn.cluster", "sklearn.neighbors")
BEST = "random"  # the grid that is measured where a run has several: fresh noise shows more than the same again


class Sampling:
    """Measures batches against the reference, and counts those that it could not.

    Args:
        share: of the wall time that measuring may take; 1: as long as it takes.

    Attributes:
        values: what the last batch measured, by signal. measured, skipped: how many batches.
        why: the last one was skipped, "" if none was.
    """

    def __init__(self, doctor: Doctor, share: float = 1.0) -> None:
        self._doctor, self._share = doctor, share
        self._extract: Any = None
        self._reference: Array | None = None
        self._known, self._name = False, ""
        self._batches: Batches | None = None
        self.values: dict[str, float] = {}
        self._began, self._spent = time.monotonic(), 0.0
        self.measured, self.skipped, self.why = 0, 0, ""

    def observe(self, record: Samples) -> list[Alert]:
        """A batch, or the reference; what the doctor says to it."""
        if record.kind == "reference":
            self._reference, self._known = batch_of(record), False
            return []
        if self._name and record.name != self._name and record.kind != BEST:
            return []
        self._name = record.name
        return self._measured(record) if self._may() else []

    def _may(self) -> bool:
        if self._reference is None:
            self.skip("no reference was given (run.reference)")
        elif self._spent > self._share * (time.monotonic() - self._began) + 1.0:
            self.skip(f"measuring would take more than {100 * self._share:.0f} % of the time")
        else:
            return True
        return False

    def _measured(self, record: Samples) -> list[Alert]:
        batch, began = batch_of(record), time.monotonic()
        if batch is None or self._reference is None:
            self.skip("the batch was not kept")
            return []
        try:
            told = self._look(record.step, batch)
        except ModuleNotFoundError as error:
            self.skip(f"{error.name} is not installed (pip install 'nashboard[server]' brings it)")
            return []
        except InvalidValue as error:
            self.skip(error.message)
            return []
        self._spent += time.monotonic() - began
        self.measured += 1
        return told

    def _look(self, step: int, batch: Array) -> list[Alert]:
        from monitor.doctor.batches import Batches
        from monitor.sample_metrics import PooledPixels

        self._extract = self._extract or PooledPixels()
        if not self._known:
            self._batches = Batches(self._extract(self._reference), self._batches)
            self._known = True
        assert self._batches is not None
        self.values = self._batches.measure(self._extract(batch))
        return self._doctor.observe(step, self.values)

    def skip(self, why: str) -> None:
        """Counts a batch that was not measured."""
        self.skipped, self.why = self.skipped + 1, why


def batch_of(record: Samples) -> Array | None:
    """The batch of a record, (N, D) or (N, C, H, W), uint8 or float32; None when it was not kept."""
    import numpy

    if not record.batch:
        return None
    return numpy.frombuffer(record.batch, dtype=record.batch_dtype).reshape(record.batch_shape)
