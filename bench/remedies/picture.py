"""The picture of a page: samples before and after over the known modes, and both measures over the steps of all seeds.

Drawn with Pillow alone. The card is opaque, so that it reads on light and on dark pages; before is orange and dashed, after blue
and solid (Okabe and Ito's colours, told apart by all).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy
from PIL import Image, ImageDraw, ImageFont

from bench.remedies.play import Played
from trainer import data

SIZE, FINER = (960, 840), 2
CARD, INK, FAINT, GRID = "#fcfcfb", "#333333", "#6b6b6b", "#e4e4e2"
BEFORE, AFTER, MODE = "#d55e00", "#0072b2", "#1a1a1a"
REACH = 1.6  # the data's circle has radius 1
EVERY = 500  # steps between two numbers below a curve
COLOURS = 80


class Panel(NamedTuple):
    """A rectangle of the picture (pixels, before `FINER`) and the values at its edges."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a value lies in the picture."""
        across, up = (x - self.x[0]) / (self.x[1] - self.x[0]), (y - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + across * self.width, self.top + (1 - up) * self.height


class Pen:
    """Draws in the picture's own pixels on a card that is `FINER` times as fine."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (SIZE[0] * FINER, SIZE[1] * FINER), CARD)
        self._on = ImageDraw.Draw(self.image, "RGBA")

    def text(self, at: tuple[float, float], words: str, size: float = 15, ink: str = INK, anchor: str = "la") -> None:
        """Words; `anchor` as Pillow names it."""
        font = ImageFont.load_default(size * FINER)
        self._on.text((at[0] * FINER, at[1] * FINER), words, ink, font, anchor)

    def line(self, points: Sequence[tuple[float, float]], ink: str, width: float, dashed: bool = False) -> None:
        """Through all points; dashed: six on, four off, all along it."""
        for part in dashes(points) if dashed else [points]:
            places = [(x * FINER, y * FINER) for x, y in part]
            self._on.line(places, ink, max(1, round(width * FINER)), joint="curve")

    def dot(self, at: tuple[float, float], radius: float, fill: str | None, ring: str | None = None) -> None:
        """A disc, or a ring."""
        x, y, r = at[0] * FINER, at[1] * FINER, radius * FINER
        self._on.ellipse((x - r, y - r, x + r, y + r), fill, ring, round(1.2 * FINER) if ring else 0)

    def save(self, file: Path) -> None:
        """As a small PNG of few colours."""
        small = self.image.resize(SIZE, Image.Resampling.LANCZOS)
        small.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)


def dashes(points: Sequence[tuple[float, float]], on: float = 6, off: float = 4) -> list[list[tuple[float, float]]]:
    """A path cut into dashes, in pixels along it."""
    path = numpy.array(points)
    along = numpy.concatenate([[0.0], numpy.cumsum(numpy.hypot(*numpy.diff(path, axis=0).T))])
    found = []
    for start in numpy.arange(0, along[-1], on + off):
        end = min(start + on, along[-1])
        marks = [start, *along[(along > start) & (along < end)], end]
        places = [numpy.interp(marks, along, path[:, axis]) for axis in (0, 1)]
        found.append([(float(x), float(y)) for x, y in zip(*places, strict=True)])
    return found


def frame(pen: Pen, panel: Panel, title: str, ink: str, x: Sequence[float], y: Sequence[float]) -> None:
    """A panel's title, grid and numbers."""
    pen.text((panel.left, panel.top - 12), title, 17, ink, "lb")
    for value in x:
        across, bottom = panel.at(value, panel.y[0])
        pen.line([(across, panel.top), (across, bottom)], GRID, 1)
        pen.text((across, bottom + 6), f"{value:,g}", 14, FAINT, "ma")
    for value in y:
        left, up = panel.at(panel.x[0], value)
        pen.line([(left, up), (left + panel.width, up)], GRID, 1)
        pen.text((left - 7, up), f"{value:g}", 14, FAINT, "rm")


def scatter(pen: Pen, left: float, words: str, ink: str, one: Played) -> None:
    """One training's last samples over the modes of the data."""
    panel = Panel(left, 50, 400, 400, (-REACH, REACH), (-REACH, REACH))
    end, ticks = one.end, (-1, 0, 1)
    frame(pen, panel, f"{words}: {end.modes:.0f} of 8 modes, {end.good:.0%} good", ink, ticks, ticks)
    inside = numpy.abs(one.samples).max(axis=1) <= REACH  # false for NaN, too
    for x, y in one.samples[inside]:
        pen.dot(panel.at(x, y), 1.5, ink + "70")
    modes = data.load("ring", 0).modes
    assert modes is not None
    for x, y in modes.centers.tolist():
        pen.dot(panel.at(x, y), 9, None, MODE)
    outside = len(inside) - int(inside.sum())
    if outside:
        pen.text((panel.left + panel.width - 6, panel.top + 6), f"{outside:,} outside", 14, FAINT, "ra")


def curves(
    pen: Pen, left: float, title: str, top: float, of: Callable[[Played, int], float], pair: tuple[list[Played], ...]
) -> None:
    """A measure over the steps: a thin line for each seed, a thick one for their mean."""
    steps = [look.step for look in pair[0][0].looks]
    panel = Panel(left, 520, 400, 250, (0, steps[-1]), (0, top))
    frame(pen, panel, title, INK, range(0, steps[-1] + 1, EVERY), [top * part / 4 for part in range(5)])
    for played, ink, dashed in zip(pair, (BEFORE, AFTER), (True, False), strict=True):
        lines = [[of(one, index) for index in range(len(steps))] for one in played]
        for line in lines:
            pen.line([panel.at(*point) for point in zip(steps, line, strict=True)], ink + "60", 1)
        mean = numpy.mean(lines, axis=0).tolist()
        pen.line([panel.at(*point) for point in zip(steps, mean, strict=True)], ink, 3, dashed)


def legend(pen: Pen, words: str, seeds: int) -> None:
    """Which line is which, below all."""
    y = SIZE[1] - 22
    for x, ink, dashed, told in ((60, BEFORE, True, "without"), (190, AFTER, False, words)):
        pen.line([(x, y), (x + 36, y)], ink, 3, dashed)
        pen.text((x + 44, y), told, 15, INK, "lm")
    told = f"steps; thick: mean of {seeds} seeds, thin: each"
    pen.text((SIZE[0] - 40, y), told, 14, FAINT, "rm")


def median(played: list[Played]) -> Played:
    """The training in the middle by modes, then by good samples."""
    return sorted(played, key=lambda one: (one.end.modes, one.end.good))[len(played) // 2]


def picture(file: Path, words: str, before: list[Played], after: list[Played]) -> None:
    """Writes the picture. `words`: the setting that is the remedy."""
    pen, pair = Pen(), (before, after)
    scatter(pen, 50, "without", BEFORE, median(before))
    scatter(pen, 520, "with", AFTER, median(after))
    curves(pen, 50, "modes captured", 8, lambda one, index: one.looks[index].modes, pair)
    curves(pen, 520, "share of good samples", 1, lambda one, index: one.looks[index].good, pair)
    legend(pen, words, len(before))
    pen.save(file)
