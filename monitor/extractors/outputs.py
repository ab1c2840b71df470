"""What a network gives, as features."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

CHUNK = 128  # samples at once
WIDEST = 4096  # features


def in_chunks(ask: Callable[[Array], Any], batch: Array, name: str, size: int = CHUNK) -> Array:
    """Features (N, F) float64 of a batch (N, …), asked for `size` samples at a time.

    Raises:
        InvalidValue: what `ask` gives for some of them is refused by `as_features`, or is of another width than the rest.
    """
    import numpy

    parts = [batch[i : i + size] for i in range(0, len(batch), size)]
    found = [as_features(ask(part), len(part), name) for part in parts]
    widths = sorted({part.shape[1] for part in found})
    if len(widths) > 1:
        raise InvalidValue(f"the extractor {name} gave {widths} features for parts of one batch: one width is needed")
    return numpy.concatenate(found)


def as_features(output: Any, rows: int, name: str) -> Array:
    """(N, F) or (N, F, H, W), which is averaged over places → (N, F) float64.

    Raises:
        InvalidValue: no array of numbers, another shape, no features, or more than 4,096.
    """
    import numpy

    try:
        values = numpy.asarray(output, dtype=numpy.float64)
    except (TypeError, ValueError):
        raise InvalidValue(
            f"the extractor {name} gave {type(output).__name__}, which is no array of numbers: ({rows}, F) is needed"
        ) from None
    shape = values.shape
    if values.ndim > 2 and values.size:
        values = values.reshape(*shape[:2], -1).mean(axis=2)
    if values.ndim != 2 or len(values) != rows or not 1 <= values.shape[1] <= WIDEST:
        raise InvalidValue(
            f"the extractor {name} gave {shape} for {rows} samples: ({rows}, F) with F from 1 to {WIDEST} is needed"
        )
    return values
