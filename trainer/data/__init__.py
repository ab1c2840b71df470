"""Data sets by name. A new one is a function of a seed that gives a `Dataset`, and a line in `DATA`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from monitor.errors import InvalidValue
from trainer.data.dataset import Dataset
from trainer.data.digits import digits
from trainer.data.mixtures import grid, ring
from trainer.data.modes import Modes

__all__ = ["DATA", "Dataset", "Modes", "Source", "load", "source"]


class Source(NamedTuple):
    """Where samples come from: a function of a seed, and the shape of a sample, known before anything is loaded."""

    make: Callable[[int], Dataset]
    shape: tuple[int, ...]


DATA: dict[str, Source] = {
    "digits": Source(digits, (1, 8, 8)),
    "grid": Source(grid, (2,)),
    "ring": Source(ring, (2,)),
}


def source(name: str) -> Source:
    """Where samples of that name come from.

    Raises:
        InvalidValue: no such data set; the message lists what there is.
    """
    if name not in DATA:
        raise InvalidValue(f"no data set {name!r}; there are {', '.join(DATA)}")
    return DATA[name]


def load(name: str, seed: int = 0) -> Dataset:
    """The data set of that name; `seed` matters where samples are drawn (ring, grid).

    Raises:
        InvalidValue: as `source`.
    """
    return source(name).make(seed)
