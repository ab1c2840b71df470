"""Ctrl-C and `kill` end a training between two steps, never within one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from trainer.loop import Stop

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(Stop):
    """Someone asked the training to stop.

    Attributes:
        signal: what they did, in words. number: the signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.signal = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name


@contextmanager
def stopping() -> Iterator[Callable[[], None]]:
    """While it is open, the first SIGINT or SIGTERM is kept; the function that it gives raises `Stopped` once there is one.

    A second one of the same kind acts as it always does. (`torchrun` answers Ctrl-C, which its processes get as well, with a
    SIGTERM to them: two different ones are one wish.)
    """
    came: list[int] = []
    before = {int(number): signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def keep(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.signal(number, before[number])

    def check() -> None:
        if came:
            raise Stopped(came[0])

    for number in SIGNALS:
        signal.signal(number, keep)
    try:
        yield check
    finally:
        restore()
