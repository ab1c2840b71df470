"""The filters that see a network's images, or paint them: the only weights that are pictures themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.sdk.values import moment, on_cpu
from monitor.wire_layers import MAX_FILTERS, MAX_KERNEL, Filters

if TYPE_CHECKING:
    import numpy
    from torch import Tensor
    from torch.nn import Module

COLOURS = 4  # channels that an image has at most


class Found(NamedTuple):
    """A convolution's weight. `turned`: its first axis is the image's channels, not the filters."""

    layer: str
    weight: Tensor
    turned: bool


class Pictures(NamedTuple):
    """Copies of filters (F, C, h, w) or, `turned`, (C, F, h, w). `event`: when they are ready."""

    network: str
    layer: str
    copy: Any
    turned: bool
    event: Any

    def record(self, step: int, time: float) -> Filters:
        """What travels of it. Waits for the device."""
        if self.event is not None:
            self.event.synchronize()
        filters = on_cpu(self.copy)
        tiles, scales = normalised(as_tiles(filters.swapaxes(0, 1) if self.turned else filters))
        count, channels, height, width = tiles.shape
        return Filters(
            step, time, self.network, self.layer, count, channels, height, width, scales, tiles.tobytes()
        )  # fmt: skip


def image_filters(network: Module) -> Found | None:
    """The first convolution, when it sees images (1 to 4 channels); else the last one, when it paints them; else None."""
    from torch import nn

    convolutions = [
        (name, part)
        for name, part in network.named_modules()
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d) and part.groups == 1
    ]
    if not convolutions:
        return None
    (name, part), sees = convolutions[0], True
    if not isinstance(part, nn.Conv2d) or part.in_channels > COLOURS:
        (name, part), sees = convolutions[-1], False
        if part.out_channels > COLOURS:
            return None
    weight = _own_weight(part)
    if weight is None or not 2 <= min(weight.shape[2:]) <= max(weight.shape[2:]) <= MAX_KERNEL:
        return None
    # A Conv2d's weight is (out, in, h, w), a ConvTranspose2d's (in, out, h, w); the image's side may be either.
    return Found(_plain(name), weight, isinstance(part, nn.Conv2d) != sees)


def pictures(network: str, found: Found) -> Pictures:
    """Copies what is needed, without waiting for a device."""
    import numpy  # noqa: F401 loaded here, since the worker thread must not (see Painter)

    weight = found.weight.detach()
    some = weight[:, :MAX_FILTERS] if found.turned else weight[:MAX_FILTERS]
    copy = some.clone()
    return Pictures(network, found.layer, copy, found.turned, moment(copy))


def as_tiles(filters: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    """Filters (F, C, h, w) as at most `MAX_FILTERS` tiles with 3 channels, where there are 3 or 4, else with 1 each."""
    count, channels, height, width = filters.shape
    tiles = filters[:, :3] if channels >= 3 else filters.reshape(count * channels, 1, height, width)
    return tiles[:MAX_FILTERS]


def normalised(tiles: numpy.ndarray[Any, Any]) -> tuple[numpy.ndarray[Any, Any], list[float]]:
    """Tiles (T, C, h, w) as signed bytes, each by its own largest absolute weight, and those."""
    import numpy

    values = tiles.astype(numpy.float64)
    bad = ~numpy.isfinite(values)
    values[bad] = 0.0
    scales = numpy.abs(values).max(axis=(1, 2, 3))
    pixels = numpy.rint(values / numpy.where(scales > 0, scales, 1.0)[:, None, None, None] * 127).astype(numpy.int8)
    pixels[bad] = -128
    scales[bad.any(axis=(1, 2, 3))] = numpy.nan
    return numpy.ascontiguousarray(pixels), scales.tolist()


def _own_weight(part: Any) -> Tensor | None:
    """The trained parameter. Asking a parametrized module for its `weight` would have it computed, which may change its state."""
    original = getattr(getattr(getattr(part, "parametrizations", None), "weight", None), "original", None)
    if original is None and "weight" in part._parameters:
        original = part.weight
    if original is None:
        original = part._parameters.get("weight_orig")
    found: Tensor | None = original
    return found


def _plain(name: str) -> str:
    for prefix in ("module.", "_orig_mod."):
        name = name.removeprefix(prefix)
    return name
