"""One training on the command line, over everything that it does about alerts on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch

import monitor
from trainer.checkpoint import Checkpoint
from trainer.commands.progress import Quiet
from trainer.commands.stopping import Stopped
from trainer.config import Config
from trainer.loop import Stop, train
from trainer.on_alert import Acting, Alarmed, OnAlert
from trainer.ranks import Ranks
from trainer.saving import Saving

ALARMED, ELSEWHERE, UNSAVED = 3, 1, 4  # exit codes: an alert ended it; another process did; its end is not on disk

Begin = Callable[[Config, Checkpoint | None], monitor.Run]


@dataclass
class Playing:
    """A training under way.

    Attributes:
        begin: gives a run for a config; with a checkpoint the run that it belongs to, taken back to there.
        run: the present one. shown: where it is told. check: raises `Stopped` when somebody wants it to end.
    """

    config: Config
    start: Checkpoint | None
    begin: Begin
    run: monitor.Run
    shown: Quiet
    check: Callable[[], None]
    on_alert: OnAlert | None
    saving: Saving | None
    device: torch.device
    ranks: Ranks

    def play(self) -> int:
        """Trains to the end; the exit code."""
        while True:
            code: int | None = None
            try:
                train(self.config, self.run, self._on_step, self.saving, self.start, self.device, self.ranks)
                lost = self.saving is not None and self.saving.failure
                self._end("Finished, but not saved," if lost else "Finished")
                return UNSAVED if lost else 0
            except Acting as acting:
                self._act(acting.alert)
            except Stopped as stop:
                code = 128 + stop.number
                self._end(f"Stopped by {stop.signal}", f"stopped by {stop.signal} at {self._where}")
            except Alarmed as alarmed:
                code = ALARMED
                self._end(f"Stopped by an alert ({alarmed})", f"stopped at {self._where}: {alarmed}")
            except Stop:
                code = ELSEWHERE
                self._end("Stopped by another process", f"stopped at {self._where} by another process")
            except BaseException as error:
                self.run.finish("crashed", f"{type(error).__name__}: {error}")
                raise
            code, self.config, self.start = self.ranks.tell((code, self.config, self.start))
            if code is not None:
                return code

    @property
    def _where(self) -> str:
        return f"step {self.shown.steps} of {self.config.steps}"

    def _on_step(self, steps: int, d_loss: float, g_loss: float) -> None:
        self.shown.step(steps, d_loss, g_loss)
        self.check()
        if self.on_alert is not None:
            self.on_alert.look(self.run, steps)

    def _act(self, alert: monitor.Alert) -> None:
        assert self.on_alert is not None
        done = self.on_alert.act(alert, self.config)
        if done.rewound:
            self.run.finish(reason=done.says)
            self.run = self.shown.run = self.begin(done.config, done.start)
        elif done.config != self.config:
            self.run.event("schedule")
        before = asdict(self.config)
        self.run.event("config", **{key: value for key, value in asdict(done.config).items() if value != before[key]})
        self.run.event("on_alert", **done.told)
        self.shown.acted(f"{alert.kind.replace('_', ' ')} since step {alert.onset_step}: {done.says}")
        self.config, self.start = done.config, done.start

    def _end(self, how: str, reason: str = "") -> None:
        self.run.finish(reason=reason)
        self.shown.ended(how)


def begin(about: dict[str, Any], declared: Callable[[Config], dict[str, Any]]) -> Begin:
    """`Begin` with the keywords `about` of `monitor.init`; `declared` gives what is shown of the config."""

    def run(config: Config, start: Checkpoint | None) -> monitor.Run:
        same: dict[str, Any] = {"resume": start.run, "rewind_to": max(0, start.step - 1)} if start is not None else {}
        return monitor.init(config=declared(config), total_steps=config.steps, **about, **same)

    return run
