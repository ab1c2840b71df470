"""The curve of a finding as an SVG that needs no script."""

from __future__ import annotations

from html import escape
from math import log10

from monitor.doctor import Alert
from monitor.reports.braille import STEEP
from monitor.reports.evidence import value
from monitor.reports.language import t
from monitor.reports.words import steps
from monitor.wire import Columns, Evidence

WIDTH, HEIGHT, LEFT, BELOW, ABOVE = 640, 150, 68, 20, 8
INNER = WIDTH - LEFT - 8


class Frame:
    """Where values and steps lie in the picture.

    Attributes:
        low, high: the values at the lower and upper edge.
    """

    def __init__(self, curve: Columns, limit: float) -> None:
        finite = [one for one in (*(curve.min or curve.last), *(curve.max or curve.last)) if one is not None]
        self.low, self.high = (min(finite), max(finite)) if finite else (0.0, 1.0)
        self.logarithmic = self.low > 0 and self.high / self.low > STEEP
        room = (self.high - self.low) * (0.5 if self.logarithmic else 20)  # a limit far off says how far
        self.has_limit = (
            bool(finite)
            and self.low - room <= limit <= self.high + room
            and limit > (0 if self.logarithmic else -float("inf"))
        )
        if self.has_limit:
            self.low, self.high = min(self.low, limit), max(self.high, limit)
        self._first, self._steps = curve.step[0], max(curve.step[-1] - curve.step[0], 1)

    def x(self, step: int) -> float:
        """Pixels from the left."""
        return LEFT + min(max((step - self._first) / self._steps, 0.0), 1.0) * INNER

    def y(self, number: float) -> float:
        """Pixels from the top."""
        low, high, at = self.low, self.high, number
        if self.logarithmic:
            low, high, at = log10(low), log10(high), log10(number)
        share = (at - low) / (high - low) if high > low else 0.5
        return ABOVE + (1 - share) * (HEIGHT - ABOVE - BELOW)


def picture(evidence: Evidence, curve: Columns, alert: Alert) -> str:
    """The curve, the steps of the finding shaded, the limit dashed, what is not finite marked."""
    frame = Frame(curve, evidence.threshold)
    last = curve.step[-1] if alert.resolved_step is None else alert.resolved_step
    left, right = frame.x(alert.onset_step), frame.x(last)
    floor = HEIGHT - BELOW
    parts = [
        f'<rect class="when {alert.severity}" x="{left:.1f}" y="{ABOVE}" width="{max(right - left, 2):.1f}" '
        f'height="{floor - ABOVE}"/>',
        *(_label(LEFT - 6, frame.y(at) + 4, value(at), "end") for at in (frame.low, frame.high)),
        _label(LEFT, HEIGHT - 4, steps(curve.step[0]), "start"),
        _label(WIDTH - 8, HEIGHT - 4, steps(curve.step[-1]), "end"),
        f'<path class="band" d="{_band(frame, curve)}"/>' if curve.min else "",
        f'<path class="line" d="{_line(frame, curve)}"/>',
    ]
    if frame.has_limit:
        at = frame.y(evidence.threshold)
        parts.append(f'<path class="limit" d="M{LEFT} {at:.1f}H{WIDTH - 8}"/>')
    parts += [
        f'<path class="bad" d="M{frame.x(step) - 4:.1f} {ABOVE}l8 8m0 -8l-8 8"/>' for step in curve.nonfinite.step[:200]
    ]
    about = evidence.signal + (f", {t('logarithmic')}" if frame.logarithmic else "")
    dashed = f"; {t('dashed: the limit')}" if frame.has_limit else ""
    crosses = f"; {t('×: not finite')}" if curve.nonfinite.step else ""
    return (
        f'<svg class="evidence" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(about)}">{"".join(parts)}</svg>'
        f'<p class="muted small">{escape(about + dashed + crosses)}</p>'
    )


def _line(frame: Frame, curve: Columns) -> str:
    path, pen = [], "M"
    for step, number in zip(curve.step, curve.mean or curve.last, strict=True):
        if number is None:
            pen = "M"
            continue
        path.append(f"{pen}{frame.x(step):.1f} {frame.y(number):.1f}")
        pen = "L"
    return "".join(path)


def _band(frame: Frame, curve: Columns) -> str:
    rows = [
        (frame.x(step), frame.y(low), frame.y(high))
        for step, low, high in zip(curve.step, curve.min, curve.max, strict=True)
        if low is not None and high is not None
    ]
    if not rows:
        return ""
    there = [f"{x:.1f} {top:.1f}" for x, _, top in rows]
    back = [f"{x:.1f} {bottom:.1f}" for x, bottom, _ in reversed(rows)]
    return f"M{'L'.join(there + back)}Z"


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
