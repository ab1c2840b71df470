"""The journal of a run of ours, also of one that is under way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.sdk.reading import records, run_of
from monitor.sources.source import Source
from monitor.wire import Record


class JournalFolder(Source):
    """`<dir>/journal/<run>-<sender>`; it stays as it is."""

    kind = "journal"

    def __init__(self, path: Path) -> None:
        super().__init__(path, run_of(path))
        self.step_name = "step"

    def records(self) -> Iterator[Record]:
        """In the order of their time."""
        return records(self.path)
