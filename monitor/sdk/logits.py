"""A batch of discriminator outputs, reduced to what can be drawn and judged: mean, spread, and how well D ranks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

AUC = "auc/discriminator"
SIDES = ("logits/real", "logits/fake")


def auc(real: numpy.ndarray[Any, Any], fake: numpy.ndarray[Any, Any]) -> float | None:
    """P(real > fake) + P(real = fake) / 2 over all pairs: the area under D's ROC curve, ties counted half.

    Args:
        real: outputs on real data, (n,). fake: on generated data, (m,). Values that are not finite are left out.

    Returns:
        0.5: D can't tell them apart; 1: D ranks every real one higher; None when a side is empty.
    """
    import numpy

    real, fake = real[numpy.isfinite(real)], numpy.sort(fake[numpy.isfinite(fake)])
    if not len(real) or not len(fake):
        return None
    below = numpy.searchsorted(fake, real, side="left") + numpy.searchsorted(fake, real, side="right")
    return float(below.mean() / (2 * len(fake)))


class Logits:
    """Joins the two sides of a step, given in one call or in two.

    `write(step, time, values)` gets the results: `<name>` (mean), `<name>/std` (population standard deviation) and
    `auc/discriminator` when both sides of a step are there. Used by one thread.
    """

    def __init__(self, write: Callable[[int, float, dict[str, float]], None]) -> None:
        self._write = write
        self._step, self._sides = -1, dict[str, Any]()

    def add(self, step: int, name: str, side: str, outputs: numpy.ndarray[Any, Any]) -> None:
        """One side's outputs (n,) at a step. `side`: the standard signal that `name` stands for, or ""."""
        values = {name: float(outputs.mean()), f"{name}/std": float(outputs.std())}
        if step != self._step:
            self._step, self._sides = step, {}
        if side in SIDES:
            self._sides[side] = outputs
            if len(self._sides) == 2:
                both = auc(self._sides[SIDES[0]], self._sides[SIDES[1]])
                if both is not None:
                    values[AUC] = both
        self._write(step, time.time(), values)
