"""The thread that reads the machine now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from monitor.sdk.guard import Guard
from monitor.sdk.machine import Machine

FIRST = 1.0  # seconds until the first reading: a short run has one too


class SystemMetrics(threading.Thread):
    """Records what the machine is busy with, at the step that was logged last.

    Args:
        every: seconds between two readings. step: the last logged step, -1: none yet; then nothing is recorded.
        write: takes the values of a step.
    """

    def __init__(
        self,
        every: float,
        folder: Path,
        local_rank: int,
        step: Callable[[], int],
        write: Callable[[int, Mapping[str, float]], None],
        guard: Guard,
    ) -> None:
        super().__init__(name="nashboard-system", daemon=True)
        self._every, self._step, self._write, self._guard = every, step, write, guard
        self._ended = threading.Event()
        # Made here, by the training thread: an import on another one would be left half done in a child forked meanwhile.
        self._machine = Machine(folder, local_rank)

    def run(self) -> None:
        """The thread's life."""
        try:
            wait = min(FIRST, self._every)
            while not self._ended.wait(wait):
                wait = self._every
                values, step = self._machine.read(), self._step()
                if values and step >= 0:
                    self._write(step, values)
        except Exception as error:  # noqa: BLE001 the last line of defence: a thread's death is said, not hidden
            self._guard.caught("nashboard: system metrics", error)

    def stop(self) -> None:
        """Ends it."""
        self._ended.set()
        if self.is_alive():
            self.join(1.0)
