"""The effective number of different samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.sample_metrics.distances import Within

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


def vendi_score(kernel: Array) -> float:
    """exp(-Σ λ ln λ) with λ the eigenvalues of K / n: 1 when all are one, n when none is like another. Friedman and Dieng (2023).

    Args:
        kernel: similarities (n, n), positive semidefinite, ones on its diagonal. Cost O(n³).
    """
    import numpy

    values = numpy.linalg.eigvalsh(kernel / len(kernel))
    values = values[values > 1e-12]
    return float(numpy.exp(-(values * numpy.log(values)).sum()))


def order_two(kernel: Array) -> float:
    """The score of order 2, 1 / ‖K / n‖²: no eigenvalues, and it converges with few samples. Ospanov and Farnia (2024)."""
    return float(len(kernel) ** 2 / (kernel * kernel).sum())


def vendi(real: Within, fake: Within) -> float:
    """Order-2 Vendi score of generated over that of real samples, at equal n, with a Gaussian kernel as wide as the median
    real distance. Identical laws: 1; below 0.5: less varied than the data.
    """
    import numpy

    middle = float(numpy.median(real.pairs)) or 1.0
    scores = [order_two(numpy.exp(one.matrix**2 / (-2 * middle**2))) for one in (fake, real)]
    return scores[0] / scores[1]
