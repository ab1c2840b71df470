"""Curves in a terminal: braille dots, two by four to a character."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from monitor.wire import Columns

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
STEEP = 1000.0  # a positive curve that spans more is drawn over its logarithm


class Drawing:
    """A curve as lines of text.

    Attributes:
        lines: from top to bottom. low, high: the values at its edges. logarithmic: whether heights are logarithms.
        first, last: the steps at its sides. bad: columns (characters) in which something is not finite.
    """

    def __init__(self, curve: Columns, width: int = 60, height: int = 4) -> None:
        self.first, self.last = curve.step[0], curve.step[-1]
        self._span, self._width = max(self.last - self.first, 1), width
        lows, highs = curve.min or curve.last, curve.max or curve.last
        finite = [value for value in (*lows, *highs) if value is not None]
        self.low, self.high = (min(finite), max(finite)) if finite else (0.0, 0.0)
        self.logarithmic = self.low > 0 and self.high / self.low > STEEP
        self.bad = sorted({self.column(step) for step in curve.nonfinite.step})
        self.lines = self._drawn(curve.step, lows, highs, height)

    def column(self, step: int) -> int:
        """Which character of a line a step is in."""
        share = (step - self.first) / self._span
        return min(max(int(share * self._width), 0), self._width - 1)

    def _drawn(
        self, steps: Sequence[int], lows: Sequence[float | None], highs: Sequence[float | None], height: int
    ) -> list[str]:
        wide, tall = 2 * self._width, 4 * height
        cells = [[0] * self._width for _ in range(height)]
        before: tuple[int, int] | None = None
        for step, low, high in zip(steps, lows, highs, strict=True):
            if low is None or high is None:
                before = None
                continue
            x = min(int((step - self.first) / self._span * wide), wide - 1)
            bottom, top = self._row(low, tall), self._row(high, tall)
            near = before is not None and x - before[0] <= 4
            y_from = min(bottom, before[1]) if near and before else bottom
            y_to = max(top, before[1]) if near and before else top
            for y in range(y_from, y_to + 1):
                cells[height - 1 - y // 4][x // 2] |= DOTS[x % 2][3 - y % 4]
            before = (x, (bottom + top) // 2)
        return ["".join(chr(0x2800 + cell) for cell in row) for row in cells]

    def _row(self, value: float, tall: int) -> int:
        low, high = (log10(self.low), log10(self.high)) if self.logarithmic else (self.low, self.high)
        at = log10(value) if self.logarithmic else value
        return min(int((at - low) / (high - low) * tall), tall - 1) if high > low else tall // 2
