"""Series by range and width."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from monitor.api.answers import json
from monitor.api.house import House, house
from monitor.errors import InvalidValue
from monitor.storage import series as storage
from monitor.storage.runs import require
from monitor.storage.series import Found, Stretch
from monitor.wire import MAX_STEP, Columns

router = APIRouter(tags=["series"])

First = Annotated[int, Query(alias="from", ge=0, le=MAX_STEP)]
Last = Annotated[int, Query(alias="to", ge=0, le=MAX_STEP)]
Width = Annotated[int, Query(ge=1)]
MAX_RUNS = 1000  # of one curve; what they cost is bounded by MAX_ROWS
MAX_ROWS = 2_000_000  # of all series of one answer together


def _stretch(home: House, first: int, last: int, width: int) -> Stretch:
    if width > home.settings.max_width:
        raise InvalidValue(f"width={width} is not allowed: at most {home.settings.max_width}")
    if first > last:
        raise InvalidValue(f"from={first} is after to={last}")
    return Stretch(first, last, width)


def _bounded(picked: Iterable[Found | None], wanted: Stretch) -> None:
    rows = sum(min(one.count, wanted.width) for one in picked if one)
    if rows > MAX_ROWS:
        raise InvalidValue(
            f"that would be {rows} rows, at most {MAX_ROWS} are allowed: ask for fewer series or a smaller width"
        )


@router.get("/runs/{run_id}/series")
async def of_run(
    run_id: str,
    request: Request,
    names: str | None = None,
    name: Annotated[list[str] | None, Query()] = None,
    first: First = 0,
    last: Last = MAX_STEP,
    width: Width = 2000,
) -> Response:
    """Series of one run (all when none is named), in at most `width` rows each.

    `names` is a comma-separated list; `name` names one, commas and all, and may be repeated.
    """
    home = house(request)
    wanted, cursor = _stretch(home, first, last, width), home.live.cursor
    asked = None if names is None and name is None else [*(names.split(",") if names else ()), *(name or ())]

    def query(connection: Connection) -> dict[str, Columns]:
        require(connection, [run_id])
        found = storage.find(connection, [run_id], asked)
        picked = {
            name: storage.named(found, name) for name in ([one.name for one in found] if asked is None else asked)
        }
        _bounded(picked.values(), wanted)
        return {name: storage.read(connection, one, wanted) for name, one in picked.items() if one}

    return json({"run": run_id, "cursor": cursor, "series": await home.read(query)})


@router.get("/series")
async def of_runs(
    request: Request, name: str, runs: str, first: First = 0, last: Last = MAX_STEP, width: Width = 2000
) -> Response:
    """One series or signal of many runs."""
    home = house(request)
    wanted, cursor, ids = _stretch(home, first, last, width), home.live.cursor, runs.split(",")
    if len(ids) > MAX_RUNS:
        raise InvalidValue(f"{len(ids)} runs are asked for, at most {MAX_RUNS} are allowed")

    def query(connection: Connection) -> dict[str, Columns]:
        require(connection, ids)
        found = storage.find(connection, ids, [name])
        picked = {run_id: storage.named([one for one in found if one.run_id == run_id], name) for run_id in ids}
        _bounded(picked.values(), wanted)
        return {run_id: storage.read(connection, one, wanted) for run_id, one in picked.items() if one}

    return json({"name": name, "cursor": cursor, "series": await home.read(query)})
