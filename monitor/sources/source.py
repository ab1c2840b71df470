"""What every log has in common: it is read once, from front to back, in bounded memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from monitor.wire import Record, RunInfo

MOST_FAULTS = 20  # that are listed; all are counted


class Fault(Struct, frozen=True):
    """Something that could not be read: where ("line 12", a file's name), and why."""

    where: str
    says: str


class Faults(Struct):
    """What could not be read of a log.

    Attributes:
        listed: the first ones. count: of all.
    """

    listed: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, where: str, says: str) -> None:
        """Notes one."""
        self.count += 1
        if len(self.listed) < MOST_FAULTS:
            self.listed.append(Fault(where, says))


class Source(ABC):
    """A log.

    Attributes:
        kind: its format, in words. path: where it lies; where: the same in words. info: what it says of the run.
        faults: what could not be read so far. step_name: what the steps were taken from, "" until that is known.
        texts: columns that hold something else than numbers.
    """

    kind = ""

    def __init__(self, path: Path, info: RunInfo) -> None:
        self.path, self.where, self.info = path, str(path), info
        self.faults, self.step_name = Faults(), ""
        self.texts: set[str] = set()

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """What it holds, in the order in which it was logged. May be called again: it then reads from the front.

        Raises:
            InvalidValue: it can't be read at all.
        """
