"""Numbers that are still on a device, or a batch of logits: read and reduced on the worker thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.sdk.logits import Logits, Outputs
from monitor.sdk.values import Later, read
from monitor.sdk.worker import Handler
from monitor.signals import signal_of

MOST = 10_000  # calls whose device tensors may wait to be read

Norms = Callable[[], dict[str, float]]
Write = Callable[[int, float, dict[str, float]], None]


class Waiting:
    """Does the jobs "reading tensors" and "reading norms" (`handlers`).

    Args:
        signals: what the user's own names mean. write: takes step, time and numbers.
    """

    def __init__(self, signals: Mapping[str, str], write: Write) -> None:
        self._signals, self._write, self._logits = signals, write, Logits()
        self.handlers: dict[str, Handler] = {"reading tensors": self._read, "reading norms": self._read_norms}

    def is_logits(self, name: str) -> bool:
        """Whether a whole batch of outputs is taken under this name."""
        return name.startswith("logits/") or self._side(name) != ""

    def _side(self, name: str) -> str:
        signal = signal_of(name, self._signals) or ""
        return signal if signal.startswith("logits/") else ""

    def _read(self, jobs: list[tuple[dict[str, Later], int, float]]) -> None:
        """Device tensors and logits of several calls. Waits for the device."""
        arrays = iter(read([value for later, _, _ in jobs for value in later.values()]))
        numbers: dict[int, dict[str, float]] = {}
        times, outputs = dict[int, float](), list[Outputs]()
        for later, step, at in jobs:
            times[step] = at
            for name, value in later.items():
                array = next(arrays)
                if value.vector:
                    outputs.append(Outputs(step, name, self._side(name), array))
                else:
                    numbers.setdefault(step, {})[name] = float(array[0])
        for step, reduced in self._logits.reduce(outputs):
            numbers.setdefault(step, {}).update(reduced)
        for step, values in numbers.items():
            self._write(step, times[step], values)

    def _read_norms(self, jobs: list[tuple[Norms, int, float]]) -> None:
        for norms, step, at in jobs:
            self._write(step, at, norms())
