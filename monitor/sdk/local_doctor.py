"""The doctor in the training's own process, for runs that no service watches."""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from monitor.sdk.alerts import Alerts
from monitor.sdk.guard import Guard
from monitor.wire import Alert, RunInfo, Samples

if TYPE_CHECKING:
    from monitor.doctor import Alert as Told

GATHER = (
    0.25  # seconds that records are gathered: a thread that wakes at every step would take the GIL from the training
)
MOST = 20_000  # records that may wait
MOST_BATCHES = 4  # of samples that may wait
SHARE = 0.1  # of the wall time that sample batches may take
PRECIOUS = ("config", "period", "schedule", "resume", "rewind", "loss_scale")  # events that the doctor knows


class Appends(Protocol):
    """A lane of the journal, or what stands before it."""

    def append(self, record: Any) -> bool:
        """Writes a record; False: there is no room."""
        ...


class Tee:
    """Writes to a lane, and shows the doctor what was written."""

    def __init__(self, lane: Appends, show: Callable[[Any], None]) -> None:
        self._append, self._show = lane.append, show

    def append(self, record: Any) -> bool:
        """As the lane's."""
        taken = self._append(record)
        if taken:
            self._show(record)
        return taken


class LocalDoctor(threading.Thread):
    """Follows the run's records on a thread of its own; its alerts go to `Run.alerts`, and into the journal as events.

    Args:
        append: writes a record to the journal, past the doctor.

    Attributes:
        missed: records that came faster than they could be looked at.
    """

    def __init__(self, info: RunInfo, alerts: Alerts, append: Callable[[Any], bool], guard: Guard) -> None:
        super().__init__(name="nashboard-doctor", daemon=True)
        # Here, by the training thread: an import on another one would be left half done in a child forked meanwhile.
        from monitor.doctor import Doctor
        from monitor.doctor.sampling import Sampling

        self._doctor = Doctor(info.config, info.signals, info.total_steps)
        self._sampling = Sampling(self._doctor, SHARE)
        self._alerts, self._append, self._guard = alerts, append, guard
        self._waiting: deque[Any] = deque()
        self._batches, self.missed = 0, 0
        self._ended = threading.Event()
        self._ids: dict[tuple[str, int], int] = {}
        self._last: dict[tuple[str, int], Told] = {}

    # -- called by other threads --------------------------------------------------------------------------------------

    def show(self, record: Any) -> None:
        """Something was written. The values are copied: a loop may use its dict again."""
        if isinstance(record, Samples):
            if self._batches >= MOST_BATCHES:
                self._sampling.skip("they came faster than they could be measured")
                return
            self._batches += 1
            self._waiting.append(record)
        elif type(record) is not tuple:
            return
        elif record[0] == "s":
            if len(self._waiting) < MOST:
                self._waiting.append((record[1], dict(record[3])))
            else:
                self.missed += 1
        elif record[0] == "e" and record[3] in PRECIOUS:
            self._waiting.append(record)

    @staticmethod
    def prepare() -> None:
        """Loads what sample batches are measured with, where it is installed: about a second, once."""
        from monitor.doctor.sampling import LIBRARIES

        for name in (*LIBRARIES, "threadpoolctl"):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)

    def stop(self, timeout: float) -> None:
        """Looks at what is left, judges the last steps, and ends."""
        self._ended.set()
        if self.is_alive():
            self.join(timeout)

    # -- its own thread -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """The thread's life."""
        try:
            with _one_thread():
                while not self._ended.wait(GATHER):
                    self._look()
                self._look()
                self._tell(self._doctor.close())
                self._sum_up()
        except Exception as error:  # noqa: BLE001 the last line of defence: a thread's death is said, not hidden
            self._guard.caught("nashboard: the local doctor", error)

    def _look(self) -> None:
        told: list[Told] = []
        while self._waiting:
            record = self._waiting.popleft()
            if isinstance(record, Samples):
                self._batches -= 1
                told += self._sampling.observe(record)
            elif len(record) == 2:
                told += self._doctor.observe(*record)
            else:
                self._doctor.event(record[3], record[1], record[4])
        self._tell(told)

    def _tell(self, told: list[Told]) -> None:
        """What was told, and open alerts that have changed since."""
        for alert in [*told, *self._doctor.alerts]:
            key = alert.kind, alert.step
            before = self._last.get(key)
            if alert == before:
                continue
            self._last[key] = alert
            number = self._ids.setdefault(key, len(self._ids) + 1)
            if before is None or (before.severity, before.state) != (alert.severity, alert.state):
                self._append(("e", alert.resolved_step or alert.step, time.time(), "alert", facts(alert)))
            self._alerts.bring([note(alert, number)])

    def _sum_up(self) -> None:
        """What it could not tell, and why."""
        sampling = self._sampling
        data: dict[str, Any] = {"lacks": self._doctor.lacks, "missed": self.missed}
        data |= {"batches_measured": sampling.measured, "batches_skipped": sampling.skipped, "why": sampling.why}
        self._append(("e", None, time.time(), "doctor", data))
        if self.missed:
            self._guard.say(
                "doctor missed", f"nashboard: the local doctor missed {self.missed} records: they came too fast"
            )
        if sampling.skipped:
            of = sampling.skipped + sampling.measured
            says = f"the local doctor could not measure {sampling.skipped} of {of} sample batches: {sampling.why}"
            self._guard.say(
                "doctor skipped", f"nashboard: {says}", logging.INFO if sampling.measured else logging.WARNING
            )


def note(alert: Told, number: int) -> Alert:
    """An alert as `Run.alerts` has it."""
    return Alert(
        number,
        time.time(),
        alert.kind,
        alert.severity,
        alert.state,
        alert.onset_step,
        alert.step,
        alert.summary,
        alert.consequence_of,
    )


def facts(alert: Told) -> Mapping[str, Any]:
    """An alert as an event of the run: what was seen, and what to try by name."""
    values: dict[str, Any] = msgspec.to_builtins(alert)
    return values | {"advice": [one["name"] for one in values["advice"]]}


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """OpenMP's threads belong to the training; this thread uses none beside itself. The limit holds for the calling thread."""
    try:
        limits = importlib.import_module("threadpoolctl").threadpool_limits
    except ImportError:
        yield
        return
    with limits(limits=1, user_api="openmp"):
        yield
