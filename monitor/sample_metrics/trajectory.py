"""How samples move from batch to batch."""

from __future__ import annotations

from collections import deque
from math import pi, sqrt
from typing import TYPE_CHECKING, Any

from monitor.sample_metrics.reference import Measured

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

REACHED = 0.01  # share of samples from which on a cluster counts as reached


class Trajectory:
    """The way of the last batches' means, and the clusters that they filled."""

    def __init__(self, window: int = 10) -> None:
        self.window = window
        self._means: deque[Array] = deque(maxlen=window + 1)
        self._shares: deque[Array] = deque(maxlen=window)
        self._count = 0  # samples of the last batch

    def update(self, measured: Measured) -> dict[str, float]:
        """Takes the next batch in.

        Returns:
            "sample/movement": median step of the mean over the window, in standard deviations of the data; noise alone is
            about sqrt(2 / n). "sample/path_efficiency": way that was made over way that was gone, 0 … 1. "sample/turnover":
            total variation between the cluster shares of this batch (n samples) and the last (m), less what chance brings,
            sqrt(K (1/n + 1/m) / 2 π). "sample/modes" and "sample/modes_union": clusters reached now, and over the window. The
            first three from the second batch on.
        """
        import numpy

        if measured.mean is None or measured.occupancy is None:
            return {}
        before = self._shares[-1] if self._shares else None
        self._means.append(measured.mean)
        self._shares.append(measured.occupancy)
        reached = [shares > REACHED for shares in self._shares]
        found = {
            "sample/modes": float(reached[-1].sum()),
            "sample/modes_union": float(numpy.any(reached, axis=0).sum()),
        }
        if before is None:
            self._count = measured.count
            return found
        means = numpy.array(self._means)
        steps = numpy.linalg.norm(numpy.diff(means, axis=0), axis=1)
        gone = float(steps.sum())
        chance = sqrt(len(before) * (1 / measured.count + 1 / (self._count or measured.count)) / (2 * pi))
        self._count = measured.count
        return found | {
            "sample/movement": float(numpy.median(steps)),
            "sample/path_efficiency": float(numpy.linalg.norm(means[-1] - means[0])) / gone if gone > 0 else 1.0,
            "sample/turnover": max(0.0, float(numpy.abs(measured.occupancy - before).sum()) / 2 - chance),
        }

    def state_dict(self) -> dict[str, Any]:
        """All of it, as JSON can say it."""
        return {
            "window": self.window,
            "count": self._count,
            "means": [mean.tolist() for mean in self._means],
            "shares": [shares.tolist() for shares in self._shares],
        }

    @classmethod
    def of(cls, state: dict[str, Any]) -> Trajectory:
        """Goes on from `state_dict`."""
        import numpy

        found = cls(state["window"])
        found._count = state["count"]
        found._means.extend(numpy.array(mean) for mean in state["means"])
        found._shares.extend(numpy.array(shares) for shares in state["shares"])
        return found
