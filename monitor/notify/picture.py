"""A small chart of an alert's evidence, drawn from the stored points: for messages, which no browser draws."""

from __future__ import annotations

import io
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from monitor.notify.window import window
from monitor.storage.series import Stretch, find, named, read
from monitor.wire import AlertInfo, Columns, Evidence

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, PANEL = 720, 210  # pixels
PANELS = 2
LEFT, RIGHT, TOP, BOTTOM = 66, 14, 30, 24  # of a panel
POINTS = 600
INK, MUTED, GRID, LINE, BAND = "#1b1f27", "#656c7a", "#e3e6eb", "#0068b5", "#cfe2f1"
SHADE = {"critical": "#fce4e8", "warning": "#fcf0d8", "info": "#e9ecf1"}
LIMIT = "#c01c38"


def evidence_picture(connection: Connection, alert: AlertInfo) -> bytes | None:
    """PNG of the signals that an alert rests on, its steps shaded, its limits drawn; None when nothing is stored of them."""
    first, last = window(alert)
    panels: list[tuple[Evidence, Columns]] = []
    for evidence in alert.evidence:
        if evidence.signal in (one.signal for one, _ in panels) or len(panels) == PANELS:
            continue
        series = named(find(connection, [alert.run], [evidence.signal]), evidence.signal)
        if series is None:
            continue
        columns = read(connection, series, Stretch(first, last, POINTS))
        if any(value is not None for value in columns.last):
            panels.append((evidence, columns))
    return draw(alert, panels, first, last) if panels else None


def draw(alert: AlertInfo, panels: list[tuple[Evidence, Columns]], first: int, last: int) -> bytes:
    """PNG of panels one below the other, over the same steps."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (WIDTH, PANEL * len(panels)), "#ffffff")
    pen = ImageDraw.Draw(picture)
    for at, (evidence, columns) in enumerate(panels):
        Panel(pen, at * PANEL, (first, last), columns, evidence).draw(alert)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def ticks(low: float, high: float) -> list[float]:
    """Two to five round values between two others.

    >>> ticks(-0.008, 1.075)
    [0.0, 0.5, 1.0]
    """
    rough = (high - low) / 3
    size = 10.0 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [count * step for count in range(ceil(low / step), floor(high / step) + 1)]


class Panel:
    """One chart: `top` is its first row of pixels, `steps` what its axis spans."""

    def __init__(self, pen: ImageDraw, top: int, steps: tuple[int, int], columns: Columns, evidence: Evidence) -> None:
        from PIL import ImageFont

        self.pen, self.top, self.steps, self.columns, self.evidence = pen, top, steps, columns, evidence
        self.font: Any = ImageFont.load_default(13)
        self.small: Any = ImageFont.load_default(11)
        self.low, self.high = self._span()

    def _span(self) -> tuple[float, float]:
        """The values that the axis spans: the curve, and the limit where that is not far off."""
        curves = (self.columns.last, self.columns.min, self.columns.max)
        values = [value for some in curves for value in some if value is not None]
        low, high = min(values), max(values)
        limit, room = self.evidence.threshold, (high - low) or abs(high) or 1.0
        if isfinite(limit) and low - 2 * room <= limit <= high + 2 * room:
            low, high = min(low, limit), max(high, limit)
        pad = 0.06 * ((high - low) or abs(high) or 1.0)
        return low - pad, high + pad

    def x(self, step: float) -> float:
        """The pixel of a step."""
        first, last = self.steps
        return LEFT + (min(max(step, first), last) - first) / max(1, last - first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """The pixel of a value."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.top + PANEL - BOTTOM - share * (PANEL - TOP - BOTTOM)

    def draw(self, alert: AlertInfo) -> None:
        """Shade, grid, limit, band, line, words."""
        bottom, roof = self.top + PANEL - BOTTOM, self.top + TOP
        end = alert.resolved_step if alert.resolved_step is not None else self.steps[1]
        self.pen.rectangle([self.x(alert.onset_step), roof, self.x(end), bottom], fill=SHADE[alert.severity])
        for value in ticks(self.low, self.high):
            self.pen.line([LEFT, self.y(value), WIDTH - RIGHT, self.y(value)], fill=GRID)
            self.pen.text((LEFT - 6, self.y(value)), f"{value:.4g}", fill=MUTED, font=self.small, anchor="rm")
        self._curve()
        limit = self.evidence.threshold
        if self.low <= limit <= self.high:
            self._dashed(self.y(limit))
        self.pen.text((LEFT, self.top + 8), self.evidence.signal[:70], fill=INK, font=self.font)
        for step, anchor in ((self.steps[0], "la"), (alert.onset_step, "ma"), (self.steps[1], "ra")):
            self.pen.text((self.x(step), bottom + 5), f"{step:,}", fill=MUTED, font=self.small, anchor=anchor)

    def _curve(self) -> None:
        columns = self.columns
        for step, low, high in zip(columns.step, columns.min, columns.max, strict=False):
            if low is not None and high is not None:
                self.pen.line([self.x(step), self.y(low), self.x(step), self.y(high)], fill=BAND, width=2)
        values = columns.mean or columns.last
        stretch: list[tuple[float, float]] = []
        for step, value in [*zip(columns.step, values, strict=True), (0, None)]:
            if value is not None:
                stretch.append((self.x(step), self.y(value)))
            elif stretch:  # a gap: NaN
                self.pen.line(stretch, fill=LINE, width=2, joint="curve")
                stretch = []

    def _dashed(self, y: float) -> None:
        for x in range(LEFT, WIDTH - RIGHT, 10):
            self.pen.line([x, y, x + 5, y], fill=LIMIT)
