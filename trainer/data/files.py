"""Data sets from files: numpy's arrays, MNIST's IDX, a folder of images."""

from __future__ import annotations

import gzip
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageOps

from monitor.errors import InvalidValue
from trainer.data.dataset import Dataset
from trainer.data.pixels import dataset

if TYPE_CHECKING:
    import numpy

ARRAY_NAMES = ("images", "samples", "x", "data", "arr_0")
IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")
LARGEST, SMALLEST = 128, 8  # pixels a side


def load_path(path: Path) -> Dataset:
    """The data set in a file or folder, by its kind.

    Raises:
        InvalidValue: names the file, what was found and what was expected.
    """
    if path.is_dir():
        return folder(path)
    if not path.is_file():
        raise InvalidValue(f"there is no file or folder {path}")
    if path.suffix in (".npy", ".npz"):
        return dataset(path, _numpy(path))
    if "idx" in path.name or path.name.removesuffix(".gz").endswith("ubyte"):
        return dataset(path, idx(path))
    raise InvalidValue(
        f"{path} is of no known kind: .npy, .npz, IDX (…-idx3-ubyte, also .gz) and folders of images are allowed"
    )


def _numpy(path: Path) -> numpy.ndarray[Any, Any]:
    import numpy

    try:
        with path.open("rb") as file:
            found = numpy.load(file, allow_pickle=False)
            if isinstance(found, numpy.ndarray):
                return found
            array = found[_chosen(path, list(found))]
            if not isinstance(array, numpy.ndarray):
                raise InvalidValue(f"{path} holds a member that is no array")
            return array
    except (OSError, ValueError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        # numpy takes whatever it does not know for a pickle, and advises to load that
        why = "it holds no array, or Python objects, which are never loaded" if "pickle" in str(error) else error
        raise InvalidValue(f"{path} can't be read as numpy's {path.suffix}: {why}") from None


def _chosen(path: Path, names: list[str]) -> str:
    """Which of an archive's arrays holds the samples."""
    name = names[0] if len(names) == 1 else next((one for one in ARRAY_NAMES if one in names), None)
    if name is None:
        held = ", ".join(names) or "nothing"
        raise InvalidValue(f"{path} holds {held}: one array, or one named {', '.join(ARRAY_NAMES)}, is needed")
    return name


def idx(path: Path) -> numpy.ndarray[Any, Any]:
    """Images of an IDX file, (N, H, W) or (N, H, W, C) uint8.

    Format: LeCun's description of the MNIST files: two zero bytes, the type (8: unsigned byte), the number of axes, their lengths
    as big-endian 32-bit integers, then the bytes.
    """
    import numpy

    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidValue(f"{path} can't be read: {error}") from None
    if len(content) < 4 or content[:2] != bytes(2) or content[2] != 8:
        raise InvalidValue(
            f"{path} starts with {content[:4].hex(' ')}: IDX images of bytes start with 00 00 08 03 (or 04)"
        )
    axes = content[3]
    if axes not in (3, 4):
        what = "labels" if axes == 1 else f"{axes} axes"
        raise InvalidValue(f"{path} holds {what}: IDX images have 3 or 4 axes (00 00 08 03)")
    start = 4 + 4 * axes
    if len(content) < start:
        raise InvalidValue(f"{path} ends within its header")
    shape = struct.unpack(f">{axes}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise InvalidValue(f"{path} has {len(content) - start} bytes of pixels, its header says {math.prod(shape)}")
    return numpy.frombuffer(content, numpy.uint8, offset=start).reshape(shape)


def folder(path: Path) -> Dataset:
    """All images under a folder, cropped to their middle square and scaled to one size: the largest power of two that no image
    falls short of, 8 to 128 pixels. Grey when all of them are."""
    import numpy

    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in IMAGES)
    if not files:
        raise InvalidValue(f"the folder {path} has no images ({', '.join(IMAGES)})")
    least = LARGEST
    for file in files:
        with _opened(file) as image:  # its size, from its head alone
            if min(image.size) < SMALLEST:
                raise InvalidValue(f"{file} is {min(image.size)} pixels wide or high, {SMALLEST} are the least")
            least = min(least, *image.size)
    side = 1 << (least.bit_length() - 1)
    squares = [_square(file, side) for file in files]
    mode = "L" if all(square.mode == "L" for square in squares) else "RGB"
    return dataset(path, numpy.stack([numpy.asarray(square.convert(mode)) for square in squares]))


@contextmanager
def _opened(file: Path) -> Iterator[Image.Image]:
    try:
        with Image.open(file) as image:
            yield image
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidValue(f"{file} can't be read as an image: {error}") from None


def _square(file: Path, side: int) -> Image.Image:
    """An image's middle square, upright, in `side` pixels: grey or RGB."""
    import numpy

    with _opened(file) as image:
        if image.mode.startswith("I"):  # 16 bits of grey
            image = Image.fromarray((numpy.asarray(image, numpy.uint32) >> 8).clip(0, 255).astype(numpy.uint8))
        grey = image.mode in ("1", "L", "LA")
        return ImageOps.fit(ImageOps.exif_transpose(image).convert("L" if grey else "RGB"), (side, side))
