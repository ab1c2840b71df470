"""The before/after table of an experiment, in Markdown."""

from __future__ import annotations

import math

from monitor.statistics import Interval, effect, mean, permutation_p, share
from trainer.experiment.plan import Plan
from trainer.experiment.play import Result


def table(plan: Plan, results: dict[tuple[str, int], Result]) -> str:
    """A row for each metric and variant: mean with 95 % interval; against the baseline Hedges' g and the permutation test's p."""
    of = {
        name: [result for (variant, _), result in sorted(results.items()) if variant == name] for name in plan.variants
    }
    metrics = sorted({metric for result in results.values() for metric in result["scores"]})
    lines = ["| metric | variant | seeds | mean (95 % interval) | Hedges' g | p |", "|---|---|---|---|---|---|"]
    for metric in metrics:
        before = _values(of[plan.baseline], metric)
        for name in plan.variants:
            values = _values(of[name], metric)
            if values:
                against = ["", ""] if name == plan.baseline else [_number(effect(values, before)), _p(values, before)]
                lines.append(
                    f"| {metric} | {name} | {len(values)} | {_interval(mean(values))} | {' | '.join(against)} |"
                )
    for title, counts in (("collapsed", plan.collapsed_below), ("diverged", None)):
        for name in plan.variants:
            bad = [_bad(result, counts) for result in of[name]]
            known = [one for one in bad if one is not None]
            if known:
                lines.append(f"| {title} | {name} | {len(known)} | {_interval(share(sum(known), len(known)))} | | |")
    return "\n".join(lines) + "\n"


def _bad(result: Result, below: float | None) -> bool | None:
    """Whether it collapsed (`below` given; None where nobody knows), or diverged."""
    if below is None:
        return bool(result["diverged"])
    return None if result["modes_share"] is None else result["modes_share"] < below


def _values(results: list[Result], metric: str) -> list[float]:
    return [result["scores"][metric] for result in results if metric in result["scores"]]


def _interval(one: Interval) -> str:
    return _number(one.value) + ("" if math.isnan(one.low) else f" ({_number(one.low)} … {_number(one.high)})")


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}"


def _p(values: list[float], before: list[float]) -> str:
    p = permutation_p(values, before) if before else math.nan
    return "–" if math.isnan(p) else f"{p:.2g}"
