"""What turns a batch into features. Values are only comparable under one extractor: each has a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from monitor.errors import InvalidValue

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


WIDEST = 4096  # numbers of a sample that are compared as they are


class Extractor(Protocol):
    """Features of a batch."""

    @property
    def name(self) -> str:
        """Recorded with every value."""
        ...

    def __call__(self, batch: Array) -> Array:
        """(N, D) or (N, C, H, W), uint8 or float → (N, features) float64."""
        ...


class PooledPixels:
    """Average-pooled pixels: enough to see change and collapse, not to judge quality.

    Images are pooled over the smallest squares that leave at most `limit` numbers; rows of at most `limit` features pass as
    they are; wider ones go through a fixed random projection, which keeps distances (Johnson and Lindenstrauss 1984). uint8
    is scaled to 0 … 1.
    """

    def __init__(self, limit: int = 256) -> None:
        self.limit, self.name = limit, f"pooled-pixels/{limit}"

    def __call__(self, batch: Array) -> Array:
        values = scaled(batch)
        if values.ndim == 4:
            values = pooled(values, self.limit)
        if values.shape[1] > self.limit:
            values = projected(values, self.limit)
        return values


class Identity:
    """The numbers themselves, up to 4,096 a sample: for points, and for features that were computed elsewhere."""

    name = "identity"

    def __call__(self, batch: Array) -> Array:
        values = scaled(batch)
        values = values.reshape(len(values), -1)
        if values.shape[1] > WIDEST:
            raise InvalidValue(f"{values.shape[1]} numbers a sample: the extractor 'identity' takes {WIDEST} at most")
        return values


class RandomConvolutions:
    """A fixed random convolutional net: three layers of 3 × 3, ReLU, halved after each, then the mean over places.

    Random features already tell textures and shapes apart (Jarrett et al. 2009; Naeem et al. 2020 use a random VGG). Images only.
    """

    def __init__(self, seed: int = 0, width: int = 32) -> None:
        self.seed, self.width, self.name = seed, width, f"random-convolutions/{seed}/{width}"

    def __call__(self, batch: Array) -> Array:
        import numpy

        values = scaled(batch)
        if values.ndim != 4:
            raise InvalidValue(f"a batch of shape {batch.shape}: random convolutions need images (N, C, H, W)")
        rng = numpy.random.default_rng(self.seed)
        found = []
        for layer in range(3):
            channels = values.shape[1]
            weights = rng.normal(size=(self.width, channels, 3, 3)) / numpy.sqrt(9 * channels / 2)
            values = numpy.maximum(_convolved(values, weights), 0.0)
            found.append(values.mean(axis=(2, 3)))
            if layer < 2 and min(values.shape[2:]) >= 4:
                values = _pooled_by(values, 2)
        return numpy.concatenate(found, axis=1)


def scaled(batch: Array) -> Array:
    """As float64; uint8 from 0 … 255 to 0 … 1.

    Raises:
        InvalidValue: neither (N, D) nor (N, C, H, W).
    """
    import numpy

    if batch.ndim not in (2, 4):
        raise InvalidValue(f"a batch of shape {batch.shape}: (N, D) or (N, C, H, W) is allowed")
    values: Array = numpy.asarray(batch, dtype=numpy.float64)
    return values / 255.0 if batch.dtype == numpy.uint8 else values


def pooled(images: Array, limit: int) -> Array:
    """Images (N, C, H, W) averaged over squares until at most `limit` numbers are left of each: (N, features)."""
    n, channels, height, width = images.shape
    side = 1
    while channels * -(-height // side) * -(-width // side) > limit and side < max(height, width):
        side += 1
    return _pooled_by(images, side).reshape(n, -1)


def projected(rows: Array, width: int) -> Array:
    """Rows (N, D) through a fixed random matrix, (N, width); squared distances are kept on average."""
    import numpy

    rng = numpy.random.default_rng(rows.shape[1])
    found: Array = rows @ (rng.normal(size=(rows.shape[1], width)) / numpy.sqrt(width))
    return found


def _pooled_by(images: Array, side: int) -> Array:
    """Means over squares; those at the far edges may be smaller."""
    import numpy

    rows, columns = (range(0, length, side) for length in images.shape[2:])
    sums = numpy.add.reduceat(numpy.add.reduceat(images, rows, axis=2), columns, axis=3)
    counts = [numpy.diff([*starts, length]) for starts, length in zip((rows, columns), images.shape[2:], strict=True)]
    means: Array = sums / numpy.outer(*counts)
    return means


def _convolved(images: Array, weights: Array) -> Array:
    """3 × 3 convolution with zero padding, (N, C, H, W) → (N, width, H, W)."""
    import numpy

    padded = numpy.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = numpy.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    found: Array = numpy.einsum("nchwij,ocij->nohw", windows, weights, optimize=True)
    return found
