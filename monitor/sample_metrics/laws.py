"""Whether two samples are of one law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.sample_metrics.distances import Matrix

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

BANDWIDTHS = (0.5, 1.0, 2.0)  # times the median real distance


def energy_distance(matrix: Matrix) -> float:
    """(2 E d(x, y) - E d(x, x') - E d(y, y')) / 2 E d(x, y), unbiased means. Székely and Rizzo (2013).

    0: one law (then it scatters around 0 by about 1 / n, also below); 1: two points. It says different, not in which way.
    """
    cross = 2 * float(matrix.across.mean())
    return (cross - matrix.real.mean - matrix.fake.mean) / cross if cross > 0 else 0.0


def mmd(matrix: Matrix) -> float:
    """Squared maximum mean discrepancy, unbiased, of the sum of three Gaussian kernels. Gretton et al. (2012).

    Σ_s exp(-d² / 2 s²) with s of 0.5, 1 and 2 median real distances, over 3: within [-1, 2], 0 for one law.
    """
    import numpy

    middle = float(numpy.median(matrix.real.pairs)) or 1.0
    real, fake = (_kernel(one.pairs, middle).mean() for one in (matrix.real, matrix.fake))
    return float(real + fake - 2 * _kernel(matrix.across, middle).mean())


def _kernel(d: Array, middle: float) -> Array:
    import numpy

    squares = d * d
    kernels = [numpy.exp(squares / (-2 * (s * middle) ** 2)) for s in BANDWIDTHS]
    return numpy.mean(kernels, axis=0)  # type: ignore[no-any-return]


def two_sample_accuracy(matrix: Matrix) -> float:
    """Leave-one-out accuracy of a nearest-neighbour classifier, real against generated. Lopez-Paz and Oquab (2017).

    Identical laws: 0.5; 1: anybody can tell them apart; near 0: each sample lies on a real one. Very sensitive to quality.
    """
    import numpy

    own_real, own_fake = matrix.real.radius(1), matrix.fake.radius(1)
    told_real = own_real < matrix.across.min(axis=1)
    told_fake = own_fake < matrix.across.min(axis=0)
    return float(numpy.concatenate([told_real, told_fake]).mean())


def nearest_other(apart: Array) -> Array:
    """Distance of each row to its nearest other that is not the same, of those that have one. `apart`: (N, N), 0 on its diagonal.

    Copies within the data say nothing of how near to each other real samples come. Rounding leaves them some 1e-7 apart.
    """
    import numpy

    least = 1e-6 * float(apart.max(initial=0.0))
    nearest = numpy.where(apart > least, apart, numpy.inf).min(axis=1, initial=numpy.inf)
    found: Array = nearest[numpy.isfinite(nearest)]
    return found


def memorization(nearest: Array, own: Array, quantile: float = 0.01) -> float:
    """Share of samples nearer to a real one than 1 % of real ones are to their nearest. Identical laws: about 0.01.

    A generator that shows its training data has samples on top of them. The reference must hold the training data themselves.

    Args:
        nearest: distance of each sample to its nearest real one, of all there are, (n,).
        own: distance of each real one to its nearest other, see `nearest_other`.
    """
    import numpy

    return float((nearest < numpy.quantile(own, quantile)).mean()) if len(own) else 0.0
