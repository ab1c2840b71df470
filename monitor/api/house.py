"""What the routers work with: settings, database, blobs, the writer, the live log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from monitor.api.auth import Auth
from monitor.errors import NashboardError
from monitor.ingest.apply import Applier
from monitor.ingest.change import Change
from monitor.ingest.live import LiveLog
from monitor.ingest.overdue import DAY, delete_overdue
from monitor.ingest.rounds import Rounds
from monitor.ingest.rule_rounds import RuleRounds
from monitor.ingest.writer import Writer
from monitor.jobs.kinds import KINDS, order
from monitor.jobs.scheduler import Scheduler
from monitor.notify.postman import Postman
from monitor.settings import ServiceSettings, home
from monitor.storage.blobs import Blobs
from monitor.storage.database import migrate, open_engine, url_of
from monitor.storage.lock import FolderLock
from monitor.storage.runs import open_states
from monitor.storage.tokens import Tokens

logger = logging.getLogger("nashboard.api")

T = TypeVar("T")
DRAWN_AT_ONCE = 2  # batches that are drawn at once, a few MB and up to some 100 ms each
STATE_EVERY = 2.0  # seconds between two looks at who fell silent, at most
TRASH_EVERY = 3600.0  # seconds between two looks into the trash, at most


class House:
    """Everything that lives as long as the service does."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings, self.folder = settings, home(settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = FolderLock(self.folder)
        self.engine = open_engine(url_of(self.folder, settings.database_url))
        migrate(self.engine)
        self.blobs = Blobs(self.folder / "blobs")
        self.blobs.clean()
        self.tokens = Tokens(self.folder, {"ingest": settings.ingest_token, "read": settings.read_token})
        self.auth = Auth(settings, self.tokens)
        self.live = LiveLog(settings.live_points)
        self.stopping = False
        self.drawing = asyncio.Semaphore(DRAWN_AT_ONCE)
        kinds = tuple(KINDS) if settings.job_workers else ()
        self.writer = Writer(
            self.engine,
            self.blobs,
            self._publish,
            settings.queue_bytes,
            kinds,
            settings.job_queue,
            settings.extractor,
            settings.media_bytes,
        )
        self.scheduler = Scheduler(
            self.engine, self.blobs, self.writer, order(), settings.job_workers, settings.job_seconds
        )
        self.rounds = Rounds(self.engine, self.live, self.writer)
        self.rules = RuleRounds(self.engine, self.live, self.writer, settings)
        self.postman = Postman(self.engine, self.writer, settings)

    def start(self) -> None:
        """Starts the writer, the doctor, who follows the rules, and the post."""
        self.writer.start()
        self.rounds.start()
        self.rules.start()
        self.postman.start()

    def _publish(self, changes: list[Change]) -> None:
        self.live.publish(changes)
        self.rounds.wake()
        self.rules.wake()
        if any(change.alerts for change in changes):
            self.postman.wake()
        if any(change.jobs for change in changes):
            self.scheduler.wake()

    def release(self) -> None:
        """Lets go of everybody who waits for something to happen: the service is about to stop."""
        self.stopping = True
        self.live.wake()

    def stop(self) -> None:
        """Writes what waits and closes the database."""
        self.rounds.stop()
        self.rules.stop()
        self.postman.stop()
        self.writer.stop()
        self.engine.dispose()
        self._lock.release()

    async def watch_states(self) -> None:
        """Tells those who follow when a run falls silent: nothing is written then, so nobody else would."""
        states: dict[str, str] = {}
        while True:
            await asyncio.sleep(min(STATE_EVERY, self.settings.stale_after / 2))
            try:
                rows = await self.read(lambda connection: open_states(connection, self.settings))
            except SQLAlchemyError as error:  # a full disk, say: look again later
                logger.warning("the states of runs could not be read: %s", error)
                continue
            changed = [run_id for run_id, state in rows.items() if states.get(run_id, "running") != state]
            states = rows
            self.live.publish([Change(run_id) for run_id in changed])

    async def empty_trash(self) -> None:
        """Deletes for good what has been in the trash for as long as the settings say."""
        keep = self.settings.trash_days * DAY
        while keep:
            try:
                gone = await asyncio.wrap_future(
                    self.writer.submit(
                        lambda connection, applier: delete_overdue(connection, applier, time.time() - keep)
                    )
                )
            except (NashboardError, SQLAlchemyError) as error:  # a full disk, say: look again later
                logger.warning("the trash could not be emptied: %s", error)
                gone = []
            if gone:
                logger.info(
                    "deleted for good after %g days in the trash: %s", self.settings.trash_days, ", ".join(gone)
                )
                self.writer.tidy()
            else:
                await asyncio.sleep(min(TRASH_EVERY, keep / 2))

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Runs a query in a thread, in a short read transaction of its own."""

        def run() -> T:
            with self.engine.begin() as connection:
                return query(connection)

        return await asyncio.to_thread(run)

    async def write(self, action: Callable[[Connection, Applier], T]) -> T:
        """Has the writer do something; what it gave, once that is on disk.

        Raises:
            NashboardError: what `action` raised, or why it can't be written now.
        """
        written: T = await asyncio.wrap_future(self.writer.submit(action))
        return written


def house(request: Request) -> House:
    """The house of the app that a request came to."""
    found: House = request.app.state.house
    return found
