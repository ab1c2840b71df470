"""Logs that are rows of named cells: what CSV and JSON lines have in common."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.errors import InvalidValue
from monitor.sources.numbers import number
from monitor.sources.source import Faults, Source
from monitor.sources.steps import Steps
from monitor.wire import Record, RunInfo, Scalars

PEEK = 200  # rows that the column of steps is told from
BACK = 100  # steps: a fall by more is a training that was started again


class Tabular(Source):
    """Rows of cells.

    Args:
        step_name: the column of steps; "": found by its name and its values.
    """

    def __init__(self, path: Path, info: RunInfo, step_name: str = "") -> None:
        super().__init__(path, info)
        self._wanted = step_name

    @abstractmethod
    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """(line number, name → cell)."""

    def records(self) -> Iterator[Record]:
        """A record a row."""
        self.faults = Faults()
        rows = self.rows()
        first = list(itertools.islice(rows, PEEK))
        if not first:
            raise InvalidValue(f"{self.path} holds no row that can be read" + self._why())
        steps = Steps([row for _, row in first], self._wanted)
        self.step_name, written, last = steps.says, self.path.stat().st_mtime, -1
        for line, row in itertools.chain(first, rows):
            try:
                step = steps.of(row)
            except ValueError as error:
                self.faults.add(f"line {line}", str(error))
                continue
            if step < last - BACK:
                self.faults.add(
                    f"line {line}", f"goes back from step {last} to {step}: steps that come twice count once"
                )
            last = step
            values = self._values(row, steps)
            if values:
                yield Scalars(step, steps.time_of(row, written), values)

    def _values(self, row: dict[str, Any], steps: Steps) -> dict[str, float]:
        values = {}
        for name, cell in row.items():
            if not steps.is_other(name):
                continue
            try:
                found = number(cell)
            except ValueError:
                self.texts.add(name)
                continue
            if found is not None:
                values[name] = found
        return values

    def _why(self) -> str:
        return f": {self.faults.listed[0].where}: {self.faults.listed[0].says}" if self.faults.count else ""
