"""From a batch to rows of at most some hundred numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.projections.arrays import Array

LIMIT = 256


def pooled(batch: Array, limit: int = LIMIT) -> Array:
    """Average-pooled pixels, or neighbouring features averaged, (N, F ≤ limit) float64; uint8 becomes 0 … 1.

    Args:
        batch: (N, D), or images (N, C, H, W). The blocks are the smallest squares that bring F down to `limit`;
            those at the right and lower edge may be smaller.
    """
    import numpy

    values = batch.astype(numpy.float64) / (255.0 if batch.dtype == numpy.uint8 else 1.0)
    if values.ndim == 2:
        return _blocks(values, -(-values.shape[1] // limit), (1,))
    channels, height, width = values.shape[1:]
    block = 1
    while channels * -(-height // block) * -(-width // block) > limit and block < max(height, width):
        block += 1
    return _blocks(values, block, (2, 3)).reshape(len(values), -1)


def _blocks(values: Array, block: int, axes: tuple[int, ...]) -> Array:
    """Means over blocks of `block` along each of `axes`."""
    import numpy

    for axis in axes:
        size = values.shape[axis]
        starts = numpy.arange(0, size, block)
        lengths = numpy.diff(numpy.append(starts, size))
        shape = [-1 if i == axis else 1 for i in range(values.ndim)]
        values = numpy.add.reduceat(values, starts, axis=axis) / lengths.reshape(shape)
    return values
