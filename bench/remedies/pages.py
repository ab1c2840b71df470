"""Puts figures, pictures and code into docs/remedies/; the prose around them is written by hand."""

from __future__ import annotations

import json
import statistics
import textwrap
from pathlib import Path
from typing import Any

from bench.remedies.cases import CASES, RING, SEEDS, TROUBLES, Case
from bench.remedies.figures import judged, table, values, verdict
from bench.remedies.picture import picture
from bench.remedies.play import Played, known

DOCS = Path(__file__).parents[2] / "docs"
PAGES, PICTURES = DOCS / "remedies", DOCS / "images" / "remedies"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def flags(settings: dict[str, Any]) -> str:
    """As options of `nashboard train`."""
    return " ".join(f"--{name.replace('_', '-')} {value}" for name, value in settings.items())


def command(base: dict[str, Any], remedy: dict[str, Any]) -> str:
    """To be pasted into a shell; the remedy is its last line."""
    lines = [*filled(f"nashboard train {flags(base)}").splitlines(), flags(remedy)]
    return " \\\n    ".join(lines)


def toml(settings: dict[str, Any]) -> str:
    """As lines of an experiment's file."""
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())


def pair(folder: Path, case: Case) -> tuple[list[Played], list[Played]] | None:
    """All seeds without and with; None where one is missing."""
    base = RING | case.base
    sides = [[known(folder, settings, seed) for seed in SEEDS] for settings in (base, base | case.settings)]
    before, after = ([one for one in side if one is not None] for side in sides)
    return (before, after) if len(before) == len(after) == len(SEEDS) else None


def block(name: str, case: Case, before: list[Played], after: list[Played]) -> str:
    """What stands between a page's markers."""
    trouble = TROUBLES[case.trouble]
    parts = [
        f"![Samples and curves without and with `{flags(case.settings)}`](../images/remedies/{name}.png)",
        f"Above: the samples of the seed in the middle (by modes, then by good samples), rings are the data's modes. "
        f"Below: all {len(SEEDS)} seeds. A sample is *good* within three standard deviations of a mode.",
        f"**In these runs: {verdict(case.trouble, before, after)}.**",
        "\n".join(table(before, after)),
        f"Means of {len(SEEDS)} seeds ({SEEDS[0]} to {SEEDS[-1]}) with 95 % intervals (Student's, which knows "
        "no bounds; of the share of seeds: Wilson's); "
        "p of the two-sided permutation test, with five against five at least 0.0079.",
        f"The trouble: {trouble.about}. The settings, and what is added:",
        f"```\n{command(RING | case.base, case.settings)}\n```",
        "In an experiment's file ([experiments.md](../experiments.md)):",
        f"```toml\n{toml(case.settings)}\n```",
        f"Tried beforehand, on seed 100 alone: {case.tried}.",
        "In any PyTorch loop:",
        f"```python\n{case.code}\n```",
    ]
    return "\n\n".join(part if part[0] in "|`!" else filled(part) for part in parts) + "\n"


def filled(words: str) -> str:
    """In lines of the usual length; flags stay whole."""
    return textwrap.fill(words, 130, break_on_hyphens=False, break_long_words=False)


def write(name: str, case: Case, before: list[Played], after: list[Played]) -> None:
    """The picture, and the page's part between the markers."""
    picture(PICTURES / f"{name}.png", flags(case.settings), before, after)
    page = PAGES / f"{name}.md"
    put(page, block(name, case, before, after))


def put(page: Path, text: str) -> None:
    """Replaces what stands between the markers."""
    head, _, rest = page.read_text().partition(BEGIN)
    page.write_text(head + BEGIN + text + END + rest.partition(END)[2])


def index(found: dict[str, tuple[list[Played], list[Played]]]) -> str:
    """The table of all remedies."""
    lines = ["| remedy | flag | against | modes | good samples | in our runs |", "|---|---|---|---|---|---|"]
    for name, (before, after) in found.items():
        case = CASES[name]
        changes = [
            " → ".join(f"{statistics.fmean(values(measure, side)):.2g}" for side in (before, after))
            for measure in judged(case.trouble)
        ]
        lines.append(
            f"| [{case.title}]({name}.md) | `{flags(case.settings)}` | {case.trouble} | {' | '.join(changes)} "
            f"| {verdict(case.trouble, before, after)} |"
        )
    lines += ["", "The troubles, each on the ring of eight Gaussians:", ""]
    used = {CASES[name].trouble for name in found}
    lines += [f"- *{name}*: {trouble.about}." for name, trouble in TROUBLES.items() if name in used]
    return "\n".join(lines) + "\n"


def pages(folder: Path) -> list[str]:
    """Writes all pages whose trainings are there, and the index; the names of those left out."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    found = {name: two for name, case in CASES.items() if (two := pair(folder, case)) is not None}
    for name, (before, after) in found.items():
        write(name, CASES[name], before, after)
    put(PAGES / "README.md", index(found))
    return [name for name in CASES if name not in found]
