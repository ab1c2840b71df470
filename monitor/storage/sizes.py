"""How much disk space runs take: what deleting them frees."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection, func, select

from monitor.storage.runs import MANY
from monitor.storage.tables import blobs, doctors, fields, job_memory, projections, runs, samples

USERS = ((samples, "image"), (samples, "batch"), (fields, "blob"))  # who names blobs
POINT = 26  # bytes of a point with its rollups, measured on long series


class Size(Struct, frozen=True):
    """Disk space. `points`: how many. `images`: blobs that no other run uses. `bytes`: of all; exact for blobs and maps, about
    26 bytes a point."""

    points: int = 0
    images: int = 0
    bytes: int = 0


def measure(connection: Connection, ids: Sequence[str]) -> Size:
    """What deleting the runs frees."""
    points = kept = 0
    hashes: set[str] = set()
    for start in range(0, len(ids), MANY):
        some = ids[start : start + MANY]
        total = select(func.coalesce(func.sum(runs.c.points), 0)).where(runs.c.id.in_(some))
        points += int(connection.execute(total).scalar_one())
        for table, column in ((projections, "columns"), (doctors, "state"), (job_memory, "memory")):
            length = select(func.coalesce(func.sum(func.length(table.c[column])), 0)).where(table.c.run_id.in_(some))
            kept += int(connection.execute(length).scalar_one())
        hashes |= _used(connection, some)
    own = _own(connection, sorted(hashes), frozenset(ids))
    images = sum(size for _, size in own)
    return Size(points, len(own), points * POINT + kept + images)


def _used(connection: Connection, some: Sequence[str]) -> set[str]:
    """The blobs of some runs."""
    queries = (select(table.c[column]).where(table.c.run_id.in_(some)) for table, column in USERS)
    return {digest for query in queries for digest in connection.execute(query).scalars() if digest}


def _own(connection: Connection, hashes: Sequence[str], ids: frozenset[str]) -> list[tuple[str, int]]:
    """Those blobs that no other run uses, with their bytes."""
    found: list[tuple[str, int]] = []
    for start in range(0, len(hashes), MANY):
        some = hashes[start : start + MANY]
        shared: set[str] = set()
        for table, column in USERS:
            users = connection.execute(
                select(table.c[column], table.c.run_id).where(table.c[column].in_(some)).distinct()
            )
            shared |= {digest for digest, run_id in users if run_id not in ids}
        sizes = connection.execute(select(blobs.c.hash, blobs.c.size).where(blobs.c.hash.in_(some)))
        found += [(digest, size) for digest, size in sizes if digest not in shared]
    return found
