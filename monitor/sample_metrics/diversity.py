"""How far samples lie from each other, against real ones."""

from __future__ import annotations

from monitor.sample_metrics.distances import Matrix


def diversity(matrix: Matrix) -> float:
    """Mean pairwise distance of generated samples over that of real ones. Identical laws: 1. Cost: read off the matrix.

    Near 0: all samples are one. A few modes far apart hardly lower it: read it with a local measure (coverage).
    Undefined, and 1, when all real ones are equal.
    """
    return matrix.fake.mean / matrix.real.mean if matrix.real.mean > 0 else 1.0


def nearest_neighbor_distance(matrix: Matrix) -> float:
    """Median distance of a sample to its nearest other, over the same of real ones at equal n. Identical laws: 1.

    Below 0.3: samples huddle, be it on one mode or on a few. Data with many near-duplicates make it noisy.
    """
    import numpy

    real = float(numpy.median(matrix.real.radius(1)))
    return float(numpy.median(matrix.fake.radius(1))) / real if real > 0 else 1.0


def duplicates(matrix: Matrix, quantile: float = 0.05) -> float:
    """Share of samples nearer to another than 5 % of real ones are to their nearest. Identical laws: 0.05, by construction."""
    import numpy

    close = numpy.quantile(matrix.real.radius(1), quantile)
    return float((matrix.fake.radius(1) < close).mean())


def support(matrix: Matrix, quantile: float = 0.001) -> float:
    """How many different samples the generator can make, by the birthday paradox; infinite when no two are alike.

    Of s samples from N equally likely ones, s² / (2 N) pairs are the same: N = s (s - 1) / (2 · same pairs). Two samples are
    the same when they are nearer than 0.1 % of real pairs are; those that chance brings are taken off. Arora and Zhang
    (2017). For information, no alarm: similar is not identical.
    """
    import numpy

    n = len(matrix.fake)
    alike = float((matrix.fake.pairs < numpy.quantile(matrix.real.pairs, quantile)).sum())
    beyond = alike - quantile * len(matrix.fake.pairs)
    return n * (n - 1) / (2 * beyond) if beyond > 0 else float("inf")
