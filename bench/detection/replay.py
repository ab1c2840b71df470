"""Takes a recorded training past the doctor, as the service would have."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

from bench.detection.recording import Recording, load
from bench.detection.truth import Label, healthy, labels
from monitor.detectors.spectral_collapse import SpectralCollapse
from monitor.doctor import Alert, Doctor

Seen = Literal["all", "no samples", "losses and outputs"]
SEEN: tuple[Seen, ...] = ("all", "no samples", "losses and outputs")
OUTPUTS = ("loss/", "logits/", "auc/")
NEVER_MORE = {SpectralCollapse.kind}  # kinds that are infos at most


@dataclass(frozen=True)
class Story:
    """What the doctor said of one training, and what was true.

    Attributes:
        name, seed: the case. family, data: its loss and data set. steps: how many it took.
        told: all alerts, in order. seconds: that the scalars took the doctor. measuring: seconds of each batch's statistics.
        truth: kind → label. healthy: whether it is.
    """

    name: str
    seed: int
    family: str
    data: str
    steps: int
    told: list[Alert]
    seconds: float
    measuring: list[float]
    truth: dict[str, Label]
    healthy: bool

    @property
    def alarms(self) -> dict[str, Alert]:
        """The first warning or critical alert of each kind; of kinds that are infos at most, the first."""
        found: dict[str, Alert] = {}
        for alert in self.told:
            if alert.state == "open" and (alert.severity != "info" or alert.kind in NEVER_MORE):
                found.setdefault(alert.kind, alert)
        return found

    @property
    def disturbing(self) -> list[Alert]:
        """Alarms that somebody would be told of: warnings and critical ones."""
        return [alert for alert in self.alarms.values() if alert.severity != "info"]


def replay(folder: Path) -> dict[Seen, Story]:
    """A training recorded by `bench.detection.record`, by what of it the doctor is shown."""
    run = load(folder)
    truth = labels(run)
    return {seen: told_of(run, truth, seen) for seen in SEEN}


def told_of(run: Recording, truth: dict[str, Label], seen: Seen) -> Story:
    """What the doctor says of it."""
    doctor, told, spent = Doctor(run.info.config, run.info.signals, run.info.total_steps), list[Alert](), 0.0
    measured = list(run.measured) if seen == "all" else []
    events = list(run.events)
    for step, values in sorted(run.rows.items()):
        while events and events[0][0] <= step:
            at, kind, data = events.pop(0)
            doctor.event(kind, at, data)
        shown = values if seen != "losses and outputs" else {k: v for k, v in values.items() if k.startswith(OUTPUTS)}
        shown = {k: v for k, v in shown.items() if not k.startswith("sample/")}
        began = time.process_time()
        told += doctor.observe(step, shown)
        spent += time.process_time() - began
        while measured and measured[0][0] <= step:
            told += doctor.observe(*_finite(measured.pop(0)))
    told += doctor.close()
    return Story(run.name, run.seed, run.family, run.data, run.steps, told, spent, run.measuring, truth,
                 healthy(run, truth))  # fmt: skip


def _finite(measured: tuple[int, dict[str, float]]) -> tuple[int, dict[str, float]]:
    """The service measures nothing of samples that are no numbers; they are told of by the losses."""
    return measured[0], {name: value for name, value in measured[1].items() if isfinite(value) or "support" in name}
