"""Learning-rate schedules."""

from __future__ import annotations

import math
from collections.abc import Callable

CYCLES = 4


def constant(done: float) -> float:
    """1 throughout."""
    return 1.0


def linear(done: float) -> float:
    """From 1 at the start to 0 at the end: 1 - t / T."""
    return 1.0 - done


def cosine(done: float) -> float:
    """From 1 to 0 along half a cosine: (1 + cos πt/T) / 2. Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts."""
    return (1 + math.cos(math.pi * done)) / 2


def restarts(done: float) -> float:
    """Four such cosines one after the other, each beginning at 1 again: the warm restarts of that paper, equally long."""
    return cosine(done * CYCLES % 1)


# name → factor of both learning rates; `done` is the share of the steps made, 0 to 1
SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant, "linear": linear, "cosine": cosine, "restarts": restarts,
}  # fmt: skip
PERIODS = {"restarts": 1 / CYCLES}  # those that come again: after which share of the steps
