"""What a network gives, as features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

CHUNK = 128  # samples at once
WIDEST = 4096  # features


def as_features(output: Array, rows: int, name: str) -> Array:
    """(N, F) or (N, F, H, W), which is averaged over places → (N, F) float64.

    Raises:
        InvalidValue: another shape, or more than 4,096 features.
    """
    import numpy

    values = numpy.asarray(output, dtype=numpy.float64)
    if values.ndim > 2:
        values = values.reshape(*values.shape[:2], -1).mean(axis=2)
    if values.ndim != 2 or len(values) != rows or values.shape[1] > WIDEST:
        raise InvalidValue(
            f"the extractor {name} gave {output.shape} for {rows} samples: ({rows}, F) with F up to {WIDEST} is needed"
        )
    return values
