"""Sample grids: copied on the training thread, drawn and encoded on the worker thread."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.sdk.grid import GRID_SIDE, MAX_TILES, Picture, cloud, encode, scaled, stripes, tiles
from monitor.sdk.labels import NO_LABELS, Labels
from monitor.sdk.ranges import RangeMemory, named
from monitor.sdk.values import copied, is_numpy, is_torch, moment, on_cpu
from monitor.wire import Samples

if TYPE_CHECKING:
    import numpy

    from monitor.sdk.features import Features, ModuleExtractor

    Array = numpy.ndarray[Any, Any]

MAX_ROWS = 1024  # rows of a batch that are kept
MAX_BATCH_BYTES = 4 << 20
MAX_SIDE = 2048  # pixels of one image
MAX_FEATURES = 3 * MAX_SIDE * MAX_SIDE
CHANNELS = (1, 3, 4)


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch on its way to the worker thread: a copy of as many rows as are needed, and how it was declared."""

    data: Any
    event: Any
    name: str
    declared: tuple[float, float] | None
    labels: Labels = NO_LABELS
    strips: int = 0
    extractor: ModuleExtractor | None = None

    def array(self) -> Array:
        """The copy as a numpy array. Waits for the device."""
        if self.event is not None:
            self.event.synchronize()
        return on_cpu(self.data)  # type: ignore[no-any-return]


class Painter:
    """Makes `wire.Samples` of batches. `take` runs on the training thread, `paint` on the worker thread.

    `failed` is told where and how a network of the user's failed.

    It remembers the value range that it inferred for each grid, so that a grid does not change its brightness from step to step.
    """

    def __init__(self, failed: Callable[[str, Exception], None]) -> None:
        # Loaded by the training thread: an import on the worker thread would be left half done in a child forked meanwhile.
        import numpy  # noqa: F401
        from PIL import Image, WebPImagePlugin, features  # noqa: F401

        Image.preinit()
        self._ranges, self._failed = RangeMemory(), failed

    def take(
        self,
        batch: Any,
        name: str,
        value_range: tuple[float, float] | None,
        labels: Labels = NO_LABELS,
        strips: int = 0,
        extractor: ModuleExtractor | None = None,
    ) -> Taken:
        """Copies what is needed of a batch, without waiting for a device; all of it when it is drawn in so many `strips`.

        Raises:
            InvalidValue: not an array or tensor, of a shape, type or size that can't be drawn, or labels that are not one a row.
        """
        if isinstance(batch, list | tuple) and batch and (is_torch(batch[0]) or is_numpy(batch[0])):
            batch = _stacked(batch)
        if not (is_torch(batch) or is_numpy(batch)):
            raise InvalidValue(f"samples are an array or a tensor, not a {type(batch).__name__}: not recorded")
        check_shape(tuple(batch.shape), batch.dtype)
        declared = None if value_range is None else _declared(value_range)
        labels.check(len(batch))
        rows = batch if strips else batch[: _rows_needed(tuple(batch.shape))]
        copy = copied(rows) if is_torch(batch) else rows.copy()
        return Taken(copy, moment(copy), name, declared, labels, strips, None if strips else extractor)

    def paint(self, taken: Taken, step: int, time: float, name: str, kind: str) -> Samples:
        """The record: grid and batch."""
        array = taken.array()
        if array.ndim == 2 and not image_side(array.shape[1]):
            return self._paint_vectors(taken, array, step, time, kind)
        images = as_images(array)
        low, high, inferred = self._ranges.of(name, images, taken.declared)
        pixels, bad = to_uint8(images, low, high), _bad(images)
        picture = tiles(pixels, bad, taken.strips)
        flat = array.ndim == 2
        kept = array.astype("<f4", copy=False) if flat else _kept(pixels, bad).transpose(0, 3, 1, 2)
        return self._record(taken, picture, kept, named(low, high), inferred, step, time, kind)

    def _paint_vectors(self, taken: Taken, array: Array, step: int, time: float, kind: str) -> Samples:
        rows = array.astype("<f4", copy=False)
        low, high, inferred = self._ranges.bounds(taken.name, rows, taken.declared)
        picture = cloud(rows, low, high) if rows.shape[1] == 2 else stripes(scaled(rows, low, high))
        return self._record(taken, picture, rows, named(low, high), inferred, step, time, kind)

    def _record(
        self,
        taken: Taken,
        picture: Picture,
        kept: Array,
        value_range: str,
        inferred: bool,
        step: int,
        time: float,
        kind: str,
    ) -> Samples:
        import numpy

        per_row = max(1, kept[:1].nbytes)
        kept = kept[: 0 if taken.strips else min(MAX_ROWS, MAX_BATCH_BYTES // per_row)]
        given = self._features(taken, len(kept), kind)
        if given is not None:
            kept = kept[: len(given.rows)]  # a row of each
        kept = numpy.ascontiguousarray(kept)
        return Samples(
            step=step,
            time=time,
            name=taken.name,
            kind=kind,  # type: ignore[arg-type]
            image=encode(picture),
            rows=picture.rows,
            columns=picture.columns,
            count=picture.count,
            tile_height=picture.tile_height,
            tile_width=picture.tile_width,
            value_range=value_range,
            inferred=inferred,
            batch=kept.tobytes(),
            batch_dtype="uint8" if kept.dtype == numpy.uint8 else "float32",
            batch_shape=kept.shape if len(kept) else (),
            labels=taken.labels.first(len(kept)),
            label_names=list(taken.labels.names),
            features=b"" if given is None else given.rows.tobytes(),
            extractor="" if given is None else given.extractor,
        )

    def _features(self, taken: Taken, rows: int, kind: str) -> Features | None:
        """What the user's network makes of the rows that are kept; None without one, and when it fails, which is said."""
        module = taken.extractor
        if module is None or not rows or (kind != "reference" and not module.label):
            return None  # that it failed on the reference has been said
        try:
            return (module.of_reference if kind == "reference" else module.of)(taken.data, rows)
        except Exception as error:  # noqa: BLE001 whatever the user's network raises, its samples are drawn
            self._failed("nashboard: the extractor", error)
            return None


def check_shape(shape: tuple[int, ...], dtype: Any) -> None:
    """Raises InvalidValue unless a batch of this shape and type can be drawn."""
    allowed = "(N, C, H, W) or (N, H, W, C) with 1, 3 or 4 channels, (N, H, W) and (N, D) are allowed"
    if "complex" in str(dtype) or not any(kind in str(dtype) for kind in ("float", "int", "bool")):
        raise InvalidValue(f"samples of dtype {dtype} can't be drawn, float, uint8 and bool can: not recorded")
    if len(shape) not in (2, 3, 4) or 0 in shape:
        raise InvalidValue(f"samples of shape {shape} can't be drawn, {allowed}: not recorded")
    if len(shape) == 4 and shape[1] not in CHANNELS and shape[3] not in CHANNELS:
        raise InvalidValue(f"samples of shape {shape} have no axis of 1, 3 or 4 channels, {allowed}: not recorded")
    height, width = _sides(shape)
    if height > MAX_SIDE or width > MAX_SIDE:
        raise InvalidValue(
            f"images of {height}×{width} pixels are too large, {MAX_SIDE} a side are allowed: not recorded"
        )


def image_side(features: int) -> int:
    """Side of the square images that rows of so many features are (with 1 or 3 channels); 0 when they are none."""
    for channels in (1, 3):
        side = math.isqrt(features // channels)
        if side >= 4 and side * side * channels == features:
            return side
    return 0


def as_images(array: Array) -> Array:
    """A batch of any allowed shape as (N, H, W, C) with C 1 or 3; an alpha channel is left out."""
    if array.ndim == 2:
        side = image_side(array.shape[1])
        return array.reshape(len(array), -1, side, side).transpose(0, 2, 3, 1)
    if array.ndim == 3:
        return array[..., None]
    if array.shape[1] in CHANNELS and (array.shape[3] not in CHANNELS or array.shape[1] <= array.shape[3]):
        array = array.transpose(0, 2, 3, 1)
    return array[..., :3]


def to_uint8(images: Array, low: float, high: float) -> Array:
    """Values from `low` (black) to `high` (white) as uint8; what lies outside is cut, what is no number is black."""
    import numpy

    if images.dtype == numpy.uint8 and (low, high) == (0, 255):
        return images
    scale = 255.0 / (high - low)
    values = numpy.multiply(images, scale, dtype=numpy.float32)
    values += 0.5 - low * scale
    numpy.nan_to_num(values, copy=False, nan=0.0, posinf=255.0, neginf=0.0)
    return numpy.clip(values, 0, 255, out=values).astype(numpy.uint8)


def _bad(images: Array) -> Array | None:
    """Where pixels are no numbers, (N, H, W); None when all are."""
    import numpy

    if images.dtype.kind != "f":
        return None
    bad = numpy.asarray(~numpy.isfinite(images)).any(axis=3)
    return numpy.asarray(bad) if bad.any() else None


def _kept(pixels: Array, bad: Array | None) -> Array:
    """What is kept of (N, H, W, C) images: uint8, or float32 from 0 to 1 with NaN where pixels are no numbers."""
    import numpy

    if bad is None:
        return pixels
    return numpy.where(bad[..., None], numpy.float32("nan"), pixels / numpy.float32(255.0)).astype("<f4")


def _sides(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) == 2:
        if shape[1] > MAX_FEATURES:
            raise InvalidValue(f"rows of {shape[1]} features are too long, {MAX_FEATURES} are allowed: not recorded")
        side = image_side(shape[1])
        return side, side
    if len(shape) == 3:
        return shape[1], shape[2]
    return (shape[2], shape[3]) if shape[1] in CHANNELS else (shape[1], shape[2])


def _rows_needed(shape: tuple[int, ...]) -> int:
    per_row = math.prod(shape[1:])
    height, width = _sides(shape)
    drawn = MAX_TILES if len(shape) == 2 else min(MAX_TILES, max(1, (GRID_SIDE // height) * (GRID_SIDE // width)))
    return max(drawn, min(MAX_ROWS, MAX_BATCH_BYTES // per_row))


def _declared(value_range: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in value_range)
    except (TypeError, ValueError):
        low = high = 0.0
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InvalidValue(f"value_range={value_range!r}: two numbers (low, high), such as (-1, 1), are allowed")
    return low, high


def _stacked(batch: Any) -> Any:
    import sys

    module = sys.modules["torch" if is_torch(batch[0]) else "numpy"]
    return module.stack([row.detach() if is_torch(row) else row for row in batch[:MAX_ROWS]])
