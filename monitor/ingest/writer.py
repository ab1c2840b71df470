"""The only writer: one thread that takes all batches that wait and commits them together."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, StatementError

from monitor.errors import Busy, InvalidValue, NashboardError, QueueFull, StorageFull
from monitor.ingest.apply import Applier
from monitor.ingest.change import Change
from monitor.ingest.trash import empty, settle, shrink
from monitor.storage.blobs import Blobs
from monitor.wire import Batch

logger = logging.getLogger("nashboard.ingest")

MAX_GROUP_BYTES = 8 << 20  # of encoded batches in one transaction


@dataclass
class Counters:
    """What the writer has done, for /metrics."""

    commits: int = 0
    batches: int = 0
    points: int = 0
    failures: int = 0
    last_commit_seconds: float = 0.0


@dataclass
class Job:
    """Something to do in the next transaction: its result goes to `future` once it is on disk."""

    action: Callable[[Connection, Applier], Any]
    size: int
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """Runs jobs in the order of their arrival, many in one transaction.

    A job that fails is undone alone: the group is rolled back and its jobs are run again one by one.

    Args:
        publish: called with what a commit changed, after it.
        queue_bytes: batches that may wait, by their encoded size.
        kinds, waiting, extractor: of jobs to be queued for samples; budget: of media; see `Applier`.
    """

    def __init__(
        self,
        engine: Engine,
        blobs: Blobs,
        publish: Callable[[list[Change]], None],
        queue_bytes: int,
        kinds: Sequence[str] = (),
        waiting: int = 200,
        extractor: str = "pooled-pixels",
        budget: int = 1 << 30,
    ) -> None:
        self._engine = engine.execution_options(writes=True)
        self._applier = Applier(engine, blobs, kinds, waiting, extractor, budget)
        self._publish, self._limit = publish, queue_bytes
        self._jobs: deque[Job] = deque()
        self._waiting, self._stopping = 0, False
        self._untidy = True  # points of deleted runs may be left, also from before the start
        self._condition = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="nashboard-writer", daemon=True)
        self.counters = Counters()

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Writes what waits, then ends the thread."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether the thread works."""
        return self._thread.is_alive()

    @property
    def waiting_bytes(self) -> int:
        """Bytes of batches that wait."""
        return self._waiting

    def submit_delete(self, run_id: str) -> Future[None]:
        """Queues the removal of a run."""

        def action(connection: Connection, applier: Applier) -> None:
            applier.delete(connection, run_id)
            self._untidy = True

        return self.submit(action)

    def tidy(self) -> None:
        """Points of deleted runs are to be removed: it happens bit by bit, after what waits."""
        with self._condition:
            self._untidy = True
            self._condition.notify()

    def submit_batch(self, run_id: str, batch: Batch, size: int) -> Future[int]:
        """Queues a batch of `size` encoded bytes; the future gives the acknowledged number once it is on disk.

        Raises:
            QueueFull: too much waits already.
        """
        return self.submit(lambda connection, applier: applier.batch(connection, run_id, batch), size)

    def submit(self, action: Callable[[Connection, Applier], Any], size: int = 0) -> Future[Any]:
        """Queues any change of the database.

        Raises:
            QueueFull: too much waits already. Busy: the service stops.
        """
        job = Job(action, size)
        with self._condition:
            if self._stopping:
                raise Busy("the service is about to stop: try again", retry_after=2)
            if self._waiting and self._waiting + size > self._limit:
                raise QueueFull(
                    f"{self._waiting} bytes wait for the writer, {self._limit} are allowed: try again", retry_after=1
                )
            self._waiting += size
            self._jobs.append(job)
            self._condition.notify()
        return job.future

    def _work(self) -> None:
        while (group := self._take()) or not self._stopping:
            # From here on nobody can cancel them; those whose client went away before are left out.
            self._run([job for job in group if job.future.set_running_or_notify_cancel()])
            with self._condition:
                self._waiting -= sum(job.size for job in group)
            if self._untidy:
                self._tidy()

    def _tidy(self) -> None:
        try:
            with self._engine.begin() as connection:
                self._untidy = empty(connection) or shrink(connection)
            if not self._untidy:
                settle(self._engine)
        except Exception:  # it is not urgent: the next deletion or the next start tries again
            logger.exception("points of deleted runs could not be removed")
            self._untidy = False

    def _take(self) -> list[Job]:
        with self._condition:
            while not (self._jobs or self._stopping or self._untidy):
                self._condition.wait()
            group: list[Job] = []
            size = 0
            while self._jobs and (not group or size + self._jobs[0].size <= MAX_GROUP_BYTES):
                group.append(self._jobs.popleft())
                size += group[-1].size
            return group

    def _run(self, group: list[Job]) -> None:
        if not group:
            return
        started = time.perf_counter()
        try:
            results, changes = self._commit(group)
        except Exception as error:  # noqa: BLE001 whatever it is, it goes to the one who asked
            self.counters.failures += 1
            if len(group) > 1:
                for job in group:
                    self._run([job])
            else:
                group[0].future.set_exception(_told(error))
            return
        self.counters.commits += 1
        self.counters.batches += len(group)
        self.counters.last_commit_seconds = time.perf_counter() - started
        for job, result in zip(group, results, strict=True):
            job.future.set_result(result)
        try:
            self._publish(changes)
        except Exception:  # the batch is stored: whoever follows must not keep the writer from the next
            logger.exception("followers could not be told of a commit")

    def _commit(self, group: list[Job]) -> tuple[list[Any], list[Change]]:
        try:
            with self._engine.begin() as connection:
                results = [job.action(connection, self._applier) for job in group]
                changes = self._applier.flush(connection)
        except BaseException:
            self._applier.forget()
            raise
        self.counters.points += self._applier.committed()
        return results, changes


def _told(error: Exception) -> Exception:
    """What the one who asked is told: a full disk, a busy database and values that no database takes have names."""
    text = str(error)
    operational = isinstance(error, OperationalError)
    if isinstance(error, OSError) or (operational and ("full" in text or "disk I/O" in text)):
        logger.error("the service's disk can't take the batch: %s", text)
        return StorageFull(f"the service's disk can't take this: {text.splitlines()[0]}", retry_after=5)
    if operational and "locked" in text:
        return Busy("another process holds the database: try again", retry_after=2)
    if isinstance(error, StatementError) and isinstance(error.orig, TypeError | ValueError):
        return InvalidValue(f"a value can't be stored: {error.orig}")
    if isinstance(error, OverflowError):  # SQLite's driver, of an integer with more than 64 bits
        return InvalidValue(f"a value can't be stored: {error}")
    if not isinstance(error, NashboardError):
        logger.error("a batch could not be written", exc_info=error)
    return error
