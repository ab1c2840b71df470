"""Before and after: what one group of runs came to against another."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from monitor import statistics
from monitor.api.answers import json
from monitor.api.house import house
from monitor.statistics import Interval
from monitor.storage.outcomes import Outcomes, of_group

router = APIRouter(tags=["lists"])

Group = Annotated[str, Query(max_length=404)]


@router.get("/effects")
async def effects(request: Request, before: Group, after: Group) -> Response:
    """Each signal of two groups ("project//group") over its last tenth, how much they differ and how sure that is; and the
    share of runs that collapsed or diverged."""

    def query(connection: Connection) -> dict[str, Any]:
        return compared(of_group(connection, before), of_group(connection, after))

    return json(await house(request).read(query))


def compared(before: Outcomes, after: Outcomes) -> dict[str, Any]:
    """Two groups' outcomes, and what lies between them; null where that can't be told."""
    names = [name for name in before.values if before.values[name] and after.values.get(name)]
    return {
        "before": before.runs,
        "after": after.runs,
        "metrics": [_metric(name, before.values[name], after.values[name]) for name in names],
        **{
            kind: {
                "before": _told(statistics.share(getattr(before, kind), len(before.runs))),
                "after": _told(statistics.share(getattr(after, kind), len(after.runs))),
            }
            for kind in ("collapsed", "diverged")
        },
    }


def _metric(name: str, before: list[float], after: list[float]) -> dict[str, Any]:
    return {
        "name": name,
        "before": {"n": len(before), **_told(statistics.mean(before))},
        "after": {"n": len(after), **_told(statistics.mean(after))},
        "effect": _finite(statistics.effect(after, before)),
        "p": _finite(statistics.permutation_p(after, before)),
    }


def _told(interval: Interval) -> dict[str, float | None]:
    return {key: _finite(value) for key, value in interval._asdict().items()}


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
