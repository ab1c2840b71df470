"""Gives queued jobs to worker processes: fair between runs, several steps of a run to one worker, results to the writer."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import NashboardError
from monitor.ingest.apply import Applier
from monitor.ingest.writer import Writer
from monitor.jobs.asked import collect_joint, store_joint
from monitor.jobs.bundle import Bundle, collect, store
from monitor.jobs.kinds import ASKED
from monitor.jobs.process import Worker, WorkerFailed
from monitor.jobs.work import Outcome
from monitor.storage import jobs as queue
from monitor.storage.blobs import Blobs
from monitor.storage.projections import REFERENCE

logger = logging.getLogger("nashboard.jobs")

BUNDLE = 8  # jobs that a worker takes at once
REST = 30.0  # seconds that a worker is kept for the next task: its start costs more than most of them
MAX_TASKS = 500  # … and then it is replaced, lest it grow
LOOK_EVERY = 10.0  # seconds, when nobody says that there is something to do
MAX_SERVED = 10_000


@dataclass
class JobCounters:
    """What the workers have done, for /metrics: tasks, how many of them failed, and the seconds that they took."""

    tasks: int = 0
    failures: int = 0
    seconds: float = 0.0


class Scheduler:
    """Runs in the service's event loop; nothing heavy is loaded or computed there.

    Args:
        kinds: name → "module:Class", see `monitor.jobs.work.Kind`; the first ones go before the later ones.
        workers: processes at once; and one more for the first kind alone, which so never waits for the others.
        seconds: that one may take.
    """

    def __init__(
        self,
        engine: Engine,
        blobs: Blobs,
        writer: Writer,
        kinds: Mapping[str, str],
        workers: int = 1,
        seconds: float = 120.0,
    ) -> None:
        self._engine, self._blobs, self._writer = engine, blobs, writer
        self._kinds, self._workers, self._seconds = kinds, workers, seconds
        self._leases: dict[str, str] = {}  # lease → kind
        self._served: dict[tuple[str, str], int] = {}
        self._resting: list[Worker] = []
        self._at: dict[int, Worker] = {}  # job → who does it
        self._loop: asyncio.AbstractEventLoop | None = None
        self._awake = asyncio.Event()
        self.counters = JobCounters()

    def wake(self) -> None:
        """There is something to do; from any thread."""
        with suppress(RuntimeError):  # the loop is closed: the service stops
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._awake.set)

    async def run(self) -> None:
        """Works until it is cancelled; workers that are at it then are ended, and their jobs wait for the next start."""
        self._loop = asyncio.get_running_loop()
        tasks: set[asyncio.Task[None]] = set()
        try:
            with suppress(SQLAlchemyError, NashboardError):  # then they are found as lost, which costs them a try
                await self._write(lambda connection, _: queue.give_back(connection))
            while True:
                self._awake.clear()
                while self._open() and (bundle := await self._next()):
                    tasks.add(task := asyncio.create_task(self._do(bundle)))
                    task.add_done_callback(tasks.discard)
                    task.add_done_callback(lambda _: self._awake.set())
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):  # wait_for of Python 3.11 can lose a cancellation
                        await self._awake.wait()
                await self._send_home(REST)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._send_home(0.0)

    def _open(self) -> tuple[str, ...]:
        """Kinds that a worker is free for."""
        first, *others = self._kinds
        busy = list(self._leases.values())
        free = first not in busy or len(busy) < self._workers
        more = len(busy) - busy.count(first) < self._workers
        return ((first,) if free else ()) + (tuple(others) if more else ())

    async def _send_home(self, rest: float) -> None:
        """Ends workers that have had nothing to do for so many seconds."""
        now = time.monotonic()
        tired = [worker for worker in self._resting if now - worker.rested >= rest]
        self._resting = [worker for worker in self._resting if worker not in tired]
        for worker in tired:
            await worker.close()

    async def _write(self, action: Any) -> Any:
        return await asyncio.wrap_future(self._writer.submit(action))

    async def _next(self) -> Bundle | None:
        try:
            if not await asyncio.to_thread(self._anything):
                return None
            return await self._write(self._claim)  # type: ignore[no-any-return]
        except (SQLAlchemyError, NashboardError) as error:  # a full disk, a busy database: look again later
            logger.warning("jobs could not be looked up: %s", error)
            return None

    def _anything(self) -> bool:
        with self._engine.begin() as connection:
            return bool(queue.waiting(connection))

    def _claim(self, connection: Connection, applier: Applier) -> Bundle | None:
        queue.lost(connection, tuple(self._leases))
        allowed = self._open()
        rows = [row for row in queue.waiting(connection) if row[1] in allowed]
        if not rows:
            return None
        order = list(self._kinds)
        run_id, kind = chosen = min(rows, key=lambda row: (order.index(row[1]), self._served.get(row, 0)))
        if len(self._served) > MAX_SERVED:
            self._served.clear()
        self._served[chosen] = max(self._served.values(), default=0) + 1
        lease = secrets.token_hex(16)
        asked = kind in ASKED
        taken = queue.claim(connection, run_id, kind, lease, 1 if asked else BUNDLE)
        target = self._kinds[kind]
        if asked:
            bundle = collect_joint(connection, self._blobs, run_id, target, lease, taken[0])
        else:
            bundle = collect(connection, self._blobs, run_id, kind, target, lease, taken)
        self._leases[lease] = kind
        if len(bundle.jobs) < len(taken) or any(job.step == REFERENCE for job in taken):
            applier.jobs_changed(connection, run_id)  # a batch is not kept any more, or the layout is begun
        return bundle

    async def _do(self, bundle: Bundle) -> None:
        started = time.monotonic()
        try:
            if bundle.task is not None:
                outcome = await self._work(bundle)
                keep = store_joint if bundle.kind in ASKED else store
                await self._write(lambda connection, applier: keep(connection, applier, bundle, outcome))
        except WorkerFailed as error:
            await self._fail(bundle, error.message)
        except (SQLAlchemyError, NashboardError) as error:
            logger.warning("results of jobs could not be stored: %s", error)
        except OSError as error:
            await self._fail(bundle, f"no worker could be started: {error}")
        finally:
            self._leases.pop(bundle.lease, None)
            self.counters.tasks += 1
            self.counters.seconds += time.monotonic() - started

    def progress(self, job: int) -> float:
        """How far a job is that runs, 0 … 1, as far as its worker says."""
        worker = self._at.get(job)
        return worker.progress if worker is not None else 0.0

    async def _work(self, bundle: Bundle) -> Outcome:
        assert bundle.task is not None
        task = bundle.task
        rested = [worker for worker in self._resting if worker.target == task.target]
        if rested:
            self._resting.remove(worker := rested[-1])
        else:
            worker = await Worker.start(task.target)
        at = dict.fromkeys(bundle.jobs, worker)
        self._at |= at
        try:
            outcome = await worker.do(task, self._seconds)
        except BaseException:
            await worker.close()
            raise
        finally:
            for job in at:
                del self._at[job]
        if worker.tasks < MAX_TASKS:
            self._resting.append(worker)
        else:
            await worker.close()
        return outcome

    async def _fail(self, bundle: Bundle, reason: str) -> None:
        self.counters.failures += 1
        logger.warning("jobs %r of run %r, steps %s: %s", bundle.kind, bundle.run_id, bundle.steps, reason)

        def action(connection: Connection, applier: Applier) -> None:
            if held := sorted(queue.held(connection, bundle.lease)):
                queue.failed(connection, held, reason)
                applier.jobs_changed(connection, bundle.run_id)

        with suppress(NashboardError, SQLAlchemyError):  # then it is found as lost later
            await self._write(action)
