"""Which parts of the data a generator reaches: the share of its samples in each cluster of the reference, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, select

from monitor.storage.projections import REFERENCE, list_frames
from monitor.storage.tables import projections

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

MAX_STEPS = 1000  # of an answer; of more, every second, fourth, … is told, and the last
EXAMPLES = 12  # rows of the reference that show what a cluster is
QUANTILE, SLACK = 0.99, 1.5
FAR = 2.0  # the limit on a map that does not say how far real samples lie from each other
DIGITS = 4


def read_modes(connection: Connection, run_id: str, name: str | None = None, first: int = 0) -> dict[str, Any]:
    """Occupancy of the reference's clusters by a run's samples named `name`, at steps from `first` on.

    A sample counts for the cluster of its nearest real sample when it lies within `limit` of it, else it is off the data.

    Returns:
        `name`; `limit` in the reference's typical neighbour distances: 1.5 times what 99 % of real samples lie within;
        `clusters`, largest first: `cluster`, `count` and `share` of the reference, `rows` of it as examples; and by
        step: `steps`, `count` of finite samples, `off` (their share off the data), and `shares`, a list for each
        cluster. All empty without maps.
    """
    reference = _columns(connection, run_id, REFERENCE, "")
    frames = [frame for frame in list_frames(connection, run_id) if frame["step"] != REFERENCE]
    names = sorted({frame["name"] for frame in frames})
    name = name or ("random" if "random" in names else next(iter(names), ""))
    steps = [frame["step"] for frame in frames if frame["name"] == name and frame["step"] >= first]
    steps = _thinned(steps)
    told: dict[str, Any] = {
        "run": run_id,
        "name": name,
        "limit": None,
        "clusters": [],
        "steps": steps if reference else [],
    }
    if reference is None:
        return told | {"count": [], "off": [], "shares": []}
    limit = _limit(reference.get("distance"))
    clusters = _clusters(reference)
    rows = [_occupancy(_columns(connection, run_id, step, name), len(clusters), limit) for step in steps]
    return told | {
        "limit": round(limit, DIGITS),
        "clusters": clusters,
        "count": [count for count, _, _ in rows],
        "off": [off for _, off, _ in rows],
        "shares": [[shares[at] for _, _, shares in rows] for at in range(len(clusters))],
    }


def _columns(connection: Connection, run_id: str, step: int, name: str) -> dict[str, Array] | None:
    import numpy

    same = (projections.c.run_id == run_id) & (projections.c.step == step) & (projections.c.name == name)
    found = connection.execute(select(projections.c.columns).where(same)).scalar()
    if found is None:
        return None
    stored = msgspec.msgpack.decode(found, type=dict[str, bytes])
    return {column: numpy.frombuffer(content, numpy.float32) for column, content in stored.items()}


def _thinned(steps: list[int]) -> list[int]:
    """At most `MAX_STEPS` of them: what was told stays the same while a run grows, up to the next doubling."""
    stride = 1
    while len(steps) > MAX_STEPS * stride:
        stride *= 2
    return steps[::stride] if not steps or (len(steps) - 1) % stride == 0 else [*steps[::stride], steps[-1]]


def _limit(own: Array | None) -> float:
    """How far from the data a sample may lie, by how far real samples lie from each other."""
    import numpy

    return FAR if own is None or not len(own) else SLACK * float(numpy.quantile(own, QUANTILE))


def _clusters(reference: dict[str, Array]) -> list[dict[str, Any]]:
    import numpy

    belongs = reference["cluster"].astype(int)
    found = []
    for cluster in range(int(belongs.max(initial=-1)) + 1):
        members = numpy.flatnonzero(belongs == cluster)
        x, y = reference["tsne_x"][members], reference["tsne_y"][members]
        middle_first = members[numpy.argsort(numpy.hypot(x - x.mean(), y - y.mean()), kind="stable")]
        shown = middle_first[numpy.linspace(0, len(members) - 1, min(EXAMPLES, len(members))).astype(int)]
        rows = reference["row"][shown].astype(int).tolist()
        share = round(len(members) / len(belongs), DIGITS)
        found.append({"cluster": cluster, "count": len(members), "share": share, "rows": rows})
    return found


def _occupancy(
    frame: dict[str, Array] | None, clusters: int, limit: float
) -> tuple[int, float | None, list[float | None]]:
    """Finite samples, their share off the data, and that in each cluster; None where there is no sample."""
    import numpy

    if frame is None or not (finite := numpy.isfinite(frame["distance"])).any():
        return 0, None, [None] * clusters
    distance, cluster = frame["distance"][finite], frame["cluster"][finite].astype(int)
    near = distance <= limit
    shares = numpy.bincount(cluster[near], minlength=clusters) / len(distance)
    return len(distance), round(1 - float(near.mean()), DIGITS), [round(float(share), DIGITS) for share in shares]
