"""What really became of a training: rules on what it logged and showed, which know nothing of the detectors.

Each rule gives a `Label`: there (with the step at which it began), on the edge (neither asked for nor wrong when told), or
absent. Rules look at the whole run, also at what comes after; detectors can't.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import isfinite, sqrt
from typing import Any

import numpy

from bench.detection.held_out import TRUTH as MEMORISED
from bench.detection.places import Look
from bench.detection.recording import Recording

Array = numpy.ndarray[Any, Any]
EVERY = 50  # steps between two looks


@dataclass(frozen=True)
class Label:
    """Attributes:
    state: "there", "edge" or "absent". onset: step at which it began, of one that is there.
    """

    state: str
    onset: int = -1


ABSENT, EDGE = Label("absent"), Label("edge")


def labels(run: Recording) -> dict[str, Label]:
    """Each kind's label."""
    return {kind: rule(run) for kind, rule in RULES.items()}


def healthy(run: Recording, found: dict[str, Label]) -> bool:
    """No failure is there, and the last five looks show at least 60 % of the places, 40 % of the samples near the data."""
    last = run.looks[-5:]
    good = _median([one.share for one in last]) >= 0.6 and _median([one.near for one in last]) >= 0.4
    return good and all(label.state != "there" for label in found.values())


# -- reading ----------------------------------------------------------------------------------------------------------


def _median(values: list[float]) -> float:
    return float(numpy.median(values)) if values else 0.0


@lru_cache(maxsize=200)
def _series(run: Recording, name: str) -> tuple[Array, Array]:
    """(steps, values) of a signal, those that are numbers."""
    found = [(step, values[name]) for step, values in sorted(run.rows.items()) if isfinite(values.get(name, numpy.nan))]
    return numpy.array([step for step, _ in found]), numpy.array([value for _, value in found])


@lru_cache(maxsize=200)
def _windows(run: Recording, name: str, length: int, quantile: float = 0.5) -> list[tuple[int, float]]:
    """(first step, quantile) of stretches of `length` steps, beginning every half of it, that have two values or more."""
    steps, values = _series(run, name)
    found = []
    for start in range(0, run.steps - length + 1, length // 2):
        inside = values[(steps >= start) & (steps < start + length)]
        if len(inside) >= 2:
            found.append((start, float(numpy.quantile(inside, quantile))))
    return found


def _stretch(steps: list[int], bad: list[bool], share: float = 1.0) -> list[tuple[int, int]]:
    """(first, last) step of the stretches of at least five bad looks in a row, with single good ones let pass below share 1."""
    found, start, slack = list[tuple[int, int]](), -1, 0
    last = -1
    for step, one in zip(steps, bad, strict=True):
        if one:
            start, last, slack = (step if start < 0 else start), step, 0
        elif start >= 0:
            slack += 1
            if share == 1.0 or slack > 2:
                found.append((start, last))
                start, slack = -1, 0
    if start >= 0:
        found.append((start, last))
    return found


def _bad(look: Look) -> bool:
    return look.near < 0.3 or look.share < 0.4


def _improves(looks: list[Look], least: float = 0.02) -> bool:
    third = max(1, len(looks) // 3)
    before, after = _median([one.worth for one in looks[:third]]), _median([one.worth for one in looks[-third:]])
    return after > 1.1 * before + least


def _between(run: Recording, first: int, last: int) -> list[Look]:
    return [one for one in run.looks if first <= one.step <= last]


# -- rules ------------------------------------------------------------------------------------------------------------


def non_finite(run: Recording) -> Label:
    """A loss or a gradient that is no number."""
    for step, values in sorted(run.rows.items()):
        if any(not isfinite(value) for name, value in values.items() if name.startswith(("loss/", "grad_norm/"))):
            return Label("there", step)
    return ABSENT


def exploding(run: Recording) -> Label:
    """For 100 steps a network's gradient is 30 times as large as in any 100 steps before, and its loss ten times as large, or a
    step moves its weights by a tenth. Ten times, or without the second sign: on the edge."""
    best = ABSENT
    for network in ("generator", "discriminator"):
        norms = _windows(run, f"grad_norm/{network}", 100)
        ratios, losses = (dict(_windows(run, f"{what}/{network}", 100)) for what in ("update_ratio", "loss"))
        for i in range(2, len(norms)):
            start, value = norms[i]
            before = max(norm for _, norm in norms[: i - 1])
            if value < 10 * before or not before:
                continue
            usual = max((abs(one) for at, one in losses.items() if at <= start - 100), default=0.0)
            harm = abs(losses.get(start, 0.0)) > 10 * usual or ratios.get(start, 0.0) > 0.1
            if value >= 30 * before and harm:
                return Label("there", _first_above(run, network, 10 * before))
            best = EDGE
    return best


def _first_above(run: Recording, network: str, limit: float) -> int:
    steps, values = _series(run, f"grad_norm/{network}")
    warm = steps >= 100
    return int(steps[warm][numpy.argmax(values[warm] > limit)])


def vanishing(run: Recording) -> Label:
    """For 150 steps the generator's gradient is a twentieth of the largest 100-step median before, its samples are bad, and the
    discriminator tells them apart (AUC above 0.95; for critics of the Wasserstein losses, 0.65: one that is at chance or upside
    down starves nobody); or its steps move the weights by less than 1e-7, while those of the discriminator are above a
    twentieth of their largest. An eighth, shorter, without the discriminator, after a gradient that exploded, or where a
    schedule brings both to rest: on the edge."""
    told = dict(_windows(run, "auc/discriminator", 100))
    norms, best, last = _windows(run, "grad_norm/generator", 100), ABSENT, -1
    exploded = exploding(run).state == "there"
    others = dict(_windows(run, "update_ratio/discriminator", 100))
    still = [start for start, ratio in _windows(run, "update_ratio/generator", 100) if ratio < 1e-7]
    alone = [start for start in still if others.get(start, 1.0) >= max(others.values(), default=0.0) / 20]
    if alone:
        return Label("there", alone[0])
    best = EDGE if still else best
    for i in range(1, len(norms)):
        start, value = norms[i]
        before = max(norm for _, norm in norms[:i])
        looks = _between(run, start, start + 100)
        if looks and all(_bad(one) for one in looks) and value < before / 8:
            right = told.get(start, 1.0) > (0.65 if run.family.startswith("wgan") else 0.95)
            if not (value < before / 20 and right):
                best = EDGE
            elif last >= 0 and start - last <= 50 and not exploded:
                return Label("there", last)
            else:
                best, last = EDGE, start
    return best


def discriminator_dominates(run: Recording) -> Label:
    """AUC above 0.99 over 400 steps whose samples are bad and do not get better. 150 steps, or above 0.97: on the edge."""
    for limit, length, state in ((0.99, 400, "there"), (0.97, 150, "edge")):
        steps, values = _series(run, "auc/discriminator")
        for start in range(0, run.steps - length + 1, EVERY):
            inside = values[(steps >= start) & (steps < start + length)]
            looks = _between(run, start, start + length)
            if len(inside) < 5 or len(looks) < 3 or (inside > limit).mean() < 0.9:
                continue
            if sum(map(_bad, looks)) >= 0.8 * len(looks) and not _improves(looks):
                return Label(state, start)
    return ABSENT


def generator_dominates(run: Recording) -> Label:
    """An AUC below 0.35 in 70 % of 300 steps; over 500 steps one of 0.3 … 0.65, most of the time, beside samples of which
    under 10 % are near the data, and do not get better; or a discriminator that is not right and whose steps move its weights
    by less than 1e-7. Below 0.45, 20 %, or an AUC that swings beyond 0.25 … 0.7 in a quarter of the steps, which chases
    rather than is weak: on the edge."""
    right = dict(_windows(run, "auc/discriminator", 100))
    for start, ratio in _windows(run, "update_ratio/discriminator", 100):
        if ratio < 1e-7 and right.get(start, 0.5) < 0.95:
            return Label("there", start)
    for upside, near, state in ((0.35, 0.1, "there"), (0.45, 0.2, "edge")):
        for start, told in _windows(run, "auc/discriminator", 300, 0.7):
            if start >= 100 and told < upside:
                return Label(state, start)
        low, high = (dict(_windows(run, "auc/discriminator", 500, part)) for part in (0.25, 0.75))
        for start, told in _windows(run, "auc/discriminator", 500):
            steady = state == "edge" or (low[start] > 0.25 and high[start] < 0.7)
            looks = _between(run, start, start + 500)
            poor = bool(looks) and _median([one.near for one in looks]) < near and not _improves(looks)
            if start >= 200 and 0.3 <= told <= 0.65 and steady and poor:
                return Label(state, start)
    return ABSENT


def mode_collapse(run: Recording) -> Label:
    """At most 40 % of the places, in effect, at six looks in a row, of samples that are near the data or lie no farther apart
    than they do (what flies off has a nearest place too, and is not collapsed for that): after three looks above 70 %, or up
    to the end of at least 1,200 steps. Up to 60 %, or up to the end of a shorter run: on the edge."""
    steps = [one.step for one in run.looks]
    for limit, state in ((0.4, "there"), (0.6, "edge")):
        good = [one.step for i, one in enumerate(run.looks) if i >= 2 and _good(run.looks[i - 2 : i + 1])]
        for first, last in _stretch(steps, [_few(one, limit) for one in run.looks], 0.9):
            if last - first < 5 * EVERY:
                continue
            if any(step < first for step in good):
                return Label(state, first)
            if last >= steps[-2]:
                return Label(state if steps[-1] >= 1150 else "edge", first)
            if last >= 1150:
                return EDGE
    return ABSENT


def _few(look: Look, limit: float) -> bool:
    return look.share <= limit and (look.near >= 0.1 or look.spread <= 1.25)


def _good(looks: list[Look]) -> bool:
    return all(one.share > 0.7 and one.near > 0.2 for one in looks)


def oscillation(run: Recording) -> Label:
    """Over 12 looks, past step 400, the samples move from place to place: half of the looks' total variation above 0.4 (beyond
    what chance brings), or their mean moves by 0.3 deviations a look, farther than they lie apart, and by no more than a
    third of that in all; and nothing gets better. Up to the end of the run, or for 800 steps. Shorter, or an AUC that crosses
    0.35 … 0.65 four times: on the edge."""
    moving = [_moves(run.looks[i : i + 12], _chance(run)) for i in range(len(run.looks) - 11)]
    begun = [i for i, moves in enumerate(moving) if moves and run.looks[i].step >= 400]
    for i in begun:
        j = i
        while j + 1 < len(moving) and any(moving[j + 1 : j + 3]):
            j += 1
        if j >= len(moving) - 3 or run.looks[j + 11].step - run.looks[i].step >= 800:
            return Label("there", run.looks[i].step)
    sides = [told > 0.65 for _, told in _windows(run, "auc/discriminator", 50) if not 0.35 <= told <= 0.65]
    crossings = sum(a != b for a, b in pairwise(sides))
    return EDGE if begun or any(moving) or crossings >= 4 else ABSENT


def _moves(looks: list[Look], chance: float) -> bool:
    pairs = list(pairwise(looks))
    turned = [sum(abs(p - q) for p, q in zip(a.shares, b.shares, strict=True)) / 2 for a, b in pairs]
    path = [float(numpy.linalg.norm(numpy.subtract(a.mean, b.mean))) for a, b in pairs]
    whole = float(numpy.linalg.norm(numpy.subtract(looks[0].mean, looks[-1].mean)))
    hops = _median(turned) > 0.4 + chance
    wide = _median([one.spread for one in looks])
    circles = _median(path) > max(0.3, 1.25 * wide) and whole < sum(path) / 3
    return (hops or circles) and not _improves(looks)


def _chance(run: Recording) -> float:
    """Expected total variation of two batches of one law."""
    n = 64 if run.data == "digits" else 1024
    return sqrt(len(run.looks[0].shares) / (3.14 * n))


def quality_fluctuation(run: Recording) -> Label:
    """Three times the samples' worth (share near the data times share of the places) falls below a quarter of its best (median of
    the five best looks), once that was above 0.3, and comes back above half. Twice, or a half: on the edge."""
    near = [one.worth for one in run.looks]
    for down, times, state in ((0.25, 3, "there"), (0.5, 2, "edge")):
        falls, low = list[int](), -1
        for i in range(8, len(near)):
            best = _median(sorted(near[: i + 1])[-5:])
            if low < 0 and best > 0.3 and near[i] < down * best:
                low = run.looks[i].step
            elif low >= 0 and near[i] > max(0.5, down + 0.1) * best:
                falls.append(low)
                low = -1
        if len(falls) >= times:
            return Label(state, falls[0])
    return ABSENT


def non_convergence(run: Recording) -> Label:
    """Over the last 40 % of the run, at least 800 steps, four of five looks are bad and they do not get better by a tenth of all
    there is to have. A run that was good and lost it is no such one. Half of the looks, under 50 % near or under 60 %
    of the places, a shorter run, or 800 such steps after the first 400 that it left behind later: on the edge."""
    passing = any(_stands(_between(run, first, first + 800)) for first in range(350, run.steps - 800, EVERY))
    start = min(run.steps - 800, round(0.6 * run.steps))
    looks = _between(run, max(0, start), run.steps)
    if not looks or _improves(looks, 0.1):
        return EDGE if passing else ABSENT
    near, share = _median([one.near for one in looks]), _median([one.share for one in looks])
    if _stands(looks) and run.steps >= 1200:
        return Label("there", max(0, start))
    return EDGE if passing or near < 0.5 or share < 0.6 else ABSENT


def _stands(looks: list[Look]) -> bool:
    return sum(map(_bad, looks)) >= 0.8 * len(looks) and not _improves(looks, 0.1)


def discriminator_overfit(run: Recording) -> Label:
    """The discriminator ranks the pictures it learns from above held-out ones 75 % of the time, over 200 steps. 65 %: on the
    edge."""
    told = [(start, value) for start, value in _windows(run, MEMORISED, 200) if start >= 200]
    for start, value in told:
        if value > 0.75:
            return Label("there", start)
    return EDGE if any(value > 0.65 for _, value in told) else ABSENT


def spectral_collapse(run: Recording) -> Label:
    """Half of the matrices of a network with an effective rank above 2 lose half of it since step 400, or a top singular value
    doubles within 500 steps from there on: since the last reading before. A third of the rank, or growth by half: on the edge."""
    names = {name for values in run.rows.values() for name in values}
    ranks, norms = (
        [_series(run, name) for name in names if name.startswith(what)]
        for what in ("effective_rank/", "spectral_norm/")
    )
    late = [(steps[steps >= 400], values[steps >= 400]) for steps, values in ranks]
    ranked = [(steps, values / values[0]) for steps, values in late if len(values) > 1 and values[0] > 2]
    left = sorted(shares.min() for _, shares in ranked)
    half = left[max(1, (len(left) - 1) // 2)] if len(left) > 1 else 1.0
    growth, since = max((_growth(steps, values) for steps, values in norms), default=(1.0, -1))
    if half < 0.5:
        since = min(int(steps[numpy.argmax(shares < 0.5) - 1]) for steps, shares in ranked if shares.min() < 0.5)
    return Label("there", since) if half < 0.5 or growth > 2 else EDGE if half < 0.67 or growth > 1.5 else ABSENT


def _growth(steps: Array, values: Array) -> tuple[float, int]:
    """How many times a value has grown within 500 steps, and since when."""
    most, since = 1.0, -1
    for i, step in enumerate(steps):
        near = (steps >= max(400, step - 500)) & (steps <= step)
        before = values[near]
        if len(before) and before.min() > 0 and values[i] / before.min() > most:
            most, since = float(values[i] / before.min()), int(steps[near][before.argmin()])
    return most, since


RULES: dict[str, Callable[[Recording], Label]] = {
    "non_finite": non_finite,
    "exploding_gradient": exploding,
    "vanishing_gradient": vanishing,
    "discriminator_dominates": discriminator_dominates,
    "generator_dominates": generator_dominates,
    "mode_collapse": mode_collapse,
    "oscillation": oscillation,
    "quality_fluctuation": quality_fluctuation,
    "non_convergence": non_convergence,
    "discriminator_overfit": discriminator_overfit,
    "spectral_collapse": spectral_collapse,
}
