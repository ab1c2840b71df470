"""What the service says of a run while it trains: brought by the shipping thread, taken by the training thread."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from monitor.sdk.guard import Guard
from monitor.wire import Alert

Callback = Callable[[Alert], object]

MOST = 100  # news that may wait to be taken


class Alerts:
    """The alerts of one run.

    Attributes:
        news: alerts that changed and were not yet given to the callbacks, oldest first.
        stop: the reason to stop, by the rule that the user chose; "" while there is none.
        reached: of a run that was taken back: its last step. What is told of a later one is from before, and left out.
    """

    def __init__(self, guard: Guard, stop_on: Sequence[str] = ()) -> None:
        self._guard, self._stop_on = guard, frozenset(stop_on)
        self._known: dict[int, Alert] = {}
        self._lock = threading.Lock()
        self.callbacks: list[Callback] = []
        self.news: deque[Alert] = deque(maxlen=MOST)
        self.stop = ""
        self.reached: Callable[[], int] | None = None

    def bring(self, notes: Sequence[Alert]) -> None:
        """An acknowledgement told of these; those known already are left out."""
        for note in notes:
            if self.reached is not None and note.step > self.reached():
                continue
            with self._lock:
                before = self._known.get(note.id)
                if before is not None and before.updated_at >= note.updated_at:
                    continue
                self._known[note.id] = note
            if before is None or (before.severity, before.state) != (note.severity, note.state):
                self.news.append(note)
                self._say(note)
            if (
                note.state == "open"
                and not note.consequence_of
                and not self._stop_on.isdisjoint((note.kind, note.severity))
            ):
                self.stop = self.stop or f"{note.kind} since step {note.onset_step}"

    @property
    def open(self) -> list[Alert]:
        """Those that are not resolved, by onset."""
        with self._lock:
            return sorted(
                (note for note in self._known.values() if note.state != "resolved"), key=lambda note: note.onset_step
            )

    def give(self) -> None:
        """Calls the callbacks with what is new; one that fails is said, and the others are called."""
        while self.news:
            note = self.news.popleft()
            for callback in self.callbacks:
                try:
                    callback(note)
                except Exception as error:  # noqa: BLE001 a callback of the user's must not end the training
                    self._guard.caught("nashboard: a callback of Run.on_alert", error)

    def _say(self, note: Alert) -> None:
        if note.severity == "info" or note.consequence_of:
            return
        level = logging.WARNING if note.state != "resolved" else logging.INFO
        text = f"{note.severity}: {note.summary}" if note.state != "resolved" else f"over: {note.kind}"
        self._guard.say(f"alert {note.id} {note.severity} {note.state}", f"nashboard: {text}", level)
