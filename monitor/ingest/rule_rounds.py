"""Follows users' rules beside the doctor: reads what is written, and has what the rules say stored. Ingest never waits for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, select
from sqlalchemy.exc import SQLAlchemyError

from monitor.doctor import Alert
from monitor.errors import NashboardError
from monitor.ingest.apply import Applier, Ruled
from monitor.ingest.follower import Follower
from monitor.ingest.live import LiveLog
from monitor.ingest.rows import rows_of
from monitor.ingest.writer import Writer
from monitor.rules import Followed, Rule, RunFacts, Standing, fits
from monitor.settings import ServiceSettings
from monitor.signals import signal_of
from monitor.storage import memory
from monitor.storage import rules as store
from monitor.storage.alerts import any_snooze_over
from monitor.storage.named import Named, read_all
from monitor.storage.retelling import names_of, retell
from monitor.storage.tables import rule_memory, rules, runs
from monitor.wire import LiveRun

logger = logging.getLogger("nashboard.rules")

LOOK_EVERY = 1.0  # seconds: silence is seen by looking at the clock
REFRESH = 10.0  # seconds after which a run whose name, tags or state may have changed is looked at again
KEEP_EVERY = 10.0  # seconds between two times that what is known of a run is kept
MOST = 500  # runs in memory; the one that was silent for longest goes first, and comes back with what was kept
BEHIND = 20_000  # steps that one signal may come behind the others of a run
LATELY = 86_400.0  # seconds: runs that were silent for longer when the service starts are left alone


@dataclass
class Chart:
    """What is known of one run: the rules that are for it, by id, with the version that they had."""

    run_id: str
    facts: RunFacts
    signals: dict[str, str]
    followed: dict[int, tuple[float, Followed]] = field(default_factory=dict)
    names: dict[str, list[int]] = field(default_factory=dict)  # series → ids of the rules that look at it
    last_step: int = 0
    seen_at: float = 0.0
    admitted_at: float = field(default_factory=time.time)
    kept_at: float = 0.0
    dirty: bool = False

    def looking(self, name: str) -> list[int]:
        """The rules that look at a series."""
        if name not in self.names:
            signal = signal_of(name, self.signals)
            self.names[name] = [key for key, (_, one) in self.followed.items() if one.looks_at(name, signal)]
        return self.names[name]


class RuleRounds(Follower):
    """A thread of its own; it also ends snoozes. `reload` after rules were changed, `wake` after anything was written."""

    def __init__(self, engine: Engine, live: LiveLog, writer: Writer, settings: ServiceSettings) -> None:
        super().__init__("nashboard-rules", engine, live, writer)
        self._settings = settings
        self._rules: dict[int, tuple[Named, Rule]] = {}
        self._charts: dict[str, Chart] = {}
        self._stale, self._ticked, self._started = True, 0.0, time.time()

    def wake(self) -> None:
        """Something was written; from any thread."""
        if self._rules:
            self._awake.set()

    def reload(self) -> None:
        """The rules were changed; from any thread."""
        self._stale = True
        self._awake.set()

    def _work(self) -> None:
        while not self._stopping:
            try:
                self._round()
            except (SQLAlchemyError, NashboardError) as error:  # a full disk, say: look again later
                logger.warning("the rules could not be followed: %s", error)
                self._charts.clear()
            except Exception:
                logger.exception("the rules could not be followed")
                self._charts.clear()
            self._awake.wait(LOOK_EVERY)
            self._awake.clear()
        for chart in self._charts.values():
            if chart.dirty:
                self._store(chart, [], now=True)

    def _round(self) -> None:
        if self._stale:
            self._load()
        found = self._live.since(self._cursor, None if self._rules else frozenset())
        self._cursor = found.cursor
        if found.reset:
            self._charts.clear()
            self._catch_up()
        if self._rules:
            for run_id in found.runs:
                self._visit(run_id, found.changes.get(run_id, LiveRun()))
        if time.monotonic() - self._ticked >= LOOK_EVERY:
            self._ticked = time.monotonic()
            self._tick()

    # -- the rules ----------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        self._stale = False  # first: whoever changes a rule from here on is heard of again
        try:
            with self._engine.begin() as connection:
                found = read_all(connection, rules)
            loaded = {one.id: (one, msgspec.convert(one.data, Rule)) for one in found}
        except Exception:
            self._stale = True
            raise
        self._rules = {key: pair for key, pair in loaded.items() if pair[1].enabled}
        for chart in self._charts.values():
            if chart.dirty:
                self._store(chart, [], now=True)
        self._charts.clear()
        self._catch_up()

    def _catch_up(self) -> None:
        """Runs that are under way, or that logged something since the rules were last followed there."""
        if not self._rules:
            return
        late = rule_memory.c.updated_at < runs.c.heartbeat_at
        query = select(runs.c.id).join(rule_memory, rule_memory.c.run_id == runs.c.id, isouter=True)
        query = query.where((runs.c.heartbeat_at > time.time() - LATELY) & (late | (runs.c.state == "running")))
        with self._engine.begin() as connection:
            waiting = connection.execute(query.order_by(runs.c.heartbeat_at.desc()).limit(MOST)).scalars().all()
        for run_id in waiting:
            if not self._stopping:
                self._admit(run_id)

    # -- runs ---------------------------------------------------------------------------------------------------------

    def _visit(self, run_id: str, change: LiveRun) -> None:
        if change.rewound_to is not None:
            self._charts.pop(run_id, None)  # what was kept is gone with the rewind
            self._writer.submit(lambda connection, _: memory.forget(connection, rule_memory, run_id)).result()
        chart = self._charts.get(run_id)
        silent = not (change.points or change.samples or change.alerts)  # what users change, or a mere sign of life
        if chart is None or (silent and time.time() - chart.admitted_at > REFRESH):
            chart = self._admit(run_id)
        if chart is None:
            return
        told: list[Ruled] = []
        now = chart.seen_at = time.time()
        for step, values in rows_of(change, lambda name: bool(chart.looking(name))):
            told += self._observe(chart, step, values, now)
        self._store(chart, told)

    def _observe(self, chart: Chart, step: int, values: dict[str, float], now: float) -> Iterator[Ruled]:
        chart.last_step = max(chart.last_step, step)
        of_rule: dict[int, dict[str, float]] = {}
        for name, value in values.items():
            for key in chart.looking(name):
                of_rule.setdefault(key, {})[name] = value
        for key, some in of_rule.items():
            chart.dirty = True
            version, one = chart.followed[key]
            yield from (_ruled(key, version, alert) for alert in one.observe(step, some, now))

    def _admit(self, run_id: str) -> Chart | None:
        """A run that is new here, or whose name, tags or state may have changed; what was missed is caught up with."""
        before = self._charts.pop(run_id, None)
        if before is not None and before.dirty:
            self._store(before, [], now=True)
        with self._engine.begin() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().first()
            if row is None or row["trashed_at"] is not None:
                return None
            chart = self._charts[run_id] = self._chart(connection, row)
            told = self._missed(connection, chart) if chart.followed else []
        self._store(chart, told, now=bool(told))
        if len(self._charts) > MOST:
            tired = min(self._charts.values(), key=lambda one: one.seen_at)
            self._store(tired, [], now=tired.dirty)
            del self._charts[tired.run_id]
        return self._charts.get(run_id)

    def _chart(self, connection: Connection, row: RowMapping) -> Chart:
        facts = RunFacts(**{name: row[name] for name in RunFacts.__struct_fields__})
        chart = Chart(row["id"], facts, row["signals"], last_step=row["last_step"] or 0, seen_at=time.time())
        state = memory.kept(connection, rule_memory, row["id"])
        known = msgspec.msgpack.decode(state, type=dict[int, tuple[float, Standing]]) if state else {}
        for key, (named, rule) in self._rules.items():
            if not (fits(facts, rule.runs) and store.asks(connection, self._settings, row["id"], rule.runs.query)):
                continue
            version, standing = known.get(key, (0.0, None))
            if standing is None or version != named.version:
                standing = _begun(connection, row, named, rule, self._started)
            standing.heard_at = max(standing.heard_at, self._started)  # what came while nobody listened can't be known
            chart.followed[key] = (named.version, Followed(rule, standing))
        return chart

    def _missed(self, connection: Connection, chart: Chart) -> list[Ruled]:
        names = {key: name for key, name in names_of(connection, chart.run_id).items() if chart.looking(name)}
        after = min((_seen(one.standing) for _, one in chart.followed.values()), default=-1)
        told: list[Ruled] = []
        for step, values in retell(connection, names, after):
            told += self._observe(chart, step, values, time.time())
        return told

    def _tick(self) -> None:
        """Time goes by: silence, hold times in seconds, and the end of snoozes."""
        with self._engine.begin() as connection:
            over = any_snooze_over(connection)
            ended = runs.c.id.in_(list(self._charts)) & (runs.c.state != "running")
            gone = set(connection.execute(select(runs.c.id).where(ended)).scalars()) if self._charts else set()
        if over:
            self._writer.submit(lambda connection, applier: applier.wake_snoozed(connection)).result()
        now = time.time()
        for chart in list(self._charts.values()):
            told: list[Ruled] = []
            for key, (version, one) in chart.followed.items():
                changed = one.tick(chart.last_step, now, chart.run_id not in gone)
                told += [_ruled(key, version, alert) for alert in changed]
            self._store(chart, told)

    def _store(self, chart: Chart, told: list[Ruled], now: bool = False) -> None:
        """Has alerts written, and now and then what is known; both in one transaction."""
        late = chart.dirty and time.monotonic() - chart.kept_at > KEEP_EVERY
        if not (told or now or late):
            return
        chart.kept_at, chart.dirty = time.monotonic(), False
        standing = {key: (version, one.standing) for key, (version, one) in chart.followed.items()}
        opened = [(key, version, one.standing.open) for key, (version, one) in chart.followed.items()]
        rows = [*told, *(_ruled(key, version, alert) for key, version, alert in opened if alert)]
        known = msgspec.msgpack.encode(standing)
        write = partial(_ruled_by, run_id=chart.run_id, told=rows, known=known)
        self._writer.submit(write).result()


def _ruled(key: int, version: float, alert: Alert) -> Ruled:
    return Ruled(key, version, msgspec.to_builtins(alert))


def _ruled_by(connection: Connection, applier: Applier, *, run_id: str, told: list[Ruled], known: bytes) -> None:
    applier.ruled(connection, run_id, told, known)


def _begun(connection: Connection, row: RowMapping, named: Named, rule: Rule, started: float) -> Standing:
    """Where a rule begins: at the first step of a run that is younger than it, else behind what was logged before.

    An alert of its own that is open (after a rewind) is taken over.
    """
    floor = -1 if row["created_at"] >= named.version or row["last_step"] is None else row["last_step"]
    standing = Standing(floor=floor, heard_at=max(row["created_at"], named.version, started))
    for alert in store.open_alerts(connection, rule.kind, row["id"]):
        standing.open = Alert(
            rule.kind, rule.severity, "open", alert.onset_step, alert.step, alert.summary, alert.evidence, [], 1.0
        )
    return standing


def _seen(standing: Standing) -> int:
    """The step behind which a rule has values to see: of signals that have not fallen far behind, the last one's."""
    steps = [track.last_step for track in standing.tracks.values()]
    newest = max(steps, default=standing.floor)
    return min((step for step in steps if step >= newest - BEHIND), default=standing.floor)
