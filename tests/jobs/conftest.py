from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection

from monitor import wire
from monitor.ingest.change import Change
from monitor.ingest.writer import Writer
from monitor.jobs.scheduler import Scheduler
from monitor.storage import jobs
from monitor.storage.blobs import Blobs
from monitor.storage.database import migrate, open_engine, url_of
from tests.jobs.small import TARGET
from tests.support import until


def samples(step: int, *values: float, kind: str = "fixed", name: str = "samples") -> wire.Samples:
    """A batch (N, 1) of these values."""
    batch = np.array(values, np.float32)[:, None]
    return wire.Samples(
        step,
        1.0,
        name,
        kind,
        b"RIFF\0\0\0\0WEBPx",
        1,
        1,
        1,
        8,
        8,
        "[0, 1]",
        False,
        batch.tobytes(),
        "float32",
        batch.shape,
    )  # type: ignore[arg-type]


REFERENCE = samples(0, 1.0, 2.0, kind="reference", name="reference")


class Shop:
    """A database, the writer and a scheduler in an event loop of its own; no HTTP."""

    def __init__(self, folder: Path, waiting: int = 100, **options: Any) -> None:
        self.engine = open_engine(url_of(folder))
        migrate(self.engine)
        blobs = Blobs(folder / "blobs")
        self.changes: list[Change] = []
        self.writer = Writer(self.engine, blobs, self._publish, 1 << 24, ("small",), waiting)
        self.writer.start()
        self.scheduler = Scheduler(self.engine, blobs, self.writer, {"small": TARGET}, **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._running: Future[None] | None = None
        self._sent: dict[str, int] = {}

    def _publish(self, changes: list[Change]) -> None:
        self.changes += changes
        if any(change.jobs for change in changes):
            self.scheduler.wake()

    def open(self) -> Shop:
        """Lets the scheduler begin."""
        self._running = asyncio.run_coroutine_threadsafe(self.scheduler.run(), self._loop)
        return self

    def ship(self, *records: wire.Record, run: str = "r") -> None:
        """Writes records of a run."""
        self.writer.submit(lambda connection, applier: applier.declare(connection, wire.RunInfo(run))).result(10)
        first = self._sent.get(run, 0) + 1
        self._sent[run] = first + len(records) - 1
        self.writer.submit_batch(run, wire.Batch("s", first, list(records)), 1).result(10)

    def read(self, query: Callable[[Connection], Any]) -> Any:
        with self.engine.begin() as connection:
            return query(connection)

    def jobs(self, run: str = "r") -> dict[int, dict[str, Any]]:
        """A run's jobs by step."""
        return {job["step"]: job for job in self.read(lambda connection: jobs.list_jobs(connection, run))}

    def finished(self, runs: Sequence[str] = ("r",), timeout: float = 60) -> dict[int, dict[str, Any]]:
        """Waits until no job is left; those of the first run."""

        def idle() -> bool:
            return all(job["state"] not in ("queued", "running") for run in runs for job in self.jobs(run).values())

        until(idle, timeout)
        return self.jobs(runs[0])

    def close(self) -> None:
        if self._loop.is_closed():
            return
        if self._running is not None:
            self._running.cancel()
            until(lambda: not asyncio.all_tasks(self._loop))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.writer.stop()
        self.engine.dispose()


@pytest.fixture
def make_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    made: list[Shop] = []

    def make(**options: Any) -> Shop:
        made.append(Shop(tmp_path, **options))
        return made[-1]

    yield make
    for shop in made:
        shop.close()
