"""Rules of users: lists, one, changing, and what one would have told of a run."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Meta, Struct
from sqlalchemy import Connection, func, select

from monitor.api.answers import json
from monitor.api.bodies import decode
from monitor.api.house import House, house
from monitor.errors import InvalidValue
from monitor.failures import RULE
from monitor.ingest.apply import Applier
from monitor.rules import Followed, NoData, Rule, RunFacts, fits
from monitor.rules.preview import replay
from monitor.settings import ServiceSettings
from monitor.signals import signal_of
from monitor.storage.language import parse
from monitor.storage.named import Named, add, change, find, read_all, remove
from monitor.storage.retelling import names_of, retell
from monitor.storage.rules import asks
from monitor.storage.runs import require
from monitor.storage.tables import alerts, rules, runs, series
from monitor.wire import RunId

router = APIRouter(tags=["rules"])

PREVIEWED = 2_000_000  # points of a run that a preview goes through at most
SHOWN = 100  # alerts that a preview lists


class RuleInfo(Rule, frozen=True, kw_only=True):
    """A rule as it is stored. `open`: how many of its alerts are not resolved."""

    id: int = 0
    created_at: float = 0.0
    updated_at: float = 0.0
    open: int = 0


class RuleList(Struct):
    """Rules by name."""

    rules: list[RuleInfo]


class Preview(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule that need not be stored, and the run to try it on."""

    rule: Rule
    run: RunId


class Told(Struct):
    """An alert that a rule would have opened."""

    step: int
    onset_step: int
    resolved_step: int | None
    summary: str


class Previewed(Struct):
    """What a rule would have told. `fits`: whether the rule is for the run at all. `signals`: those it looks at there."""

    fits: bool
    signals: Annotated[list[str], Meta(description="names of series")]
    count: int
    alerts: list[Told]


@router.get("/rules")
async def all_rules(request: Request) -> Response:
    """Every rule."""
    return json({"rules": await house(request).read(_infos)})


@router.post("/rules", status_code=201)
async def create(request: Request) -> Response:
    """Makes a rule; it looks at what comes from now on."""
    home = house(request)
    rule = await _decoded(request, home)
    key = await _written(home, lambda connection, _: add(connection, rules, rule.name, msgspec.to_builtins(rule)))
    return json(await _one(home, key), 201)


@router.post("/rules/preview")
async def preview(request: Request) -> Response:
    """What a rule would have told of a run's past. Hold times in seconds go by the run's mean pace; silence can't be replayed."""
    home = house(request)
    asked = await decode(request, Preview, home.settings.max_body_bytes)
    asked.rule.check()
    parse(asked.rule.runs.query)
    return json(await home.read(lambda connection: previewed(connection, home.settings, asked.rule, asked.run)))


@router.get("/rules/{rule_id}")
async def one_rule(rule_id: int, request: Request) -> Response:
    """One rule."""
    return json(await _one(house(request), rule_id))


@router.put("/rules/{rule_id}")
async def replace(rule_id: int, request: Request) -> Response:
    """Writes a rule anew: its alerts are resolved, and it begins again from now on."""
    home = house(request)
    rule = await _decoded(request, home)

    def write(connection: Connection, applier: Applier) -> None:
        before = change(connection, rules, rule_id, rule.name, msgspec.to_builtins(rule))
        applier.rule_over(connection, msgspec.convert(before.data, Rule).kind)

    await _written(home, write)
    return json(await _one(home, rule_id))


@router.delete("/rules/{rule_id}", status_code=204)
async def delete(rule_id: int, request: Request) -> Response:
    """Removes a rule; its alerts are resolved."""

    def write(connection: Connection, applier: Applier) -> None:
        before = remove(connection, rules, rule_id)
        applier.rule_over(connection, msgspec.convert(before.data, Rule).kind)

    await _written(house(request), write)
    return Response(status_code=204)


async def _decoded(request: Request, home: House) -> Rule:
    rule = await decode(request, Rule, home.settings.max_body_bytes)
    rule.check()
    parse(rule.runs.query)
    return rule


async def _written(home: House, write: Any) -> Any:
    found = await home.write(write)
    home.rules.reload()
    return found


async def _one(home: House, key: int) -> RuleInfo:
    return await home.read(lambda connection: _infos(connection, find(connection, rules, key))[0])


def _infos(connection: Connection, *some: Named) -> list[RuleInfo]:
    query = select(alerts.c.kind, func.count()).where(alerts.c.state != "resolved", alerts.c.kind.startswith(RULE))
    counts = {kind: int(count) for kind, count in connection.execute(query.group_by(alerts.c.kind))}
    found = []
    for one in some or read_all(connection, rules):
        about = {"id": one.id, "created_at": one.created_at, "updated_at": one.version}
        rule = msgspec.convert(one.data | about, RuleInfo)
        found.append(msgspec.structs.replace(rule, open=counts.get(rule.kind, 0)))
    return found


def previewed(connection: Connection, settings: ServiceSettings, rule: Rule, run_id: str) -> Previewed:
    """What a rule would have told of a run, whose points are read once.

    Raises:
        NotFound: no such run. InvalidValue: silence can't be replayed, or the signals have too many points.
    """
    require(connection, [run_id])
    if isinstance(rule.condition, NoData):
        raise InvalidValue("no_data can't be tried on a run's past: when its values came is not stored")
    row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().one()
    facts = RunFacts(**{name: row[name] for name in RunFacts.__struct_fields__})
    one = Followed(rule)
    names = {
        key: name
        for key, name in names_of(connection, run_id).items()
        if one.looks_at(name, signal_of(name, row["signals"]))
    }
    points = connection.execute(select(func.sum(series.c.count)).where(series.c.id.in_(names))).scalar() or 0
    if points > PREVIEWED:
        raise InvalidValue(
            f"the signals have {points} points, at most {PREVIEWED} can be gone through: name fewer signals"
        )
    lasted = max(0.0, (row["finished_at"] or row["heartbeat_at"]) - row["created_at"])
    told = replay(rule, retell(connection, names, -1), lasted / max(1, row["last_step"] or 1))
    meant = fits(facts, rule.runs) and asks(connection, settings, run_id, rule.runs.query)
    shown = [Told(alert.step, alert.onset_step, alert.resolved_step, alert.summary) for alert in told[:SHOWN]]
    return Previewed(meant, sorted(names.values())[:SHOWN], len(told), shown)
