"""Which parts of the data a generator reaches: the share of its samples in each class or cluster of the reference, by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, select

from monitor.storage.batches import Stored, reference_of
from monitor.storage.projections import REFERENCE, list_frames
from monitor.storage.tables import projections

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

MAX_STEPS = 1000  # of an answer; of more, every second, fourth, … is told, and the last
EXAMPLES = 12  # rows of the reference that show what a group is
QUANTILE, SLACK = 0.99, 1.5
FAR = 2.0  # the limit on a map that does not say how far real samples lie from each other
DIGITS = 4


def read_modes(connection: Connection, run_id: str, name: str | None = None, first: int = 0) -> dict[str, Any]:
    """Occupancy of the reference's classes (its k-means clusters, when it has no labels) by a run's samples named `name`.

    A sample counts for the group of its nearest real sample when it lies within `limit` of it, else it is off the data.

    Returns:
        `name`; `by`: "class" or "cluster"; `limit` in the reference's typical neighbour distances: 1.5 times what 99 % of
        real samples lie within; `clusters`: `cluster`, `label`, `count` and `share` of the reference, `rows` of it as
        examples; `members`: the group of each point of the reference's map; and by step from `first` on: `steps`,
        `count` of finite samples, `off` (their share off the data), and `shares`, a list for each group. All empty
        without maps.
    """
    reference = _columns(connection, run_id, REFERENCE, "")
    frames = [frame for frame in list_frames(connection, run_id) if frame["step"] != REFERENCE]
    names = sorted({frame["name"] for frame in frames})
    name = name or ("random" if "random" in names else next(iter(names), ""))
    told: dict[str, Any] = {"run": run_id, "name": name, "by": "cluster", "limit": None, "clusters": [], "members": []}
    if reference is None:
        return told | {"steps": [], "count": [], "off": [], "shares": []}
    limit = _limit(reference.get("distance"))
    members, labels, of_row = _groups(reference, reference_of(connection, run_id))
    clusters = _clusters(reference, members, labels)
    steps = _thinned([frame["step"] for frame in frames if frame["name"] == name and frame["step"] >= first])
    rows = [_occupancy(_columns(connection, run_id, step, name), of_row, len(clusters), limit) for step in steps]
    return told | {
        "by": "class" if labels else "cluster",
        "limit": round(limit, DIGITS),
        "clusters": clusters,
        "members": members.tolist(),
        "steps": steps,
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


def _groups(reference: dict[str, Array], stored: Stored | None) -> tuple[Array, list[str], Array]:
    """The group of each point of the map, the groups' labels ([]: they are clusters), and the group of each logged row."""
    import numpy

    rows, groups, labels = reference["row"].astype(int), reference["cluster"].astype(int), list[str]()
    if stored is not None and len(stored.labels) > rows.max(initial=-1):
        classes, groups = numpy.unique(numpy.array(stored.labels)[rows], return_inverse=True)
        names = stored.names
        labels = [names[one] if one < len(names) else str(one) for one in classes.tolist()]
    of_row = numpy.full(int(rows.max(initial=-1)) + 1, -1)
    of_row[rows] = groups
    return groups, labels, of_row


def _clusters(reference: dict[str, Array], members: Array, labels: list[str]) -> list[dict[str, Any]]:
    import numpy

    found = []
    for cluster in range(int(members.max(initial=-1)) + 1):
        own = numpy.flatnonzero(members == cluster)
        x, y = reference["pca_x"][own], reference["pca_y"][own]
        middle_first = own[numpy.argsort(numpy.hypot(x - x.mean(), y - y.mean()), kind="stable")]
        shown = middle_first[numpy.linspace(0, len(own) - 1, min(EXAMPLES, len(own))).astype(int)]
        rows = reference["row"][shown].astype(int).tolist()
        share = round(len(own) / len(members), DIGITS)
        label = labels[cluster] if labels else None
        found.append({"cluster": cluster, "label": label, "count": len(own), "share": share, "rows": rows})
    return found


def _occupancy(
    frame: dict[str, Array] | None, of_row: Array, groups: int, limit: float
) -> tuple[int, float | None, list[float | None]]:
    """Finite samples, their share off the data, and that in each group; None where there is no sample."""
    import numpy

    if frame is None or not (finite := numpy.isfinite(frame["distance"])).any():
        return 0, None, [None] * groups
    distance, group = frame["distance"][finite], of_row[frame["nearest"][finite].astype(int)]
    near = distance <= limit
    shares = numpy.bincount(group[near], minlength=groups) / len(distance)
    return len(distance), round(1 - float(near.mean()), DIGITS), [round(float(share), DIGITS) for share in shares]
