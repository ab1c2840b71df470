"""Learning-rate schedules."""

from __future__ import annotations

import math
from collections.abc import Callable


def constant(done: float) -> float:
    """1 throughout."""
    return 1.0


def linear(done: float) -> float:
    """From 1 at the start to 0 at the end: 1 - t / T."""
    return 1.0 - done


def cosine(done: float) -> float:
    """From 1 to 0 along half a cosine: (1 + cos πt/T) / 2. Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts."""
    return (1 + math.cos(math.pi * done)) / 2


# name → factor of both learning rates; `done` is the share of the steps made, 0 to 1
SCHEDULES: dict[str, Callable[[float], float]] = {"constant": constant, "linear": linear, "cosine": cosine}
