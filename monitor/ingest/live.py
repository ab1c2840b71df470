"""What changed lately, in memory, for those who follow: a ring bounded by points, and a cursor into it."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from monitor.ingest.change import Change
from monitor.storage.series import exact_columns
from monitor.wire import AlertInfo, FieldInfo, LiveRun, SampleInfo
from monitor.wire_layers import LayersInfo

CHANGE_COST = 20  # a change of no points still takes room: count it as so many


@dataclass
class Since:
    """What changed since a cursor; `reset` when that can't be told."""

    cursor: str
    reset: bool
    runs: set[str] = field(default_factory=set)
    changes: dict[str, LiveRun] = field(default_factory=dict)
    alerts: list[AlertInfo] = field(default_factory=list)


class LiveLog:
    """Filled by the writer's thread, read by the API's. Cursors are "<epoch>.<number of the last change seen>"."""

    def __init__(self, max_points: int) -> None:
        self._epoch = secrets.token_hex(4)
        self._changes: deque[tuple[int, Change, int]] = deque()
        self._last, self._cost, self._max = 0, 0, max_points
        self._lock = threading.Lock()
        self._listeners: set[Callable[[], None]] = set()

    @property
    def cursor(self) -> str:
        """Where the log stands now."""
        return f"{self._epoch}.{self._last}"

    def publish(self, changes: list[Change]) -> None:
        """Appends what a commit changed, and wakes who waits."""
        if not changes:
            return
        with self._lock:
            for change in changes:
                self._last += 1
                cost = CHANGE_COST + sum(len(steps) for steps, _ in change.points.values())
                self._changes.append((self._last, change, cost))
                self._cost += cost
            while self._cost > self._max:
                self._cost -= self._changes.popleft()[2]
        self.wake()

    def wake(self) -> None:
        """Makes everybody who waits look again."""
        for wake in list(self._listeners):
            wake()

    @property
    def waiting(self) -> int:
        """How many wait for the next change."""
        return len(self._listeners)

    def listen(self, wake: Callable[[], None]) -> None:
        """`wake` is called (on the writer's thread) after each publication."""
        self._listeners.add(wake)

    def unlisten(self, wake: Callable[[], None]) -> None:
        """The opposite of `listen`."""
        self._listeners.discard(wake)

    def since(self, cursor: str, wanted: Collection[str] | None) -> Since:
        """What changed after `cursor`, with the changes of the `wanted` runs (None: all)."""
        with self._lock:
            now = self.cursor
            epoch, _, number = cursor.partition(".")
            known = epoch == self._epoch and number.isdecimal() and int(number) <= self._last
            oldest = self._changes[0][0] if self._changes else self._last + 1
            if not known or int(number) < oldest - 1:
                return Since(now, reset=True)
            newer = takewhile(lambda entry: entry[0] > int(number), reversed(self._changes))
            fresh = [change for _, change, _ in newer][::-1]
        found = Since(now, reset=False, runs={change.run_id for change in fresh})
        found.alerts = list({alert.id: alert for change in fresh for alert in change.alerts}.values())
        by_run: dict[str, list[Change]] = {}
        for change in fresh:
            if wanted is None or change.run_id in wanted:
                by_run.setdefault(change.run_id, []).append(change)
        found.changes = {run_id: _joined(some) for run_id, some in by_run.items()}
        return found


def _joined(changes: list[Change]) -> LiveRun:
    """The changes of one run in one."""
    points: dict[str, tuple[list[int], list[float]]] = {}
    samples: list[SampleInfo] = []
    fields: list[FieldInfo] = []
    layers: list[LayersInfo] = []
    events: list[dict[str, Any]] = []
    projections: list[int] = []
    alerts: dict[int, AlertInfo] = {}
    rewound: int | None = None
    for change in changes:
        if change.rewound_to is not None:
            rewound = change.rewound_to if rewound is None else min(rewound, change.rewound_to)
            before = Change("", points, samples, projections=projections, alerts=list(alerts.values()), fields=fields)
            before.layers = layers
            before.rewind(change.rewound_to)
            points, samples, projections = before.points, before.samples, before.projections
            fields, layers = before.fields, before.layers
            alerts = {alert.id: alert for alert in before.alerts}
        for name, (steps, values) in change.points.items():
            own = points.setdefault(name, ([], []))
            own[0].extend(steps)
            own[1].extend(values)
        samples += change.samples
        fields += change.fields
        layers += change.layers
        events += change.events
        projections += change.projections
        alerts |= {alert.id: alert for alert in change.alerts}
    columns = {name: exact_columns(steps, values) for name, (steps, values) in points.items()}
    jobs = any(change.jobs for change in changes)
    told = list(alerts.values())
    return LiveRun(columns, samples, events, rewound, sorted(set(projections)), told, fields, layers, jobs)
