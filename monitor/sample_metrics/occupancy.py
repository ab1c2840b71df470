"""Which clusters of the data the samples fall into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.sample_metrics.distances import distances

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

MOST, ROWS_EACH = 20, 10  # clusters, and real samples that each should have at least
SIGNIFICANT = 1.96  # standard errors of the 5 % level


@dataclass(frozen=True)
class Clusters:
    """K-means clusters of the reference: found in one half of it, and filled by the other.

    Centres lie nearer to the samples that they were found in than to any others: shares of the same samples would make every
    generated batch look as if it left some clusters out.

    Attributes:
        centers: (K, D). shares: of the other half in each, (K,). count: samples of that half.
    """

    centers: Array
    shares: Array
    count: int

    @classmethod
    def of(cls, features: Array, seed: int, count: int | None = None) -> Clusters:
        """K-means with K = min(20, N / 20) unless `count` says how many. `features`: (N, D), in random order."""
        import numpy
        from sklearn.cluster import KMeans

        half = len(features) // 2
        first, second = features[:half], features[half:]
        wanted = min(count or MOST, max(1, half // ROWS_EACH), len(numpy.unique(first, axis=0)))
        centers = KMeans(wanted, n_init=4, random_state=seed).fit(first).cluster_centers_
        shares = numpy.bincount(distances(second, centers).argmin(axis=1), minlength=wanted) / len(second)
        return cls(centers, shares, len(second))

    def occupancy(self, samples: Array) -> Array:
        """Share of samples nearest to each centre, (K,)."""
        import numpy

        nearest = distances(samples, self.centers).argmin(axis=1)
        return numpy.bincount(nearest, minlength=len(self.centers)) / len(samples)


def effective_modes(occupancy: Array, n: int, clusters: Clusters) -> float:
    """exp(H(occupancy)) / exp(H(shares)): clusters filled, in effect, over those that the data fill. Identical laws: 1.

    Every sample counts for its nearest cluster, so that samples of low quality are not taken for missing modes. `n`: samples.
    """
    return perplexity(occupancy, n) / perplexity(clusters.shares, clusters.count)


def perplexity(shares: Array, n: int) -> float:
    """exp of the entropy of shares (K,) counted of n samples, with what so few samples take off it put back: Miller (1955)."""
    import numpy

    some = shares[shares > 0]
    return float(numpy.exp(-(some * numpy.log(some)).sum() + (len(some) - 1) / (2 * n)))


def ndb(occupancy: Array, clusters: Clusters, n: int) -> float:
    """Share of clusters whose occupancy differs significantly from the data's. Richardson and Weiss (2018): NDB / K.

    Two-proportion z-test at 5 % for each; identical laws: 0.05. Needs about ten samples a cluster. `n`: generated samples.
    """
    import numpy

    shares, m = clusters.shares, clusters.count
    pooled = (occupancy * n + shares * m) / (n + m)
    error = numpy.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    different = numpy.abs(occupancy - shares) > SIGNIFICANT * error
    return float(different.mean())
