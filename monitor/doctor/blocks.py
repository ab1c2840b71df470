"""Joins the values of a step, and steps into blocks."""

from __future__ import annotations

from math import isfinite

from msgspec import Struct, field

from monitor.detectors.base import BLOCK
from monitor.detectors.frames import Block

LATE = 50  # steps that a value may come behind the newest: outputs and device tensors are read on another thread


class Blocks(Struct):
    """Gathers values; a block spans ten steps, and is given out 50 steps later, when nothing more is expected for it.

    Where steps lie further apart each makes a block of its own. What comes later still is left out: its block has been judged.

    Attributes:
        rows: step → values, of steps that are not given out yet. first, newest: the lowest and highest of them; -1: none.
        done: the highest step that was given out.
    """

    rows: dict[int, dict[str, float]] = field(default_factory=dict)
    first: int = -1
    newest: int = -1
    done: int = -1

    def put(self, step: int, values: dict[str, float]) -> list[Block]:
        """Adds values of a step; the blocks that are complete by it."""
        row = self.rows.get(step)
        if row is not None:
            row.update(values)
            return []
        if step <= self.done:
            return []
        self.rows[step] = dict(values)
        if self.first < 0 or step < self.first:
            self.first = step
        self.newest = max(self.newest, step)
        blocks = []
        while self.rows and self.newest >= self.first + BLOCK + LATE:
            blocks.append(self._take())
        return blocks

    def close(self) -> list[Block]:
        """Gives out all that is left."""
        blocks = []
        while self.rows:
            blocks.append(self._take())
        return blocks

    def _take(self) -> Block:
        steps = sorted(step for step in self.rows if step < self.first + BLOCK)
        columns: dict[str, list[float]] = {}
        for step in steps:
            for name, value in self.rows.pop(step).items():
                if isfinite(value):
                    columns.setdefault(name, []).append(value)
        self.done = steps[-1]
        self.first = min(self.rows, default=-1)
        mean = {name: sum(column) / len(column) for name, column in columns.items()}
        return Block(steps[0], steps[-1], len(steps), mean, {name: max(column) for name, column in columns.items()})
