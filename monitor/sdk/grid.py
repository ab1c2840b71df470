"""Draws grids of images, clouds of points and stripes of features, and encodes them."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

MAX_TILES = 100
GRID_SIDE = 2048  # pixels of a grid, at most (one image may fill it)
MARGIN = 2  # pixels around and between tiles
TINY = 32  # tiles below this side are enlarged by a whole factor, so that each pixel shows
ENLARGED = 32  # … to at most this side
CLOUD_SIDE = 384
BAD = (255, 0, 255)  # what is no number is magenta
GROUND, MARGIN_GREY, DOT = 250, 110, (37, 99, 235)


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels (H, W, 3) uint8, and the tiles that they show. `crisp`: to be encoded without loss."""

    pixels: Array
    rows: int
    columns: int
    count: int
    tile_height: int
    tile_width: int
    crisp: bool


def tiles(images: Array, bad: Array | None = None, rows: int = 0) -> Picture:
    """Images (N, H, W, C) uint8 side by side, the first ones up to 10 × 10, with a margin around each; or all in so many `rows`.

    Args:
        bad: (N, H, W), where a pixel is to be shown as no number.
    """
    import numpy

    factor = max(1, ENLARGED // max(images.shape[1:3])) if max(images.shape[1:3]) < TINY else 1
    height, width = images.shape[1] * factor, images.shape[2] * factor
    fit = max(1, GRID_SIDE // height) * max(1, GRID_SIDE // width)
    count = len(images) if rows else min(len(images), MAX_TILES, fit)
    columns = len(images) // rows if rows else min(math.ceil(math.sqrt(count)), max(1, GRID_SIDE // width))
    rows = math.ceil(count / columns)
    shown = numpy.broadcast_to(images[:count], (*images[:count].shape[:3], 3))
    if bad is not None:
        shown = numpy.where(bad[:count, ..., None], numpy.array(BAD, numpy.uint8), shown)
    if factor > 1:
        shown = shown.repeat(factor, axis=1).repeat(factor, axis=2)
    pixels = numpy.full(
        (rows * (height + MARGIN) + MARGIN, columns * (width + MARGIN) + MARGIN, 3), MARGIN_GREY, numpy.uint8
    )
    for index, image in enumerate(shown):
        top = MARGIN + (index // columns) * (height + MARGIN)
        left = MARGIN + (index % columns) * (width + MARGIN)
        pixels[top : top + height, left : left + width] = image
    return Picture(pixels, rows, columns, count, height, width, crisp=factor > 1)


def cloud(points: Array, low: float, high: float) -> Picture:
    """Points (N, 2) as dots on a plain ground; both axes from `low` to `high`, y upward. Dots add up where they meet."""
    import numpy

    side = CLOUD_SIDE
    finite = points[numpy.isfinite(points).all(axis=1)]
    scale = (side - 1) / (high - low)
    x = numpy.rint((finite[:, 0] - low) * scale).astype(numpy.int64)
    y = side - 1 - numpy.rint((finite[:, 1] - low) * scale).astype(numpy.int64)
    hits = numpy.zeros((side + 2, side + 2), numpy.float32)
    inside = (x >= 0) & (x < side) & (y >= 0) & (y < side)
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            numpy.add.at(hits, (y[inside] + down, x[inside] + right), 1.0)
    ink = (1 - 0.45 ** hits[1:-1, 1:-1])[..., None]
    pixels = (GROUND * (1 - ink) + numpy.array(DOT, numpy.float32) * ink).astype(numpy.uint8)
    return Picture(pixels, 1, 1, len(points), side, side, crisp=True)


def stripes(values: Array) -> Picture:
    """Rows (N, D) of values in 0 … 1 as one grey picture: a line of pixels per sample."""
    import numpy

    grey = (values[:MAX_TILES, :GRID_SIDE] * 255).astype(numpy.uint8)
    factor = max(1, 256 // max(grey.shape))
    grey = grey.repeat(factor, axis=0).repeat(factor, axis=1)
    pixels = numpy.broadcast_to(grey[..., None], (*grey.shape, 3))
    height, width = grey.shape
    return Picture(pixels, 1, 1, len(values), height, width, crisp=True)


def scaled(rows: Array, low: float, high: float) -> Array:
    """Values from `low` to `high` as 0 … 1; what is no number is 0."""
    import numpy

    return numpy.clip(numpy.nan_to_num((rows - low) / (high - low), nan=0.0), 0.0, 1.0)


def encode(picture: Picture) -> bytes:
    """WebP (quality 80, method 0; without loss when crisp); PNG where Pillow has no WebP."""
    from PIL import Image, features

    image = Image.fromarray(picture.pixels)
    out = io.BytesIO()
    if features.check("webp"):
        image.save(out, "WEBP", quality=80, method=0, lossless=picture.crisp)
    else:
        image.save(out, "PNG", compress_level=1)
    return out.getvalue()
