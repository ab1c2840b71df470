"""Writes messages: from what alerts are now, not from what they were when they were queued."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from sqlalchemy import Connection, RowMapping, select

from monitor.notify import letter as letters
from monitor.notify.letter import Item, Letter, RunFact
from monitor.notify.picture import evidence_picture
from monitor.notify.window import window
from monitor.settings import ServiceSettings
from monitor.storage.alerts import info_of
from monitor.storage.tables import alerts, runs
from monitor.wire import AlertInfo


class Desk:
    """Knows the address under which people reach the dashboard."""

    def __init__(self, settings: ServiceSettings) -> None:
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
        self._base = settings.public_url.rstrip("/") or f"http://{host}:{settings.port}{settings.root_path}"

    def letter(self, connection: Connection, channel: RowMapping, rows: list[RowMapping]) -> Letter | str:
        """The message of some deliveries, or why there is none to send."""
        first = rows[0]
        if first["event"] == "test":
            return letters.of_test(f"test-{first['id']}", channel["name"], f"{self._base}/alerts")
        items = [item for row in rows if isinstance(item := self._item(connection, row), Item)]
        if not items:
            return next(said for row in rows if isinstance(said := self._item(connection, row), str))
        if first["digest"]:
            newest = {item.alert.id: item for item in items}
            key = hashlib.sha256(" ".join(str(row["id"]) for row in rows).encode()).hexdigest()[:24]
            return letters.of_many(f"digest-{key}", list(newest.values()), f"{self._base}/alerts")
        picture = evidence_picture(connection, items[0].alert) if channel["data"]["picture"] else None
        return letters.of_one(f"{channel['id']}-{first['key']}", items[0], picture)

    def _item(self, connection: Connection, row: RowMapping) -> Item | str:
        found = connection.execute(select(alerts).where(alerts.c.id == row["alert_id"])).mappings().first()
        run = connection.execute(select(runs).where(runs.c.id == row["run_id"])).mappings().first()
        if found is None or run is None:
            return "the run was deleted, or went back to before the alert"
        alert = info_of(found)
        if row["event"] != "resolved" and not row["digest"] and alert.state != "open":
            return f"it was {alert.state} before this was sent"
        fact = RunFact(run["id"], run["name"], run["project"], run["group"], run["tags"])
        return Item(row["event"], alert, fact, self._address(alert))

    def _address(self, alert: AlertInfo) -> str:
        """The run's page, zoomed to where the alert's evidence is."""
        first, last = window(alert)
        return f"{self._base}/runs/{quote(alert.run)}?from={first}&to={last}"
