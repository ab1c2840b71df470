"""What a training does by itself when the service tells of a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import monitor
from monitor.errors import InvalidValue
from trainer.checkpoint import Checkpoint
from trainer.config import Config
from trainer.cures import LAST, cure, slower
from trainer.loop import Stop
from trainer.saving import Saving

POLICIES = ("stop", "checkpoint", "rollback", "reduce-lr")
LIMIT = 3  # times that a training helps itself, unless --on-alert-limit says otherwise
APART = 500  # steps between two acts on an alert that stays open


class Alarmed(Stop):
    """An alert, and the training is not to go on: it is to stop, or has helped itself as often as it may."""

    def __init__(self, alert: monitor.Alert) -> None:
        super().__init__(f"{alert.kind} since step {alert.onset_step}")


class Acting(Stop):
    """An alert that the training does something about before it goes on."""

    def __init__(self, alert: monitor.Alert) -> None:
        super().__init__(alert.kind)
        self.alert = alert


@dataclass(frozen=True)
class Act:
    """What was done about an alert.

    Attributes:
        says: in one sentence. start: what to go on from. config: what to go on with. rewound: the run has to go back, too.
        told: for the run's record.
    """

    says: str
    start: Checkpoint
    config: Config
    rewound: bool
    told: dict[str, Any]


@dataclass
class OnAlert:
    """One policy: when to act, and what to do.

    Attributes:
        policy: one of `POLICIES`. limit: how often it may act. acts: what it has done.
    """

    policy: str
    saving: Saving | None
    limit: int = LIMIT
    acts: list[Act] = field(default_factory=list)
    _told: dict[str, int] = field(default_factory=dict)  # kind → step at which it was last acted on

    def __post_init__(self) -> None:
        if self.policy != "stop" and self.saving is None:
            raise InvalidValue(f"--on-alert {self.policy} needs --checkpoint FILE, the file that it works with")

    def look(self, run: monitor.Run, steps: int) -> None:
        """Raises `Acting` or `Alarmed` when an alert of the run asks for it: a critical one that no other explains."""
        for alert in run.alerts:
            if alert.severity != "critical" or alert.consequence_of or alert.state == "snoozed":
                continue
            last = self._told.get(alert.kind)
            if last is not None and steps - last < APART:
                continue
            if self.policy == "stop":
                raise Alarmed(alert)
            if len(self.acts) < self.limit:
                self._told[alert.kind] = steps
                raise Acting(alert)
            if self.policy != "checkpoint":
                raise Alarmed(alert)

    def act(self, alert: monitor.Alert, config: Config) -> Act:
        """Does what the policy says. The training has stopped, and is saved as it is now if the disk took it."""
        assert self.saving is not None
        now = self.saving.newest()
        does: dict[str, Callable[[monitor.Alert, Config, Checkpoint, Saving], Act]] = {
            "checkpoint": _keep, "reduce-lr": _slow_down, "rollback": _go_back,
        }  # fmt: skip
        done = does[self.policy](alert, config, now, self.saving)
        told = {"policy": self.policy, "alert": alert.kind, "onset_step": alert.onset_step, "did": done.says}
        done = replace(done, told=told, start=replace(done.start, config=asdict(done.config)))
        if done.rewound:
            self._told = {alert.kind: done.start.step}
        self.acts.append(done)
        return done


def _keep(alert: monitor.Alert, config: Config, now: Checkpoint, saving: Saving) -> Act:
    path = saving.path.with_name(f"{saving.path.stem}.{alert.kind}.{now.step}{saving.path.suffix}")
    try:
        now.save(path)
    except OSError as error:
        return Act(f"could not keep the training at step {now.step}: {error}", now, config, False, {})
    return Act(f"kept the training at step {now.step} as {path.name}", now, config, False, {})


def _slow_down(alert: monitor.Alert, config: Config, now: Checkpoint, saving: Saving) -> Act:
    changed = replace(config, **slower(config))
    says = f"{LAST.name} from step {now.step} on: {changed.lr_generator:g}, {changed.lr_discriminator:g}"
    return Act(says, now, changed, False, {})


def _go_back(alert: monitor.Alert, config: Config, now: Checkpoint, saving: Saving) -> Act:
    start = saving.before(alert.onset_step) or now
    saving.forget_after(start.step)
    name, changed = cure(alert.kind, config)
    changes = {key: value for key, value in asdict(changed).items() if asdict(config)[key] != value}
    settings = ", ".join(
        f"{key}={value:g}" if isinstance(value, float) else f"{key}={value}" for key, value in changes.items()
    )
    where = (
        f"went back from step {now.step} to {start.step}" if start.step < now.step else f"went on at step {now.step}"
    )
    return Act(f"{where} with {name} ({settings})", start, changed, start.step < now.step, {})
