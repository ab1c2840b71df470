"""Groups of the reference, to colour its map by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.projections.arrays import Array

CLUSTERS = 10


def clusters(features: Array, count: int = CLUSTERS, seed: int = 0) -> Array:
    """k-means clusters, (N, D) → (N,) integers, numbered by size: 0 is the largest.

    Args:
        count: how many, at most; with few rows there are fewer, so that a cluster has ten rows on average.
    """
    import numpy
    from sklearn.cluster import KMeans

    wanted = max(1, min(count, len(features) // 10, len(numpy.unique(features, axis=0))))
    labels = KMeans(wanted, n_init=4, random_state=seed).fit_predict(features)
    order = numpy.argsort(-numpy.bincount(labels, minlength=wanted), kind="stable")
    ranked: Array = numpy.argsort(order)[labels]
    return ranked
