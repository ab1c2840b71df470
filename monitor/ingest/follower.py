"""A thread beside the writer that follows what is written: ingest never waits for it."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from sqlalchemy import Engine

from monitor.ingest.live import LiveLog
from monitor.ingest.writer import Writer


class Follower(ABC):
    """What is written comes from the live log; when that has forgotten it, from the database. What follows goes to the writer."""

    def __init__(self, name: str, engine: Engine, live: LiveLog, writer: Writer) -> None:
        self._engine, self._live, self._writer = engine, live, writer
        self._awake, self._stopping = threading.Event(), False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._cursor = self._live.cursor
        self._thread.start()

    def stop(self) -> None:
        """Keeps what is known, and ends the thread; the writer must still be at work."""
        self._stopping = True
        self._awake.set()
        self._thread.join()

    @abstractmethod
    def _work(self) -> None:
        """The thread's life: it looks when it is awake, and ends when it is stopping."""
