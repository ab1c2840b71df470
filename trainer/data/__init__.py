"""Data sets by name. A new one is a function of a seed that gives a `Dataset`, and a line in `DATA`."""

from __future__ import annotations

from collections.abc import Callable

from monitor.errors import InvalidValue
from trainer.data.dataset import Dataset
from trainer.data.digits import digits
from trainer.data.mixtures import grid, ring
from trainer.data.modes import Modes

__all__ = ["DATA", "Dataset", "Modes", "load"]

DATA: dict[str, Callable[[int], Dataset]] = {"digits": digits, "grid": grid, "ring": ring}


def load(name: str, seed: int = 0) -> Dataset:
    """The data set of that name; `seed` matters where samples are drawn (ring, grid).

    Raises:
        InvalidValue: no such data set; the message lists what there is.
    """
    if name not in DATA:
        raise InvalidValue(f"no data set {name!r}; there are {', '.join(DATA)}")
    return DATA[name](seed)
