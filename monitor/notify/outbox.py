"""What alerts lead to which messages: written in the transaction that changed the alerts, so that neither is there alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, RowMapping, select

from monitor.notify.routes import RANKS, Route
from monitor.notify.words import title
from monitor.storage import deliveries as store
from monitor.storage.named import read_all
from monitor.storage.tables import channels, routes, runs
from monitor.wire import AlertInfo


@dataclass(frozen=True)
class Way:
    """A route as it is in force, and since when."""

    route: Route
    since: float


def queue(connection: Connection, alerts: Sequence[AlertInfo], now: float) -> int:
    """Adds what is to be sent because of these alerts; how many."""
    ways = [Way(msgspec.convert(one.data, Route), one.version) for one in read_all(connection, routes)]
    if not ways:
        return 0
    open_channels = {one.id for one in read_all(connection, channels) if one.data["enabled"]}
    made = 0
    for alert in alerts:
        run = connection.execute(select(runs.c.project, runs.c.name).where(runs.c.id == alert.run)).mappings().one()
        told = store.of_alert(connection, alert.id)
        for channel, way in _reached(ways, open_channels, run["project"], alert).items():
            before = [row for row in told if row["channel_id"] == channel]
            made += _queue_one(connection, alert, run["name"], channel, way, before, now)
    return made


def _reached(ways: list[Way], open_channels: set[int], project: str, alert: AlertInfo) -> dict[int, Way]:
    """The channels that an alert goes to, each by the first route that leads there."""
    found: dict[int, Way] = {}
    for way in ways:
        if way.route.takes(project, alert.kind, alert.severity):
            for channel in way.route.channels:
                if channel in open_channels:
                    found.setdefault(channel, way)
    return found


def _queue_one(
    connection: Connection, alert: AlertInfo, run: str, channel: int, way: Way, before: list[RowMapping], now: float
) -> int:
    event = event_of(alert, before)
    if event is None or event not in way.route.events or (not before and alert.created_at < way.since):
        return 0  # a new route is no reason to tell of old alerts
    row = {
        "channel_id": channel, "key": _key(alert, event), "event": event, "alert_id": alert.id, "run_id": alert.run,
        "kind": alert.kind, "severity": alert.severity, "title": title(event, alert, run)[:300], "created_at": now,
    } | _when(connection, alert, event, channel, way.route, now)  # fmt: skip
    return int(store.add(connection, row) is not None)


def event_of(alert: AlertInfo, before: Sequence[RowMapping]) -> str | None:
    """What there is to tell of an alert, given what was told (or left untold on purpose) before; None: nothing."""
    heard = [row for row in before if row["state"] != "dropped"]
    if alert.state == "resolved":
        gathered = any(row["state"] == "pending" and row["digest"] for row in heard)
        return "resolved" if heard and not gathered and all(row["event"] != "resolved" for row in heard) else None
    if alert.state != "open" or alert.consequence_of:
        return None
    if not before:
        return "opened"
    if RANKS[alert.severity] > max(RANKS[row["severity"]] for row in before):
        return "escalated"
    return "reminded" if alert.snoozed_until is not None else None


def _key(alert: AlertInfo, event: str) -> str:
    """Two messages of one key are one."""
    until = f":{alert.snoozed_until:.3f}" if event == "reminded" else ""
    return f"{alert.id}:{event}:{alert.severity}{until}"


def _when(
    connection: Connection, alert: AlertInfo, event: str, channel: int, route: Route, now: float
) -> dict[str, object]:
    """When a message is due, and how; or why it is not sent at all."""
    if event == "opened" and route.cooldown:
        since = store.last_opened(connection, channel, alert.run, alert.kind, now - route.cooldown)
        if since is not None:
            return _dropped(f"cooldown: the same was told {now - since:.0f} s before", now)
    quiet = route.quiet
    end = quiet.until(now) if quiet else None
    if quiet is None or end is None or (quiet.critical and alert.severity == "critical"):
        return {"due_at": now}
    if quiet.then == "drop":
        return _dropped(f"quiet hours until {quiet.end} {quiet.zone}", now)
    return {"due_at": end, "digest": int(quiet.then == "digest")}


def _dropped(why: str, now: float) -> dict[str, object]:
    return {"state": "dropped", "error": why, "due_at": now, "done_at": now}
