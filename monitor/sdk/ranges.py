"""Which values are black and white: declared, or inferred from the values and then kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

Range = tuple[float, float]
_SLACK = 0.02  # a value so little outside still belongs to the range


def named(low: float, high: float) -> str:
    """`[-1, 1]`, as records carry it."""
    return f"[{low:g}, {high:g}]"


def infer(low: float, high: float) -> Range:
    """The range that values between `low` and `high` most likely have: [0, 255], [0, 1] or [-1, 1]."""
    if low >= -_SLACK and high <= 1 + _SLACK:
        return 0.0, 1.0
    if low >= -1 and high > 4:
        return 0.0, 255.0
    return -1.0, 1.0


class RangeMemory:
    """The range of each grid. What was inferred only ever grows ([0, 1] → [-1, 1]); new grids start with the reference's."""

    def __init__(self) -> None:
        self._known: dict[str, Range] = {}

    def of(self, name: str, images: Array, declared: Range | None) -> tuple[float, float, bool]:
        """(low, high, inferred) for a batch of images."""
        if declared is not None:
            self._known[name] = declared
            return *declared, False
        if images.dtype.kind == "b":
            return 0.0, 1.0, True
        if images.dtype.kind in "iu":
            return 0.0, 255.0, True
        low, high = _extent(images)
        found = infer(low, high)
        known = self._known.get(name) or self._known.get("reference")
        if known is not None and known[0] <= found[0] and (known[1] >= found[1]):
            found = known
        self._known[name] = found
        return *found, True

    def bounds(self, name: str, rows: Array, declared: Range | None) -> tuple[float, float, bool]:
        """(low, high, inferred) for vectors (N, D): all of the first batch, and of each later one that fits in."""
        if declared is not None:
            return *declared, False
        low, high = _extent(rows)
        reach = max(abs(low), abs(high), 1e-6) * 1.1
        digits = 10.0 ** (math.floor(math.log10(reach)) - 1)
        reach = math.ceil(reach / digits) * digits
        known = self._known.get(name) or self._known.get("reference") or (0.0, 0.0)
        # A batch far off must not shrink the picture of all that follow for good.
        reach = known[1] if known[1] >= reach else reach
        self._known[name] = (-reach, reach)
        return -reach, reach, True


def _extent(values: Array) -> Range:
    import numpy

    finite = values[numpy.isfinite(values)] if values.dtype.kind == "f" else values
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
