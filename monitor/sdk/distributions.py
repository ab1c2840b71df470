"""How a network's weights and gradients are spread: copied on the training thread, counted on the worker thread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.sdk.values import moment, on_cpu
from monitor.wire_layers import Histogram, Histograms

if TYPE_CHECKING:
    import numpy
    from torch import Tensor

BINS = 64
LOOKED = 16_384  # values of one tensor that are looked at, evenly picked
LAYERS = 64  # of one network, the first ones
WIDE = (
    8.0  # standard deviations from the mean that the bins reach at most: one weight far out leaves the others a shape
)
RARER = 20  # each pause is a twentieth of what came before: some 150 frames of 10,000 readings


class Frames:
    """Says which readings to describe: each at first, then ever fewer, so that a long training has no more than it can show."""

    def __init__(self) -> None:
        self._seen, self._next = 0, 0

    def due(self) -> bool:
        """Counts a reading; True when it is to be described."""
        seen = self._seen
        self._seen += 1
        if seen < self._next:
            return False
        self._next = seen + max(1, seen // RARER)
        return True


class Spread(NamedTuple):
    """Copies of some values of each layer. `event`: when they are ready; `sizes`: how many values each tensor has."""

    network: str
    kind: str
    layers: tuple[str, ...]
    copies: tuple[Any, ...]
    sizes: tuple[int, ...]
    event: Any

    def record(self, step: int, time: float) -> Histograms:
        """What travels of it. Waits for the device."""
        if self.event is not None:
            self.event.synchronize()
        counted = {
            layer: histogram(on_cpu(copy), size)
            for layer, copy, size in zip(self.layers, self.copies, self.sizes, strict=True)
        }
        return Histograms(step, time, self.network, self.kind, counted)  # type: ignore[arg-type]


def spread(network: str, kind: str, layers: Sequence[tuple[str, Tensor]], scale: Tensor | None = None) -> Spread | None:
    """Copies what is needed of (layer, tensor), without waiting for a device; None when there is nothing.

    Args:
        scale: what the tensors are to be divided by, 0-d.
    """
    import numpy  # noqa: F401 loaded here, since the worker thread must not (see Painter)

    some = list(layers)[:LAYERS]
    if not some:
        return None
    copies = tuple(picked(tensor) if scale is None else picked(tensor) / scale.to(tensor.device) for _, tensor in some)
    names, sizes = tuple(name for name, _ in some), tuple(tensor.numel() for _, tensor in some)
    return Spread(network, kind, names, copies, sizes, moment(copies[-1]))


def picked(tensor: Tensor) -> Tensor:
    """A copy of at most `LOOKED` values, (K,), evenly taken: with a stride that no row length shares, so from all columns."""
    flat = tensor.detach().reshape(-1)
    stride = -(-len(flat) // LOOKED)
    while stride > 1 and math.gcd(stride, tensor.shape[-1]) > 1:
        stride += 1
    return flat[::stride].clone()


def histogram(values: numpy.ndarray[Any, Any], size: int) -> Histogram:
    """Counts values (K,) that stand for `size` ones."""
    import numpy

    values = values.astype(numpy.float64)
    finite = values[numpy.isfinite(values)]
    nonfinite = len(values) - len(finite)
    if not len(finite):
        return Histogram(0.0, 0.0, [], 0, 0, nonfinite, 0.0, 0.0, size)
    least, most = float(finite.min()), float(finite.max())
    with numpy.errstate(all="ignore"):  # the squares of very large numbers
        mean, wide = float(finite.mean()), WIDE * float(finite.std())
    low, high = max(least, mean - wide), min(most, mean + wide)
    if not high > low:
        return Histogram(least, most, [len(finite)], 0, 0, nonfinite, least, most, size)
    below, above = int((finite < low).sum()), int((finite > high).sum())
    inside = finite[(finite >= low) & (finite <= high)]
    from_low = (inside / 2 - low / 2) / (high / 2 - low / 2)  # halves: the difference of very large numbers is none
    places = (from_low * BINS).astype(numpy.intp).clip(0, BINS - 1)
    counts = numpy.bincount(places, minlength=BINS).tolist()
    return Histogram(low, high, counts, below, above, nonfinite, least, most, size)
