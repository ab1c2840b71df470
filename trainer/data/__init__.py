"""Data sets by name. A new one is a function of a seed that gives a `Dataset`, and a line in `DATA`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from monitor.errors import InvalidValue
from trainer.data.dataset import Dataset
from trainer.data.digits import digits
from trainer.data.files import load_path
from trainer.data.mixtures import grid, ring
from trainer.data.modes import Modes
from trainer.data.spiral import spiral
from trainer.data.vision import PREFIX, vision

__all__ = ["DATA", "Dataset", "Modes", "Source", "load", "source"]


class Source(NamedTuple):
    """Where samples come from: a function of a seed, and the shape of a sample, known before anything is loaded."""

    make: Callable[[int], Dataset]
    shape: tuple[int, ...]


DATA: dict[str, Source] = {
    "digits": Source(digits, (1, 8, 8)),
    "grid": Source(grid, (2,)),
    "ring": Source(ring, (2,)),
    "spiral": Source(spiral, (2,)),
}


def source(name: str) -> Source:
    """Where samples of that name come from: a name in `DATA`, `torchvision:NAME`, or a path, which is read and kept.

    Raises:
        InvalidValue: no such data set, or a bad file; the message says what there is, or what is wrong.
    """
    if name in DATA:
        return DATA[name]
    path = Path(name).expanduser()
    if name.startswith(PREFIX) or path.exists() or "/" in name or path.suffix:
        dataset = _kept(name)
        return Source(lambda seed: dataset, dataset.shape)
    raise InvalidValue(f"no data set {name!r}; there are {', '.join(DATA)}, a path, or torchvision:NAME")


def load(name: str, seed: int = 0) -> Dataset:
    """The data set of that name; `seed` matters where samples are drawn (ring, grid, spiral).

    Raises:
        InvalidValue: as `source`.
    """
    return source(name).make(seed)


@lru_cache(maxsize=1)
def _kept(name: str) -> Dataset:
    return vision(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else load_path(Path(name).expanduser())
