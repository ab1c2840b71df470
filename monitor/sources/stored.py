"""A run that a service has stored, wherever it is read from; and as a log for the doctor."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import inf, nan
from pathlib import Path
from typing import Any, Protocol

from monitor.sources.source import Source
from monitor.wire import AlertInfo, Columns, Event, Record, RunDetail, RunInfo, SampleInfo, Scalars


class StoredRun(Protocol):
    """What can be asked of it.

    Attributes:
        where: it is read from, in words. detail: everything but points and pictures.
    """

    where: str
    detail: RunDetail

    def rows(self, names: Collection[str]) -> Iterator[tuple[int, dict[str, float]]]:
        """(step, values by name), every point as it was logged, ascending."""
        ...

    def curves(self, names: Collection[str], width: int) -> dict[str, Columns]:
        """Whole series in at most `width` rows each."""
        ...

    def alerts(self) -> list[AlertInfo]:
        """All of them."""
        ...

    def events(self) -> list[dict[str, Any]]:
        """What happened, in order: step, time, kind, data."""
        ...

    def samples(self) -> list[SampleInfo]:
        """Grids by step."""
        ...

    def blob(self, digest: str) -> bytes:
        """The image of a grid."""
        ...

    def close(self) -> None:
        """Lets go of connections."""
        ...


class StoredSource(Source):
    """A stored run as a log. Its sample batches were measured by the service: they are series like any other."""

    kind = "run of a service"

    def __init__(self, run: StoredRun) -> None:
        detail = run.detail
        info = RunInfo(
            id=detail.id,
            project=detail.project,
            name=detail.name,
            config=detail.config,
            signals=detail.signals,
            total_steps=detail.total_steps,
            environment=detail.environment,
        )
        super().__init__(Path(run.where), info)
        self.step_name, self.where, self._run = "step", run.where, run

    def records(self) -> Iterator[Record]:
        """A record a step, and the events before the step after theirs."""
        events = sorted(self._run.events(), key=lambda event: -1 if event["step"] is None else event["step"])
        waiting = iter(events)
        event = next(waiting, None)
        for step, values in self._run.rows([one.name for one in self._run.detail.series]):
            while event is not None and (event["step"] is None or event["step"] < step):
                yield Event(event["step"], event["time"], event["kind"], event["data"])
                event = next(waiting, None)
            yield Scalars(step, self._run.detail.started_at, values)


def points_of(columns: Columns) -> Iterator[tuple[int, float]]:
    """(step, value) of columns that hold the points as logged; what travels as null is NaN or ±Inf again."""
    odd = columns.nonfinite
    signs = {
        step: inf if above else -inf if below else nan
        for step, above, below in zip(odd.step, odd.pos_inf, odd.neg_inf, strict=True)
    }
    for step, value in zip(columns.step, columns.last, strict=True):
        yield step, signs.get(step, nan) if value is None else value
