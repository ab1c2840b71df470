"""Carries what is stored to be sent. Each channel has a thread while something is under way to it: if one hangs, nobody waits."""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, RowMapping, select
from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import NashboardError
from monitor.notify import apprise, webhook
from monitor.notify.channels import scrubbed
from monitor.notify.desk import Desk
from monitor.notify.letter import Letter
from monitor.notify.outcome import Outcome, pause
from monitor.settings import ServiceSettings
from monitor.storage import deliveries as store
from monitor.storage.tables import channels

logger = logging.getLogger("nashboard.notify")

LOOK_EVERY = 30.0  # seconds between two looks when nothing is known to be due
HOUR = 3600.0
WRITES = 20  # times that writing what became of a message is tried
WRITE_EVERY = 1.0  # seconds between two of them


class Writing(Protocol):
    """Where changes of the database go: the service's writer."""

    def submit(self, action: Callable[[Connection, Any], Any], size: int = 0) -> Any:
        """Queues a change; a future."""


@dataclass
class Counters:
    """For /metrics."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


class Postman:
    """A thread that looks for what is due, and one more for each channel that something is sent to just now."""

    def __init__(self, engine: Engine, writer: Writing, settings: ServiceSettings) -> None:
        self._engine, self._writer, self._settings = engine, writer, settings
        self._desk = Desk(settings)
        self._busy: dict[int, threading.Thread] = {}
        self._awake, self._stopping = threading.Event(), threading.Event()
        self._random = random.Random(secrets.randbits(64))
        self._thread = threading.Thread(target=self._work, name="nashboard-post", daemon=True)
        self.counters = Counters()

    def start(self) -> None:
        """Starts the thread; what an earlier process left goes on."""
        self._thread.start()

    def wake(self) -> None:
        """Something may be due; from any thread."""
        self._awake.set()

    def stop(self, patience: float = 3.0) -> None:
        """Waits a little for what is under way; what is not done then is sent by the next process, under the same key."""
        self._stopping.set()
        self._awake.set()
        self._thread.join()
        deadline = time.monotonic() + patience
        for thread in list(self._busy.values()):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while not self._stopping.is_set():
            wait = LOOK_EVERY
            try:
                wait = self._look()
            except (SQLAlchemyError, NashboardError) as error:  # a full disk, say: look again later
                logger.warning("what is to be sent could not be read: %s", error)
            except Exception:
                logger.exception("the post failed")
            self._awake.wait(wait)
            self._awake.clear()

    def _look(self) -> float:
        """Hands what is due to the channels; seconds until there may be more."""
        now = time.time()
        # Asked before the database is: what a channel settles in between would else be read as waiting, and sent twice.
        # One that comes free meanwhile wakes us once more.
        busy = set(self._busy)
        with self._engine.begin() as connection:
            due, later = store.due(connection, now, busy), store.next_due(connection, now)
        for channel, rows in _by_channel(due).items():
            self._hand(channel, rows)
        return LOOK_EVERY if later is None else max(0.0, min(LOOK_EVERY, later - now))

    def _hand(self, channel: int, rows: list[RowMapping]) -> None:
        carrier = threading.Thread(
            target=self._carry, args=(channel, rows), name=f"nashboard-post-{channel}", daemon=True
        )
        self._busy[channel] = carrier
        try:
            carrier.start()
        except RuntimeError as error:  # the machine has no thread left: the next look tries again
            del self._busy[channel]
            logger.warning("channel %d: nobody could be sent: %s", channel, error)

    def _carry(self, channel: int, rows: list[RowMapping]) -> None:
        try:
            for some in _messages(rows):
                if self._stopping.is_set() or not self._tried(channel, some):
                    break
        except (SQLAlchemyError, NashboardError) as error:
            logger.warning("channel %d: %s", channel, error)
            self._stopping.wait(WRITE_EVERY)  # what waits is due still: without a pause it would be tried without end
        finally:
            self._busy.pop(channel, None)
            self.wake()

    def _tried(self, channel: int, rows: list[RowMapping]) -> bool:
        """Sends one message; whatever goes wrong with it counts as a try, so that others get their turn."""
        try:
            return self._send(channel, rows)
        except (SQLAlchemyError, NashboardError):
            raise
        except Exception as error:
            logger.exception("channel %d failed", channel)
            outcome = Outcome(f"the message could not be made: {type(error).__name__}")
            self._settle([row["id"] for row in rows], self._after(rows[0], outcome, {}))
            return False

    def _send(self, channel: int, rows: list[RowMapping]) -> bool:
        """Sends one message; whether the channel takes more."""
        now, ids = time.time(), [row["id"] for row in rows]
        with self._engine.begin() as connection:
            row = connection.execute(select(channels).where(channels.c.id == channel)).mappings().first()
            if row is None:
                return False
            full_until = self._full(connection, row, now) if rows[0]["event"] != "test" else None
            letter = None if full_until else self._desk.letter(connection, row, rows)
        if full_until:
            self._settle(
                ids, {"due_at": full_until, "digest": 1, "error": "over the channel's rate: it comes as a digest"}
            )
            return False
        if isinstance(letter, str):  # why there is nothing to tell any more
            self._settle(ids, {"state": "dropped", "error": letter, "done_at": now})
            return True
        assert letter is not None
        outcome = self._deliver(row, letter)
        self._settle(ids, self._after(rows[0], outcome, row["secrets"]))
        return not outcome.error

    def _full(self, connection: Connection, row: RowMapping, now: float) -> float | None:
        """Until when a channel has had as many messages as its rate allows; None: it may have more."""
        sent = store.sent_since(connection, row["id"], now - HOUR)
        return sent[-row["data"]["rate"]] + HOUR if len(sent) >= row["data"]["rate"] else None

    def _deliver(self, row: RowMapping, letter: Letter) -> Outcome:
        if not row["data"]["enabled"]:
            return Outcome("the channel is off", final=True)
        private, known = self._settings.notify_private, row["secrets"]
        if row["data"]["type"] == "apprise":
            return apprise.send(letter, known["url"], private)
        return webhook.send(letter, known["url"], known["secret"], private, self._settings.notify_timeout)

    def _after(self, row: RowMapping, outcome: Outcome, known: dict[str, str]) -> dict[str, Any]:
        now, attempts = time.time(), row["attempts"] + 1
        if not outcome.error:
            self.counters.sent += 1
            return {"state": "sent", "attempts": attempts, "error": "", "done_at": now}
        self.counters.failed += 1
        error = scrubbed(outcome.error, known)
        logger.warning("delivery %d (try %d): %s", row["id"], attempts, error)
        if outcome.final or row["event"] == "test" or attempts >= self._settings.notify_attempts:
            self.counters.dead += 1
            return {"state": "dead", "attempts": attempts, "error": error, "done_at": now}
        wait = max(outcome.after, pause(attempts, self._settings.notify_backoff, self._random))
        return {"attempts": attempts, "error": error, "due_at": now + wait}

    def _settle(self, ids: list[int], values: dict[str, Any]) -> None:
        """Has it written. A full disk must not lead to a second message: it is tried for a while."""
        write = partial(_settled, ids=ids, values=values, keep=self._settings.notify_log)
        for attempt in range(WRITES):
            try:
                self._writer.submit(write).result()
                return
            except NashboardError:
                if attempt == WRITES - 1 or self._stopping.wait(WRITE_EVERY):
                    raise


def _settled(connection: Connection, _: Any, *, ids: list[int], values: dict[str, Any], keep: int) -> None:
    store.settle(connection, ids, values)
    store.trim(connection, keep)


def _by_channel(rows: list[RowMapping]) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    for row in rows:
        found.setdefault(row["channel_id"], []).append(row)
    return found


def _messages(rows: list[RowMapping]) -> list[list[RowMapping]]:
    """What goes together: all that is for a digest in one message, everything else alone."""
    gathered = [row for row in rows if row["digest"]]
    alone = [[row] for row in rows if not row["digest"]]
    return [*alone, gathered] if gathered else alone
