"""Distances between the moments of features: FID and KID; and the Inception Score of a classifier's opinions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


def fid(real: Array, fake: Array) -> float:
    """‖μ - μ'‖² + tr(Σ + Σ' - 2 (Σ Σ')^½) of features (N, D), (M, D). Heusel et al. (2017).

    Identical laws: 0, plus a bias of O(D / n).

    The trace of the root is the sum of the roots of the eigenvalues of Σ^½ Σ' Σ^½, which is symmetric. Cost O(D³).

    Raises:
        InvalidValue: a side has no more samples than features: the covariance is then singular and the value means nothing.
    """
    import numpy

    for side, rows in (("real", real), ("generated", fake)):
        if len(rows) <= rows.shape[1]:
            raise InvalidValue(
                f"{len(rows)} {side} samples of {rows.shape[1]} features: FID needs more samples than features"
            )
    gap = real.mean(axis=0) - fake.mean(axis=0)
    first, second = (numpy.atleast_2d(numpy.cov(rows, rowvar=False)) for rows in (real, fake))
    values, vectors = numpy.linalg.eigh(first)
    root = (vectors * numpy.sqrt(numpy.maximum(values, 0.0))) @ vectors.T
    cross = numpy.sqrt(numpy.maximum(numpy.linalg.eigvalsh(root @ second @ root), 0.0)).sum()
    return float(max(0.0, gap @ gap + numpy.trace(first) + numpy.trace(second) - 2 * cross))


def kid(real: Array, fake: Array, blocks: int = 8) -> tuple[float, float]:
    """Squared MMD, unbiased, of the kernel (a·b / D + 1)³ on features, and its standard error. Bińkowski et al. (2018).

    Identical laws: 0. The error is that of the mean over `blocks` disjoint parts of both samples: right for different laws,
    √`blocks` times too large for identical ones; NaN when the parts have fewer than two rows.
    """
    import numpy

    size = min(len(real), len(fake)) // blocks
    value = _kid(real, fake)
    if size < 2:
        return value, float("nan")
    parts = [_kid(real[i * size : (i + 1) * size], fake[i * size : (i + 1) * size]) for i in range(blocks)]
    return value, float(numpy.std(parts, ddof=1) / numpy.sqrt(blocks))


def _kid(real: Array, fake: Array) -> float:
    width = real.shape[1]
    own_real, own_fake, cross = (((a @ b.T) / width + 1) ** 3 for a, b in ((real, real), (fake, fake), (real, fake)))
    n, m = len(real), len(fake)
    within_real = (own_real.sum() - own_real.trace()) / (n * (n - 1))
    within_fake = (own_fake.sum() - own_fake.trace()) / (m * (m - 1))
    return float(within_real + within_fake - 2 * cross.mean())


def inception_score(probabilities: Array, splits: int = 10) -> tuple[float, float]:
    """exp(E KL(p(c | x) ‖ p(c))) of class probabilities (N, C): mean and deviation over `splits`. Salimans et al. (2016).

    From 1 to C. It does not look at the data, and can't see a collapse within a class.

    Raises:
        InvalidValue: rows that do not sum to 1, or fewer rows than splits.
    """
    import numpy

    if len(probabilities) < splits or not numpy.allclose(probabilities.sum(axis=1), 1.0, atol=1e-3):
        raise InvalidValue(
            f"class probabilities {probabilities.shape}: rows that sum to 1 are needed, {splits} or more"
        )
    scores = []
    for part in numpy.array_split(numpy.clip(probabilities, 1e-12, 1.0), splits):
        divergence = (part * (numpy.log(part) - numpy.log(part.mean(axis=0)))).sum(axis=1)
        scores.append(float(numpy.exp(divergence.mean())))
    return float(numpy.mean(scores)), float(numpy.std(scores))
