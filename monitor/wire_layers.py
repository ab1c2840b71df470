"""What travels of the layers of watched networks: how weights and gradients are spread, and what the first filters look like."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from monitor.wire_types import Name, Size, Step

MAX_BINS, MAX_LAYERS, MAX_FILTERS, MAX_KERNEL = 256, 256, 64, 32


class Histogram(Struct, frozen=True, array_like=True):
    """How the values of one tensor are spread, over bins of equal width.

    Attributes:
        low, high: where the first bin begins and the last one ends. counts: values in each bin.
        below, above: finite values outside. nonfinite: NaN and ±Inf.
        min, max: of the finite values. size: values of the tensor, of which the others may be an even sample.
    """

    low: float
    high: float
    counts: Annotated[list[Size], Meta(max_length=MAX_BINS)]
    below: Size
    above: Size
    nonfinite: Size
    min: float
    max: float
    size: Size


class Histograms(Struct, frozen=True, array_like=True, tag="h"):
    """The layers of a network at one step.

    Attributes:
        kind: of which values: the weights before the step, or the gradients that the optimizer got.
        layers: by name, in order of depth.
    """

    step: Step
    time: float
    network: Name
    kind: Literal["weights", "gradients"]
    layers: Annotated[dict[Name, Histogram], Meta(max_length=MAX_LAYERS)]


class Filters(Struct, frozen=True, array_like=True, tag="i"):
    """The filters of the convolution that sees (or paints) images, at one step.

    Attributes:
        count, channels, height, width: of the tiles; 1 channel is grey, 3 are red, green and blue.
        scales: each tile's largest absolute weight; NaN where a weight is not finite.
        pixels: bytes of `count` × `channels` × `height` × `width` signed 8-bit numbers, C order: 127 is +scale, -127 is -scale,
            -128 a weight that is not finite.
    """

    step: Step
    time: float
    network: Name
    layer: Name
    count: Annotated[int, Meta(ge=1, le=MAX_FILTERS)]
    channels: Literal[1, 3]
    height: Annotated[int, Meta(ge=1, le=MAX_KERNEL)]
    width: Annotated[int, Meta(ge=1, le=MAX_KERNEL)]
    scales: Annotated[list[float], Meta(max_length=MAX_FILTERS)]
    pixels: bytes


class LayersInfo(Struct, frozen=True):
    """That there is something new of a network's layers. `kind`: "weights", "gradients" or "filters"."""

    kind: str
    network: str
    step: int
