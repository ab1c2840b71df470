"""What the data read against themselves: the value that a perfect generator would show at the same number of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.sample_metrics.laws import memorization, nearest_other
from monitor.sample_metrics.moments import fid, kid
from monitor.sample_metrics.occupancy import Clusters, effective_modes, ndb
from monitor.sample_metrics.vendi import vendi

if TYPE_CHECKING:
    import numpy

    from monitor.sample_metrics.distances import Matrix

    Array = numpy.ndarray[Any, Any]

AROUND_ZERO = ("energy_distance", "mmd", "kid")  # unbiased values of one law scatter about 0: their size is the floor


def floor_of_split(matrix: Matrix, first: Array, second: Array, spread: float) -> dict[str, float]:
    """What two disjoint parts of the data read, n each, beside the metrics of `OF_MATRIX`.

    Args:
        matrix: of both. first, second: their rows (n, D). spread: the data's standard deviation.
    """
    import numpy

    return {
        "vendi": vendi(matrix.real, matrix.fake),
        "kid": kid(first, second)[0],
        "movement": float(numpy.linalg.norm(first.mean(axis=0) - second.mean(axis=0))) / spread,
    }


def floor_of_clusters(clusters: Clusters, rows: Array, rng: numpy.random.Generator) -> dict[str, float]:
    """What one part of `rows` reads in clusters that another part fills; the centres were found in neither. `rows`: (N, D)."""
    order = rng.permutation(len(rows))
    shown, held = rows[order[: len(rows) // 2]], rows[order[len(rows) // 2 :]]
    filled = Clusters(clusters.centers, clusters.occupancy(held), len(held))
    shares = filled.occupancy(shown)
    return {"effective_modes": effective_modes(shares, len(shown), filled), "ndb": ndb(shares, filled, len(shown))}


def floor_of_rest(apart: Array, rows: Array, n: int, rng: numpy.random.Generator) -> dict[str, float]:
    """What n rows of the data read against all others. `apart`: distances of `rows` (N, D) to each other, (N, N)."""
    import numpy

    order = rng.permutation(len(rows))
    shown, rest = order[:n], order[n:]
    own = nearest_other(apart[numpy.ix_(rest, rest)])
    found = {"memorization": memorization(apart[numpy.ix_(shown, rest)].min(axis=1), own)}
    if min(len(shown), len(rest)) > 2 * rows.shape[1]:
        found["fid"] = fid(rows[rest], rows[shown])
    return found


def averaged(found: list[dict[str, float]]) -> dict[str, float]:
    """The mean of each value over splits; of those that scatter about 0, of their sizes."""
    import numpy

    rows = [{name: abs(one) if name in AROUND_ZERO else one for name, one in split.items()} for split in found]
    return {name: float(numpy.mean([row[name] for row in rows])) for name in rows[0]}
