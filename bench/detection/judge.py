"""Precision, recall, delay and false alarms of what the doctor said, with their uncertainty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import sqrt
from statistics import median

from bench.detection.corpus import CASES, HELD_OUT_DATA, HELD_OUT_LOSS
from bench.detection.replay import Seen, Story
from monitor.detectors import DETECTORS

KINDS = [detector.kind for detector in DETECTORS]
CRITICAL = [
    "non_finite", "exploding_gradient", "vanishing_gradient", "discriminator_dominates", "mode_collapse", "oscillation",
]  # fmt: skip


def wilson(hits: int, of: int) -> str:
    """A share with its 95 % interval (Wilson 1927)."""
    if not of:
        return "–"
    z, share = 1.96, hits / of
    middle, half = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)
    return f"{share:.2f} ({hits}/{of}; {max(0.0, low):.2f}–{min(1.0, high):.2f})"


def there(story: Story, kind: str) -> bool:
    """Whether it is so."""
    return story.truth[kind].state == "there"


def false(story: Story, kind: str) -> bool:
    """Whether it was told and is not so, not even on the edge."""
    return kind in story.alarms and story.truth[kind].state == "absent"


def report(found: dict[Seen, list[Story]]) -> str:
    """The tables of docs/detection.md."""
    whole = found["all"]
    lines = [*_summary(whole)]
    titles: dict[Seen, str] = {
        "all": "With samples",
        "no samples": "Losses, outputs and gradients, no samples",
        "losses and outputs": "Losses and outputs only",
    }
    for seen, title in titles.items():
        lines += [f"### {title}", "", *_kinds(found[seen]), ""]
    lines += ["### Transfer", "", *_transfer(whole), ""]
    lines += ["### By loss family", "", *_families(whole), ""]
    lines += ["### What was told of what was there", "", *_confusion(whole), ""]
    lines += ["### Each setting", "", *_settings(whole)]
    return "\n".join(lines) + "\n"


def _summary(whole: list[Story]) -> list[str]:
    healthy = [story for story in whole if story.healthy]
    unclear = [story for story in whole if not story.healthy and not any(there(story, kind) for kind in KINDS)]
    other = sum(_other(story) for story in whole)
    steps = sum(story.steps for story in healthy)
    alarms = sum(len(story.disturbing) for story in healthy)
    silent = sum(not story.disturbing for story in healthy)
    spent = 1e6 * sum(story.seconds for story in whole) / sum(story.steps for story in whole)
    measuring = 1e3 * median(second for story in whole for second in story.measuring)
    return [
        f"{len(whole)} trainings, {sum(story.steps for story in whole):,} steps: {len(healthy)} healthy ({steps:,} steps),",
        f"{len(unclear)} neither healthy nor of any failure by the rules. {other} came out other than their setting meant.",
        "",
        "| figure | to reach | measured |",
        "|---|---|---|",
        f"| false alarms on healthy runs, per 10,000 steps | 0.3 | {1e4 * alarms / max(1, steps):.2f} ({alarms}) |",
        f"| healthy runs that are silent | 0.95 | {wilson(silent, len(healthy))} |",
        f"| doctor's cost a step, all detectors | 25 µs | {spent:.0f} µs |",
        f"| sample metrics' cost a batch, median | 30 ms | {measuring:.0f} ms |",
        "",
    ]


def _other(story: Story) -> bool:
    meant = CASES[story.name].meant
    return not (there(story, meant) if meant else story.healthy)


def _kinds(stories: list[Story]) -> list[str]:
    lines = ["| kind | recall | precision | told on the edge | median delay, steps |", "|---|---|---|---|---|"]
    for kind in KINDS:
        should = [story for story in stories if there(story, kind)]
        hits = [story for story in should if kind in story.alarms]
        claimed = [story for story in stories if kind in story.alarms and story.truth[kind].state != "edge"]
        edge = sum(kind in story.alarms and story.truth[kind].state == "edge" for story in stories)
        delays = [
            story.alarms[kind].step - story.truth[kind].onset
            for story in hits
            if CASES[story.name].settings.get("inject_at") and CASES[story.name].meant == kind
        ]
        told = f"{median(delays):.0f} ({len(delays)})" if delays else "–"
        right = len(hits)
        lines.append(f"| `{kind}` | {wilson(right, len(should))} | {wilson(right, len(claimed))} | {edge} | {told} |")
    return lines


def _row(name: str, stories: list[Story]) -> str:
    healthy = [story for story in stories if story.healthy]
    should = [(story, kind) for story in stories for kind in CRITICAL if there(story, kind)]
    hits = sum(kind in story.alarms for story, kind in should)
    claims = [(story, kind) for story in stories for kind in story.alarms if story.truth[kind].state != "edge"]
    right = sum(there(story, kind) for story, kind in claims)
    alarms = sum(len(story.disturbing) for story in healthy)
    silent = wilson(sum(not story.disturbing for story in healthy), len(healthy))
    return f"| {name} | {len(stories)} | {silent} | {alarms} | {wilson(hits, len(should))} | {wilson(right, len(claims))} |"


HEAD = [
    "| | runs | healthy ones that are silent | false alarms on them | recall, critical kinds | precision, all kinds |",
    "|---|---|---|---|---|---|",
]


def _transfer(stories: list[Story]) -> list[str]:
    rows: dict[str, Callable[[Story], bool]] = {
        f"data `{HELD_OUT_DATA}`, not in the first calibration": lambda one: one.data == HELD_OUT_DATA,
        f"loss `{HELD_OUT_LOSS}`, not in the first calibration": lambda one: one.family == HELD_OUT_LOSS,
        "the others": lambda one: one.data != HELD_OUT_DATA and one.family != HELD_OUT_LOSS,
    }
    return [*HEAD, *(_row(name, list(filter(chosen, stories))) for name, chosen in rows.items())]


def _families(stories: list[Story]) -> list[str]:
    families = sorted({story.family for story in stories})
    return [*HEAD, *(_row(f"`{family}`", [one for one in stories if one.family == family]) for family in families)]


def _confusion(stories: list[Story]) -> list[str]:
    """Rows: the truth; a run has a row for each failure that is there. Columns: what was told of those runs."""
    lines = [
        "Rows: what was there; a run counts in the row of each failure it has. Columns: in how many of these runs a kind was",
        "told (as a consequence of another or not). Bold: the kind itself.",
        "",
        "| there | runs | " + " | ".join(f"`{kind}`" for kind in KINDS) + " |",
        "|---|---|" + "---|" * len(KINDS),
    ]
    rows: list[tuple[str, list[Story]]] = [
        (f"`{kind}`", [one for one in stories if there(one, kind)]) for kind in KINDS
    ]
    rows.append(("healthy", [one for one in stories if one.healthy]))
    rows.append(("neither", [s for s in stories if not s.healthy and not any(there(s, kind) for kind in KINDS)]))
    for name, mine in rows:
        told = [sum(kind in one.alarms for one in mine) for kind in KINDS]
        cells = [
            f"**{n}**" if f"`{kind}`" == name else str(n) if n else "" for n, kind in zip(told, KINDS, strict=True)
        ]
        lines.append(f"| {name} | {len(mine)} | " + " | ".join(cells) + " |")
    return lines


def _settings(stories: list[Story]) -> list[str]:
    lines = ["| setting | meant | runs | there (runs) | told (runs) |", "|---|---|---|---|---|"]
    for name, case in CASES.items():
        mine = [story for story in stories if story.name == name]
        if mine:
            truth = Counter(kind for one in mine for kind in KINDS if there(one, kind))
            truth["healthy"] = sum(one.healthy for one in mine)
            told = Counter(kind for one in mine for kind in one.alarms)
            lines.append(f"| {name} | {case.meant or 'healthy'} | {len(mine)} | {_counts(truth)} | {_counts(told)} |")
    return lines


def _counts(counter: Counter[str]) -> str:
    found = sorted(((kind, n) for kind, n in counter.items() if n), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{kind} ({n})" for kind, n in found) or "nothing"
