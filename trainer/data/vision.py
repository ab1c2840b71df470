"""Any torchvision data set that is on this machine."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from monitor.errors import InvalidValue
from trainer.data.dataset import Dataset
from trainer.data.pixels import dataset

PREFIX = "torchvision:"
ROOT, DEFAULT_ROOT = "NASHBOARD_DATA_ROOT", "~/.nashboard/data"


def vision(name: str) -> Dataset:
    """The training part of `torchvision.datasets.<name>`, as images; nothing is downloaded.

    Raises:
        InvalidValue: torchvision or the data set is not there.
    """
    import numpy

    root = Path(os.environ.get(ROOT, DEFAULT_ROOT)).expanduser()
    try:
        datasets: Any = importlib.import_module("torchvision.datasets")
    except ImportError:
        raise InvalidValue(
            f"{PREFIX}{name} needs torchvision, which is not installed: pip install torchvision"
        ) from None
    kind: Any = getattr(datasets, name, None)
    if kind is None or not callable(kind):
        raise InvalidValue(
            f"torchvision.datasets has no {name!r}; MNIST, FashionMNIST and CIFAR10 are some that it has"
        )
    try:
        found = kind(root=str(root), download=False)
        images = numpy.stack([numpy.asarray(found[place][0]) for place in range(len(found))])
    except (RuntimeError, TypeError, ValueError, OSError) as error:
        raise InvalidValue(f"{PREFIX}{name} can't be read from {root} ({ROOT} says where): {error}") from None
    return dataset(Path(name), images)
