"""The thread that does what the training thread should not wait for: reading device tensors, reducing logits, drawing grids."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from queue import SimpleQueue

from monitor.sdk.guard import Guard


class Worker:
    """Runs jobs in order on one daemon thread, started with the first job.

    A job that fails is said once and counted; the next one runs.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._queue: SimpleQueue[tuple[str, Callable[[], None]] | None] = SimpleQueue()
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, kind: str, job: Callable[[], None], at_most: int) -> bool:
        """Queues `job`; False, and it is dropped, when `at_most` of its kind wait already."""
        with self._lock:
            if self._waiting[kind] >= at_most:
                return False
            self._waiting[kind] += 1
            self._queue.put((kind, job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nashboard-worker", daemon=True)
                self._thread.start()
        return True

    def finish(self, timeout: float) -> bool:
        """Waits for the jobs that are queued; False if they took longer than `timeout` seconds."""
        thread = self._thread
        if thread is None:
            return True
        self._queue.put(None)
        thread.join(timeout)
        return not thread.is_alive()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            kind, job = item
            try:
                job()
            except Exception as error:  # noqa: BLE001 one bad job must not end the others
                self._guard.caught(f"nashboard: {kind}", error)
            finally:
                with self._lock:
                    self._waiting[kind] -= 1
