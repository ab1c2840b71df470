"""What lists of runs need beside the runs: projects, sparklines, what can be asked; and what is done with many runs at once."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from msgspec import Meta, Struct
from sqlalchemy import Connection

from monitor.api.answers import json
from monitor.api.bodies import decode
from monitor.api.house import house
from monitor.errors import InvalidValue
from monitor.ingest.apply import Applier
from monitor.ingest.curate import NEEDS_VALUE, Action, curate
from monitor.storage import lists as storage
from monitor.storage.language import FIELDS, PREFIXES
from monitor.storage.runs import require, run_details
from monitor.storage.sizes import Size, measure
from monitor.storage.sparklines import SIGNALS
from monitor.storage.sparklines import sparklines as read_sparklines

router = APIRouter(tags=["lists"])

MAX_SPARKLINES = 200  # runs in one question
MAX_DETAILS = 50
MAX_BULK = 10_000


class Selected(Struct, frozen=True, forbid_unknown_fields=True):
    """The runs that a query finds, as in `GET /runs`."""

    q: str = ""
    view: storage.View = "active"
    project: str | None = None
    group: str | None = None


class Bulk(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be done with many runs: those named, or those that are `selected`.

    `value`: the tag, group or project. `dry_run`: only tell how many they are, and what a deletion would free.
    """

    action: Action
    runs: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=MAX_BULK)] | None = None
    selected: Selected | None = None
    value: Annotated[str, Meta(max_length=100)] = ""
    dry_run: bool = False


class Done(Struct, frozen=True):
    """How many runs it was done to, and what a deletion freed."""

    runs: int
    freed: Size


@router.get("/projects")
async def projects(request: Request, view: storage.View = "active") -> Response:
    """Projects and their groups with counts, how many runs each view holds, and for how long the trash keeps them."""
    home = house(request)

    def query(connection: Connection) -> dict[str, Any]:
        return {
            "projects": storage.projects(connection, home.settings, view),
            "views": storage.views(connection),
            "trash_days": home.settings.trash_days,
        }

    return json(await home.read(query))


@router.get("/sparklines")
async def sparklines(request: Request, runs: Annotated[str, Query(max_length=65 * MAX_SPARKLINES)]) -> Response:
    """Both losses of some runs in at most 40 means each, from the first step to the last; unknown runs are left out."""
    ids = list(dict.fromkeys(runs.split(",")))
    if len(ids) > MAX_SPARKLINES:
        raise InvalidValue(f"{len(ids)} runs are asked for, at most {MAX_SPARKLINES} are allowed")
    found = await house(request).read(lambda connection: read_sparklines(connection, ids))
    return json({"signals": list(SIGNALS), "runs": found})


@router.get("/details")
async def details(request: Request, runs: Annotated[str, Query(max_length=65 * MAX_DETAILS)]) -> Response:
    """Some runs, each as `GET /runs/{run_id}` tells it, in the order in which they are named; unknown ones are left out."""
    home = house(request)
    ids = list(dict.fromkeys(runs.split(",")))
    if len(ids) > MAX_DETAILS:
        raise InvalidValue(f"{len(ids)} runs are asked for, at most {MAX_DETAILS} are allowed")
    return json({"runs": await home.read(lambda connection: run_details(connection, home.settings, ids))})


@router.get("/query")
async def language(request: Request) -> Response:
    """The fields of the query language, and values that there are to look for."""
    fields = [
        {"field": name, **msgspec.to_builtins(field.__dict__)}
        for name, field in (FIELDS | {f"{prefix}…": field for prefix, field in PREFIXES.items()}).items()
    ]
    return json({"fields": fields, "sorts": storage.SORTS, "offers": await house(request).read(storage.offers)})


@router.post("/runs/bulk")
async def bulk(request: Request) -> Response:
    """Archives, trashes, restores, deletes, tags or moves many runs: all of them, or none where one is unknown."""
    home = house(request)
    told = await decode(request, Bulk, home.settings.max_body_bytes)
    if (told.runs is None) == (told.selected is None):
        raise InvalidValue("either runs (a list of ids) or selected (a query) is needed")
    if told.action in NEEDS_VALUE and not told.value and told.action != "group":
        raise InvalidValue(f"value='' is not allowed: {told.action} needs one")

    def ids(connection: Connection) -> list[str]:
        if told.runs is not None:
            return list(dict.fromkeys(told.runs))
        assert told.selected is not None
        wanted = storage.Wanted(told.selected.q, told.selected.view, told.selected.project, told.selected.group)
        return list(connection.execute(storage.matching(wanted, home.settings)).scalars())

    def look(connection: Connection) -> Done:
        some = ids(connection)
        require(connection, some)
        return Done(len(some), measure(connection, some) if told.action == "delete" else Size())

    def act(connection: Connection, applier: Applier) -> Done:
        some = ids(connection)
        return Done(len(some), curate(connection, applier, some, told.action, told.value))

    if told.dry_run:
        return json(await home.read(look))
    done = await home.write(act)
    if told.action == "delete":
        home.writer.tidy()
    return json(done)
