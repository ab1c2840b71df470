"""Precision, recall, density and coverage: balls around one sample that the other does or does not fall into."""

from __future__ import annotations

from math import prod

from monitor.sample_metrics.distances import Matrix

MANIFOLD, BALLS = 3, 5  # neighbours that a ball reaches to, as in the papers


def precision(matrix: Matrix, k: int = MANIFOLD) -> float:
    """Share of generated samples within the k-nearest-neighbour ball of some real one. Kynkäänniemi et al. (2019), k = 3.

    Identical laws: about 0.95 in the plane, less with more dimensions (0.6 at 256): hold it against its floor.
    Low: samples that are no data.
    """
    return float((matrix.across <= matrix.real.radius(k)[:, None]).any(axis=0).mean())


def recall(matrix: Matrix, k: int = MANIFOLD) -> float:
    """Share of real samples within the ball of some generated one. Kynkäänniemi et al. (2019), k = 3.

    Identical laws: as precision. Low beside a high precision: modes are missing. Outlying samples have large balls and flatter it
    (Naeem et al. 2020).
    """
    return float((matrix.across <= matrix.fake.radius(k)[None, :]).any(axis=1).mean())


def density(matrix: Matrix, k: int = BALLS) -> float:
    """How many real balls a generated sample lies in, over k. Naeem et al. (2020), k = 5. Identical laws: 1."""
    return float((matrix.across <= matrix.real.radius(k)[:, None]).sum(axis=0).mean() / k)


def coverage(matrix: Matrix, k: int = BALLS) -> float:
    """Share of real samples whose ball holds a generated one. Naeem et al. (2020), k = 5. Identical laws: `coverage_of_itself`.

    Low: modes are missing, or the samples are no data at all: read it with precision.
    """
    return float((matrix.across <= matrix.real.radius(k)[:, None]).any(axis=1).mean())


def coverage_of_itself(n: int, m: int, k: int = BALLS) -> float:
    """E[coverage] when n real and m generated samples are of one law: 1 - (n-1)…(n-k) / ((n+m-1)…(n+m-k)). Naeem et al. (2020).

    >>> round(coverage_of_itself(256, 256), 3)
    0.97
    """
    return 1.0 - prod((n - i) / (n + m - i) for i in range(1, k + 1))
