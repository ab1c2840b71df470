"""How `nashboard train` shows where it is: a bar for people, JSON lines for programs, or nothing."""

from __future__ import annotations

import json
import sys
import time
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import monitor

REFRESH = 0.1  # seconds between two updates


class Quiet:
    """Shows nothing but how the run ended; the base of the others.

    Attributes:
        steps: steps done.
    """

    def __init__(self, run: monitor.Run, total: int) -> None:
        self.run, self.total, self.steps = run, total, 0
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def step(self, steps: int, d_loss: float, g_loss: float) -> None:
        """Tells that `steps` are done; shown at most every `REFRESH` seconds, the last always."""
        self.steps = steps
        now = time.monotonic()
        if now >= self._next or steps == self.total:
            self._next = now + REFRESH
            self.update(d_loss, g_loss)

    def update(self, d_loss: float, g_loss: float) -> None:
        """Shows where the training is."""

    def acted(self, what: str) -> None:
        """Says what the training did about an alert."""

    def ended(self, how: str) -> None:
        """Says how the run ended ("Finished", "Stopped by Ctrl-C"), and what could not be recorded."""


class Bar(Quiet):
    """A bar with both losses on the terminal."""

    def __init__(self, run: monitor.Run, total: int) -> None:
        super().__init__(run, total)
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[losses]}"),
            TextColumn("{task.fields[alert]}", style="bold red", markup=False),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._task = self._bar.add_task(run.name, total=total, losses="starting …", alert="")

    def __enter__(self) -> Self:
        if self.run.mode == "online":
            self._console.print(f"Run {self.run.id} ({self.run.name}): {self.run.url}", soft_wrap=True)
        self._bar.start()
        return self

    def __exit__(self, *about: Any) -> None:
        self._bar.stop()

    def update(self, d_loss: float, g_loss: float) -> None:
        losses = f"D {d_loss:.3f}  G {g_loss:.3f}"
        self._bar.update(self._task, completed=self.steps, losses=losses, alert=alert_of(self.run))

    def acted(self, what: str) -> None:
        self._console.print(what, markup=False, soft_wrap=True)

    def ended(self, how: str) -> None:
        self._bar.stop()
        self._console.print(f"{how} after {self.steps} of {self.total} steps.")
        if self.run.refused or self.run.dropped:
            self._console.print(f"{self.run.refused} records were refused, {self.run.dropped} values dropped.")


def alert_of(run: monitor.Run) -> str:
    """The run's open alerts that somebody should know of, "mode collapse since step 2050"; "" when there are none."""
    found = [alert for alert in run.alerts if alert.severity != "info" and not alert.consequence_of]
    return ", ".join(f"{alert.kind.replace('_', ' ')} since step {alert.onset_step}" for alert in found)


class Lines(Quiet):
    """One JSON object a line: first the run, then where it is, at last how it ended. NaN is written as NaN."""

    def __enter__(self) -> Self:
        self._write(run=self.run.id, name=self.run.name, steps=self.total)
        return self

    def update(self, d_loss: float, g_loss: float) -> None:
        self._write(step=self.steps, discriminator=d_loss, generator=g_loss, alert=alert_of(self.run))

    def acted(self, what: str) -> None:
        self._write(step=self.steps, acted=what)

    def ended(self, how: str) -> None:
        self._write(ended=how, step=self.steps, url=self.run.url, refused=self.run.refused, dropped=self.run.dropped)

    def _write(self, **values: Any) -> None:
        sys.stdout.write(json.dumps(values) + "\n")
        sys.stdout.flush()


PROGRESS: dict[str, type[Quiet]] = {"bar": Bar, "json": Lines, "none": Quiet}
