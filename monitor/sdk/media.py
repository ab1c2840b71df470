"""Pictures and fields of a run: taken on the training thread, made and written to the media lane on the worker thread."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.errors import InvalidValue
from monitor.sdk.labels import Labels
from monitor.sdk.values import check_name, copied, is_numpy, is_torch, moment, on_cpu
from monitor.sdk.worker import Handler
from monitor.wire import Field

if TYPE_CHECKING:
    from monitor.sdk.distributions import Spread
    from monitor.sdk.features import ModuleExtractor
    from monitor.sdk.filters import Pictures
    from monitor.sdk.images import Painter, Taken
    from monitor.sdk.local_doctor import Appends

MAX_SIDE = 256  # of a field


class Drawing(NamedTuple):
    """A grid to be drawn."""

    taken: Taken
    step: int
    time: float
    name: str
    kind: str


class Plane(NamedTuple):
    """A field to be written: a copy of its values, and when it is ready."""

    data: Any
    event: Any
    bounds: tuple[float, float, float, float]
    step: int
    time: float
    name: str


class Layers(NamedTuple):
    """What was copied of layers."""

    taken: Sequence[Spread | Pictures]
    step: int
    time: float


class Media:
    """Makes jobs for the worker thread (`drawing`, `plane`, `layers`) and does them (`handlers`).

    Args:
        refused: called when the lane has no room for a record. failed: told where and how a network of the user's failed.

    Attributes:
        extractor: makes features of the batches that are drawn from now on; None: the service does.
    """

    def __init__(self, lane: Appends, refused: Callable[[], None], failed: Callable[[str, Exception], None]) -> None:
        self._lane, self._refused, self._failed = lane, refused, failed
        self.extractor: ModuleExtractor | None = None
        self._painter: Painter | None = None
        self.handlers: dict[str, Handler] = {
            "drawing samples": self._draw,
            "writing fields": self._write,
            "describing layers": self._describe,
        }

    def drawing(
        self,
        batch: Any,
        step: int,
        name: str,
        kind: str,
        value_range: tuple[float, float] | None,
        labels: Any,
        label_names: Sequence[str] = (),
        rows: int = 0,
    ) -> tuple[str, Drawing]:
        """A grid, see `Run.samples`; of so many `rows` when that is not 0, and its batch is then not kept.

        Raises:
            InvalidValue: what was given can't be drawn.
        """
        from monitor.sdk.images import Painter

        check_name(name)
        if self._painter is None:
            self._painter = Painter(self._failed)
        taken = self._painter.take(batch, name, value_range, Labels.of(labels, label_names), rows, self.extractor)
        return "drawing samples", Drawing(taken, step, time.time(), name, kind)

    def use(self, module: Any, name: str) -> None:
        """Has a copy of a torch module make the features, see `Run.reference`; when there can be none, that is said."""
        from monitor.sdk.features import ModuleExtractor

        self.extractor = None
        try:
            self.extractor = ModuleExtractor(module, name)
        except Exception as error:  # noqa: BLE001 whatever copying raises, the reference itself is recorded
            self._failed("nashboard: the extractor", error)

    def plane(self, values: Any, bounds: Sequence[float], step: int, name: str) -> tuple[str, Plane]:
        """A field, see `Run.field`.

        Raises:
            InvalidValue: not an array or tensor of floats (H, W), or bounds that are no rectangle.
        """
        import numpy  # noqa: F401 loaded here, since the worker thread must not (see Painter)

        check_name(name)
        if not (is_torch(values) or is_numpy(values)):
            raise InvalidValue(f"a field is an array or a tensor, not a {type(values).__name__}: not recorded")
        shape = tuple(values.shape)
        real = "complex" not in str(values.dtype) and any(part in str(values.dtype) for part in ("float", "int"))
        if not real or len(shape) != 2 or not all(2 <= side <= MAX_SIDE for side in shape):
            raise InvalidValue(
                f"a field of shape {shape}, dtype {values.dtype}: (H, W) numbers, 2 to {MAX_SIDE} a side, are allowed"
            )
        copy = copied(values) if is_torch(values) else values.copy()
        return "writing fields", Plane(copy, moment(copy), _rectangle(bounds), step, time.time(), name)

    def layers(self, taken: Sequence[Spread | Pictures], step: int, at: float) -> tuple[str, Layers]:
        """How layers are spread and look, see `Run.watch`."""
        return "describing layers", Layers(taken, step, at)

    def _draw(self, jobs: list[Drawing]) -> None:
        """On the worker thread."""
        assert self._painter is not None
        for job in jobs:
            self._append(self._painter.paint(*job))

    def _write(self, jobs: list[Plane]) -> None:
        """On the worker thread. Waits for devices."""
        import numpy

        for job in jobs:
            if job.event is not None:
                job.event.synchronize()
            values = numpy.ascontiguousarray(on_cpu(job.data), "<f4")
            rows, columns = values.shape
            self._append(Field(job.step, job.time, job.name, job.bounds, rows, columns, values.tobytes()))

    def _describe(self, jobs: list[Layers]) -> None:
        """On the worker thread. Waits for devices."""
        for job in jobs:
            for one in job.taken:
                self._append(one.record(job.step, job.time))

    def _append(self, record: Any) -> None:
        if not self._lane.append(record):
            self._refused()


def _rectangle(bounds: Any) -> tuple[float, float, float, float]:
    try:
        x0, x1, y0, y1 = (float(end) for end in bounds)
    except (TypeError, ValueError):
        x0 = x1 = y0 = y1 = math.nan
    if not (all(map(math.isfinite, (x0, x1, y0, y1))) and x0 < x1 and y0 < y1):
        raise InvalidValue(f"bounds={bounds!r}: four numbers x0 < x1, y0 < y1 are allowed: not recorded")
    return x0, x1, y0, y1
