"""Which column of somebody's log is which signal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor.errors import InvalidValue
from monitor.signals import ALIASES, plain_name, signal_of

HELD_OUT = frozenset(("val", "valid", "validation", "test", "eval", "evaluation", "min", "max"))  # no training signal
ENDINGS = frozenset(("step", "loss", "prob", "lr", "value", "scalar", "train", "mean", "avg"))
PARTS = re.compile(r"[/_\-.:\s]+")
SAID, EXACT, LOOSE = 3, 2, 1  # how sure: the user said so; an alias; an alias with something before or behind it


class Names:
    """Finds the signal of each name, and never lets two names speak for one signal.

    Args:
        said: {"loss/discriminator": "my_name"}. looks_at: whether a name as it stands is a signal that the doctor knows.

    Attributes:
        found: signal → the name that speaks for it. unknown: names that no signal was found for.
        second: names of a signal that another one speaks for → the signal.
    """

    def __init__(self, said: Mapping[str, str], looks_at: Callable[[str], bool] = lambda name: False) -> None:
        for signal in said:
            if not signal_of(signal.removesuffix("/std")) and not looks_at(signal):
                raise InvalidValue(f"{signal!r} is no signal: {', '.join(sorted(ALIASES))} are some")
        self._said = {name: signal_of(signal) or signal for signal, name in said.items()}
        self._looks_at = looks_at
        self._known: dict[str, tuple[str, int]] = {}
        self.found: dict[str, str] = {}
        self.second: dict[str, str] = {}
        self.unknown: list[str] = []

    def of(self, name: str) -> str:
        """The signal that `name` speaks for, "" if none."""
        if name not in self._known:
            self._known[name] = self._place(name)
        signal = self._known[name][0]
        return signal if signal and self.found[signal] == name else ""

    @property
    def unused(self) -> list[str]:
        """Names that the user said, and that never came."""
        return sorted(name for name in self._said if name not in self._known)

    def _place(self, name: str) -> tuple[str, int]:
        signal, sure = self._look_up(name)
        if not signal:
            self.unknown.append(name)
            return "", 0
        holder = self.found.get(signal)
        if holder is not None and self._known[holder][1] >= sure:
            self.second[name] = signal
            return signal, sure
        if holder is not None:
            self.second[holder] = signal
        self.found[signal] = name
        return signal, sure

    def _look_up(self, name: str) -> tuple[str, int]:
        if name in self._said:
            return self._said[name], SAID
        base = name.removesuffix("/std")
        ending = name[len(base) :]
        exact = signal_of(base)
        if exact:
            return exact + ending, EXACT
        if self._looks_at(name):
            return name, EXACT
        loose = loosely(base)
        return (loose + ending, LOOSE) if loose else ("", 0)


def loosely(name: str) -> str:
    """The signal of a name with something before it (`train/losses/d_loss`, wandb's `run-7 - d_loss`) or behind it
    (`d_loss_step`, mimicry's `errD/loss`); "" if there is none, or if it speaks of held-out data."""
    parts = [part for part in PARTS.split(name.rpartition(" - ")[2]) if part]
    if not HELD_OUT.isdisjoint(part.lower() for part in parts):
        return ""
    tails = [parts[start:] for start in range(len(parts))]
    if parts and parts[-1].lower() in ENDINGS:
        tails += [parts[start:-1] for start in range(len(parts) - 1)]
    return next((signal for tail in tails if tail and (signal := signal_of(plain_name("_".join(tail))))), "")
