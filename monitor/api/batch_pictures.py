"""What a page shows of a stored batch: all rows as one picture, or as points. Any point's image then takes no request."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import msgspec

from monitor.errors import NotFound
from monitor.storage.batches import Stored

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

MAX_TILE = 64  # pixels of a tile's longer side: 1,024 rows then fit into 2,048 × 2,048
LOSSLESS = 32  # tiles up to this side are kept exactly


def contact_sheet(content: bytes, stored: Stored) -> bytes:
    """A WebP of every row of a batch, row by row from the top left in ceil(√N) columns, without margins.

    All tiles have one size: that of the images, made smaller where they are larger than 64 × 64 pixels.

    Args:
        content: the batch in C order.

    Raises:
        NotFound: the rows are no images.
    """
    import numpy

    pixels = _images(numpy.frombuffer(content, stored.dtype).reshape(stored.shape), bounds(stored.value_range))
    factor = math.ceil(max(pixels.shape[1:3]) / MAX_TILE)
    if factor > 1:
        pixels = _reduced(pixels, factor)
    return _encoded(_arranged(pixels), lossless=max(pixels.shape[1:3]) <= LOSSLESS)


def plane(content: bytes, stored: Stored) -> bytes:
    """JSON of columns `x` and `y`: the rows of a batch (N, 2) as logged; what is not finite is null.

    Raises:
        NotFound: the rows are not of two numbers.
    """
    import numpy

    if len(stored.shape) != 2 or stored.shape[1] != 2:
        raise NotFound(f"samples of shape {stored.shape[1:]} are no points in the plane")
    rows = numpy.frombuffer(content, stored.dtype).reshape(stored.shape)
    x, y = ([float(f"{value:.6g}") for value in column] for column in rows.T.tolist())
    return msgspec.json.encode({"x": x, "y": y})


def classes(_: bytes, stored: Stored) -> bytes:
    """JSON of the `labels` of a batch's rows, and their `names`; empty lists when none were told."""
    return msgspec.json.encode({"labels": stored.labels, "names": stored.names})


def bounds(value_range: str) -> tuple[float, float]:
    """What a record's "[-1, 1]" says."""
    low, _, high = value_range.strip("[]").partition(",")
    try:
        return float(low), float(high)
    except ValueError:
        return 0.0, 1.0


def _images(batch: Array, value_range: tuple[float, float]) -> Array:
    """A batch as stored → (N, H, W, 3) uint8."""
    import numpy

    if batch.ndim == 2:
        batch = _scaled(_square(batch), *value_range)
    elif batch.dtype != numpy.uint8:
        batch = _scaled(batch, 0.0, 1.0)
    return numpy.broadcast_to(batch.transpose(0, 2, 3, 1), (len(batch), *batch.shape[2:], 3))


def _square(rows: Array) -> Array:
    """Rows (N, D) that are square images of 1 or 3 channels → (N, C, H, W); from 4 × 4 on, as the SDK has it."""
    for channels in (1, 3):
        side = math.isqrt(rows.shape[1] // channels)
        if side >= 4 and side * side * channels == rows.shape[1]:
            return rows.reshape(len(rows), channels, side, side)
    raise NotFound(f"rows of {rows.shape[1]} numbers are no images: there is no sheet of them")


def _scaled(values: Array, low: float, high: float) -> Array:
    import numpy

    share = numpy.nan_to_num((values - low) / ((high - low) or 1.0), nan=0.0)
    return (numpy.clip(share, 0.0, 1.0) * 255 + 0.5).astype(numpy.uint8)


def _reduced(pixels: Array, factor: int) -> Array:
    """Each tile with `factor` pixels averaged into one, a side; what is over at the edges is left out."""
    count, height, width, channels = pixels.shape
    height, width = max(1, height // factor), max(1, width // factor)
    whole = pixels[:, : height * factor, : width * factor]
    parts = whole.reshape(count, height, min(factor, whole.shape[1]), width, min(factor, whole.shape[2]), channels)
    return parts.mean(axis=(2, 4)).astype(pixels.dtype)  # type: ignore[no-any-return]


def _arranged(pixels: Array) -> Array:
    """(N, H, W, 3) → (rows · H, columns · W, 3)."""
    import numpy

    count, height, width, _ = pixels.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    sheet = numpy.zeros((rows * columns, height, width, 3), numpy.uint8)
    sheet[:count] = pixels
    return sheet.reshape(rows, columns, height, width, 3).swapaxes(1, 2).reshape(rows * height, columns * width, 3)


def _encoded(pixels: Array, lossless: bool) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", quality=80, method=0, lossless=lossless)
    return out.getvalue()
