"""Retention: a run's media within a budget. What is kept tells the story: both ends, what surrounds alerts, a log-spaced rest."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from math import exp, log

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from monitor.storage.tables import alerts, blobs, fields, jobs, samples

FILL = 0.8  # of the budget is left after thinning, so that it is not done again with the next grid
NEAR = 2  # steps with media on each side of an alert's


def choose(steps: Sequence[int], alerts_at: Collection[int], wanted: int) -> set[int]:
    """Which of the ascending `steps` are kept: the first, the last, two on each side of every alert, and a log-spaced rest.

    Args:
        alerts_at: steps of alerts. wanted: how many; more when the ends and the alerts alone are more.
    """
    if not steps:
        return set()
    kept = {steps[0], steps[-1]}
    for at in alerts_at:
        middle = bisect_left(steps, at)
        kept.update(steps[max(0, middle - NEAR) : middle + NEAR + 1])
    room = wanted - len(kept)
    first, last = log(steps[0] + 1), log(steps[-1] + 1)
    for place in range(1, room + 1):
        target = exp(first + (last - first) * place / (room + 1)) - 1
        kept.add(_nearest(steps, target))
    left = [step for step in steps if step not in kept]  # where the logarithm asks for one twice, the gaps are filled
    room = max(0, wanted - len(kept))
    kept.update(left[int((place + 0.5) * len(left) / room)] for place in range(room) if left)
    return kept


def _nearest(steps: Sequence[int], target: float) -> int:
    after = bisect_left(steps, target)
    near = steps[max(0, after - 1) : after + 1]
    return min(near, key=lambda step: abs(step - target))


def too_many(connection: Connection, run_id: str, budget: int) -> tuple[list[int], int]:
    """The steps whose media are to go, so that what is left takes 80 % of `budget` bytes; and the bytes that all took before.

    The reference is no step and always stays, and so does what is still to be worked on.
    """
    sizes = sizes_of(connection, run_id)
    total = sum(sizes.values())
    if total <= budget:
        return [], total
    steps = sorted(sizes)
    near = connection.execute(select(alerts.c.onset_step, alerts.c.step).where(alerts.c.run_id == run_id)).all()
    wanted = max(2, int(len(steps) * FILL * budget / total))
    kept = choose(steps, {at for row in near for at in row}, wanted) | _busy(connection, run_id)
    return [step for step in steps if step not in kept], total


def sizes_of(connection: Connection, run_id: str) -> dict[int, int]:
    """Bytes of media by step."""
    image, batch, features = aliased(blobs), aliased(blobs), aliased(blobs)
    grids = (
        select(
            samples.c.step, func.sum(image.c.size + func.coalesce(batch.c.size, 0) + func.coalesce(features.c.size, 0))
        )
        .join(image, image.c.hash == samples.c.image)
        .outerjoin(batch, batch.c.hash == samples.c.batch)
        .outerjoin(features, features.c.hash == samples.c.features)
        .where(samples.c.run_id == run_id, samples.c.kind != "reference")
        .group_by(samples.c.step)
    )
    planes = (
        select(fields.c.step, func.sum(blobs.c.size))
        .join(blobs, blobs.c.hash == fields.c.blob)
        .where(fields.c.run_id == run_id)
        .group_by(fields.c.step)
    )
    sizes = {step: int(size) for step, size in connection.execute(grids).all()}
    for step, size in connection.execute(planes).all():
        sizes[step] = sizes.get(step, 0) + int(size)
    return sizes


def _busy(connection: Connection, run_id: str) -> set[int]:
    query = select(jobs.c.step).where(jobs.c.run_id == run_id, jobs.c.state.in_(("queued", "running")))
    return set(connection.execute(query).scalars())
