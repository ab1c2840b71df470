"""Arrays from files, as the trainer takes them: images in [-1, 1], or rows of numbers as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from monitor.errors import InvalidValue
from trainer.data.dataset import Dataset

if TYPE_CHECKING:
    import numpy

ALLOWED = "(N, D), (N, H, W), (N, C, H, W) or (N, H, W, C) with 1 or 3 channels"


def dataset(path: Path, array: numpy.ndarray[Any, Any]) -> Dataset:
    """Samples of an array of one of the allowed shapes. uint8 is 0 to 255; other images lie in [0, 1], [-1, 1] or 0 to 255.

    Raises:
        InvalidValue: names the file, what is wrong with it, and what is allowed.
    """
    if array.dtype.kind not in "fiub":
        raise InvalidValue(f"{path} holds {array.dtype}, numbers are needed")
    if array.ndim not in (2, 3, 4) or 0 in array.shape:
        raise InvalidValue(f"{path} has the shape {array.shape}; {ALLOWED} are allowed")
    values = torch.from_numpy(array.astype("float32"))
    if not torch.isfinite(values).all():
        raise InvalidValue(f"{path} holds NaN or infinite values")
    if array.ndim == 2:
        return Dataset(path.name, values)
    if array.ndim == 3:
        values = values.unsqueeze(1)
    elif values.shape[1] not in (1, 3):
        values = values.permute(0, 3, 1, 2)
    if values.shape[1] not in (1, 3):
        raise InvalidValue(f"{path} has the shape {array.shape}; {ALLOWED} are allowed")
    return Dataset(path.name, _scaled(path, values, array.dtype.kind == "u").contiguous())


def _scaled(path: Path, values: torch.Tensor, bytes_: bool) -> torch.Tensor:
    low, high = float(values.min()), float(values.max())
    if low >= 0 and (bytes_ or high > 1) and high <= 255:
        return values / 127.5 - 1
    if low >= 0 and high <= 1:
        return values * 2 - 1
    if low >= -1 and high <= 1:
        return values
    raise InvalidValue(f"{path} holds pixels from {low:g} to {high:g}; 0 to 255, [0, 1] or [-1, 1] are allowed")
