"""The thread that does what the training thread should not wait for: reading device tensors, reducing logits, drawing grids."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

from monitor.sdk.guard import Guard

BUNDLE = 0.1  # seconds that jobs are gathered: a thread that wakes at every step would take the GIL from the training

Handler = Callable[[list[Any]], None]


class Worker:
    """Does jobs of several kinds on one daemon thread, started with the first one.

    A handler gets all jobs of its kind that have come together, oldest first. A job that fails is said once and counted; the
    others are done.
    """

    def __init__(self, handlers: Mapping[str, Handler], guard: Guard) -> None:
        self._handlers, self._guard = handlers, guard
        self._jobs: deque[tuple[str, Any]] = deque()
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._idle, self._awake, self._ending = False, threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def submit(self, kind: str, job: Any, at_most: int) -> bool:
        """Queues a job; False, and it is dropped, when `at_most` of its kind wait already, or no thread can be had."""
        with self._lock:
            if self._waiting[kind] >= at_most:
                return False
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="nashboard-worker", daemon=True)
                if not self._guard.begun(thread, "reading tensors and drawing"):
                    return False
                self._thread = thread
            self._waiting[kind] += 1
            self._jobs.append((kind, job))
        if self._idle:
            self._awake.set()
        return True

    def finish(self, timeout: float) -> bool:
        """Waits for the jobs that are queued; False if they took longer than `timeout` seconds."""
        thread = self._thread
        self._ending.set()
        self._awake.set()
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def _run(self) -> None:
        while not self._ending.is_set() or self._jobs:
            self._idle = True
            if not self._jobs:
                self._awake.wait()
            self._idle = False
            self._awake.clear()
            self._ending.wait(BUNDLE)
            self._work()

    def _work(self) -> None:
        bundles: dict[str, list[Any]] = {}
        while self._jobs:
            kind, job = self._jobs.popleft()
            bundles.setdefault(kind, []).append(job)
        for kind, jobs in bundles.items():
            alone = len(jobs) == 1
            if not self._done(kind, jobs, alone) and not alone:
                for job in jobs:  # one of them is bad; what is written twice does no harm
                    self._done(kind, [job], alone=True)
            with self._lock:
                self._waiting[kind] -= len(jobs)

    def _done(self, kind: str, jobs: list[Any], alone: bool) -> bool:
        try:
            self._handlers[kind](jobs)
        except Exception as error:  # noqa: BLE001 one bad job must not end the others
            if alone:
                self._guard.caught(f"nashboard: {kind}", error)
            return False
        return True
