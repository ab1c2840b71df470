"""Precision, recall, delay and false alarms of what the doctor said, with their uncertainty."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from statistics import median

from bench.detection.corpus import CASES
from bench.detection.replay import Story
from monitor.detectors import DETECTORS
from monitor.doctor import Alert

KINDS = [detector.kind for detector in DETECTORS]


def serious(story: Story) -> list[Alert]:
    """First openings of warnings and critical alerts, one a kind."""
    found: dict[str, Alert] = {}
    for alert in story.told:
        if alert.severity != "info" and alert.state == "open":
            found.setdefault(alert.kind, alert)
    return list(found.values())


def roots(story: Story) -> set[str]:
    """Kinds that were told as failures of their own, and not as consequences of another."""
    last = {alert.kind: alert for alert in story.told if alert.severity != "info"}
    explained = {alert.kind for alert in story.told if alert.consequence_of}
    return {alert.kind for alert in last.values()} - explained


def wilson(hits: int, of: int) -> str:
    """A share with its 95 % interval (Wilson 1927)."""
    if not of:
        return "–"
    z, share = 1.96, hits / of
    middle, half = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)
    return f"{share:.2f} ({hits}/{of}; {max(0.0, low):.2f}–{min(1.0, high):.2f})"


def report(whole: list[Story], without: list[Story]) -> str:
    """The tables of docs/detection.md."""
    healthy = [story for story in whole if not CASES[story.name].kinds]
    steps = sum(story.steps for story in healthy)
    alarms = sum(len(serious(story)) for story in healthy)
    silent = sum(not serious(story) for story in healthy)
    spent = 1e6 * sum(story.seconds for story in whole) / sum(story.steps for story in whole)
    measuring = 1e3 * median(second for story in whole for second in story.measuring)
    lines = [
        f"{len(whole)} trainings with seeds that were not used in calibration, {len(healthy)} of them healthy ({steps:,} steps).",
        "",
        "| figure | measured |",
        "|---|---|",
        f"| warnings and critical alerts on healthy runs, per 10,000 steps | {1e4 * alarms / max(1, steps):.2f} ({alarms}) |",
        f"| healthy runs that are silent | {wilson(silent, len(healthy))} |",
        f"| doctor's cost a step, this machine | {spent:.0f} µs |",
        f"| sample metrics' cost a batch, median | {measuring:.0f} ms |",
        "",
        *_kinds("with samples", whole),
        *_kinds("losses, outputs and gradients only, no samples", without),
        *_confusion(whole),
    ]
    return "\n".join(lines) + "\n"


def _kinds(title: str, stories: list[Story]) -> list[str]:
    lines = [
        f"### {title[0].upper()}{title[1:]}",
        "",
        "| kind | recall | precision | median delay, steps |",
        "|---|---|---|---|",
    ]
    for kind in KINDS:
        should = [story for story in stories if kind in CASES[story.name].kinds]
        hits = [story for story in should if kind in {alert.kind for alert in serious(story)}]
        claimed = [story for story in stories if kind in roots(story)]
        right = [story for story in claimed if kind in CASES[story.name].kinds | CASES[story.name].allowed]
        if not should and not claimed:
            continue
        delays = [_delay(story, kind) for story in hits if CASES[story.name].onset]
        told = f"{median(delays):.0f}" if delays else "–"
        lines.append(f"| `{kind}` | {wilson(len(hits), len(should))} | {wilson(len(right), len(claimed))} | {told} |")
    return [*lines, ""]


def _delay(story: Story, kind: str) -> int:
    return next(alert.step for alert in serious(story) if alert.kind == kind) - CASES[story.name].onset


def _confusion(stories: list[Story]) -> list[str]:
    lines = [
        "### What was told of each case",
        "",
        "| case | runs | modes at the end | should be told | told, first causes (runs) | told in all (runs) |",
        "|---|---|---|---|---|---|",
    ]
    for name, case in CASES.items():
        mine = [story for story in stories if story.name == name]
        if mine:
            first = Counter(kind for story in mine for kind in roots(story))
            every = Counter(alert.kind for story in mine for alert in serious(story))
            wanted = ", ".join(sorted(case.kinds)) or "nothing"
            lines.append(f"| {name} | {len(mine)} | {_truth(mine)} | {wanted} | {_counts(first)} | {_counts(every)} |")
    return [*lines, ""]


def _truth(stories: list[Story]) -> str:
    """The runs' modes at the end, the fewest first; of 8, on the grid of 25."""
    return ", ".join(f"{modes:g}" for modes in sorted(one.modes for one in stories if one.modes is not None)) or "–"


def _counts(counter: Counter[str]) -> str:
    return (
        ", ".join(f"{kind} ({count})" for kind, count in sorted(counter.items(), key=lambda one: (-one[1], one[0])))
        or "nothing"
    )
