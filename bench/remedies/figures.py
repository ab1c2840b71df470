"""What the trainings say, in numbers: before, after, and how sure the difference is."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import NamedTuple

from bench.remedies.play import Played
from monitor.statistics import Interval, mean, permutation_p, share

MODES = 8  # of the ring
SURE = 0.05


class Measure(NamedTuple):
    """One measure of a training. `noun`: what there is more of when it rises."""

    title: str
    noun: str
    of: Callable[[Played], float | None]


def lowest(one: Played) -> float:
    """The smallest share of good samples in the last quarter of the looks."""
    return min(look.good for look in one.looks[-(len(one.looks) // 4) :])


CAPTURED = Measure("modes captured, of 8", "modes", lambda one: one.end.modes)
GOOD = Measure("share of good samples", "good samples", lambda one: one.end.good)
LOWEST = Measure("its lowest in the last quarter", "good samples at the lowest moment", lowest)
KL = Measure("reverse KL over modes, nats", "", lambda one: one.end.kl)


def judged(trouble: str) -> tuple[Measure, Measure]:
    """What a remedy is judged by. Quality that comes and goes is judged by its lowest: the end is any moment."""
    return (CAPTURED, LOWEST) if trouble == "fluctuation" else (CAPTURED, GOOD)


def values(measure: Measure, played: list[Played]) -> list[float]:
    """Of the trainings that have it."""
    found = [measure.of(one) for one in played]
    return [value for value in found if value is not None]


def lost(played: list[Played]) -> Interval:
    """The share of seeds that end with less than half of the modes, with Wilson's interval."""
    return share(sum(one.end.modes < MODES / 2 for one in played), len(played))


def told(one: Interval) -> str:
    """An estimate with its interval."""
    return f"{one.value:.3g}" + ("" if math.isnan(one.low) else f" ({one.low:.3g} … {one.high:.3g})")


def table(before: list[Played], after: list[Played]) -> list[str]:
    """The rows of a page's table."""
    lines = ["| at the end of the training | without | with | p |", "|---|---|---|---|"]
    for measure in (CAPTURED, GOOD, LOWEST, KL):
        old, new = values(measure, before), values(measure, after)
        cells = [_cell(mine, len(whole)) for mine, whole in ((old, before), (new, after))]
        p = permutation_p(new, old)
        lines.append(f"| {measure.title} | {' | '.join(cells)} | {'–' if math.isnan(p) else f'{p:.2g}'} |")
    seeds = [told(lost(played)) for played in (before, after)]
    lines.append(f"| share of seeds with less than half of the modes | {' | '.join(seeds)} | |")
    seconds = [f"{sum(one.seconds for one in played) / len(played):.1f}" for played in (before, after)]
    return [*lines, f"| seconds a training, one core, beside other work | {' | '.join(seconds)} | |"]


def _cell(mine: list[float], whole: int) -> str:
    if not mine:
        return "no good sample in any seed"
    return told(mean(mine)) + (f", {len(mine)} of {whole} seeds" if len(mine) < whole else "")


def verdict(trouble: str, before: list[Played], after: list[Played]) -> str:
    """What changed with p < 0.05, for better or worse; "no clear change" where nothing did."""
    changes = dict[str, list[str]]()
    for measure in judged(trouble):
        old, new = values(measure, before), values(measure, after)
        if permutation_p(new, old) < SURE:
            more = statistics.fmean(new) > statistics.fmean(old)
            changes.setdefault("helps: more" if more else "hurts: fewer", []).append(measure.noun)
    return "; ".join(f"{change} {' and '.join(nouns)}" for change, nouns in changes.items()) or "no clear change"
