"""What a commit changed, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, nan

from monitor.wire import LiveRun, NonFinite


def rows_of(change: LiveRun, wanted: Callable[[str], bool]) -> list[tuple[int, dict[str, float]]]:
    """(step, values by series name) of a change's points, ascending, of the series that are wanted."""
    rows: dict[int, dict[str, float]] = {}
    for name, columns in change.points.items():
        if not wanted(name):
            continue
        signs = dict(_signs(columns.nonfinite))
        for step, value in zip(columns.step, columns.last, strict=True):
            rows.setdefault(step, {})[name] = signs.get(step, nan) if value is None else value
    return sorted(rows.items())


def _signs(nonfinite: NonFinite) -> Iterable[tuple[int, float]]:
    for step, above, below in zip(nonfinite.step, nonfinite.pos_inf, nonfinite.neg_inf, strict=True):
        yield step, inf if above else -inf if below else nan
