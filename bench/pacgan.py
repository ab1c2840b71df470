"""`python -m bench.pacgan OUT`: GAN against PacGAN2 on ring and grid, ten seeds each, beside the papers' figures: docs/pacgan.md.

Finished trainings are kept in the folder OUT, and not run again.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

from monitor.statistics import permutation_p
from trainer.experiment.plan import Plan, read
from trainer.experiment.play import Result, play

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "pacgan.md"
METRICS = {
    "sample/modes_captured": ("modes captured", 1.0, 1),
    "sample/high_quality": ("high-quality samples, %", 100.0, 1),
    "sample/reverse_kl_modes": ("reverse KL over modes", 1.0, 2),
}
# Lin, Khetan, Fanti and Oh, "PacGAN: The power of two samples in generative adversarial networks", NeurIPS 2018, section 4.1:
# mean ± standard error over ten trials.
PAPER = {
    ("ring", "gan"): ("6.3 ± 0.5", "98.2 ± 0.2", "0.45 ± 0.09"),
    ("ring", "pacgan2"): ("7.9 ± 0.1", "95.6 ± 2.0", "0.07 ± 0.03"),
    ("grid", "gan"): ("17.3 ± 0.8", "94.8 ± 0.7", "0.70 ± 0.07"),
    ("grid", "pacgan2"): ("23.8 ± 0.7", "91.3 ± 0.8", "0.13 ± 0.04"),
}
HEAD = """# GAN against PacGAN2

A small version of the comparison of Lin et al., *PacGAN: The power of two samples in generative adversarial networks*,
NeurIPS 2018, section 4.1: known modes, a plain non-saturating GAN against one whose discriminator judges two samples at once.
The settings are [pacgan-ring.toml](../examples/experiments/pacgan-ring.toml) and
[pacgan-grid.toml](../examples/experiments/pacgan-grid.toml): our own MLPs (three hidden layers of 128), {steps:,} steps of
{batch} samples, ten seeds. These are not the paper's networks, number of steps or tuning: the figures are not to agree, only the
direction of the effect is to be looked for. 2,500 samples of the end, as in the paper; mean ± standard error, as there. p:
permutation test of PacGAN2 against GAN, two-sided. Made by `python -m bench.pacgan FOLDER`.

"""


def cell(values: list[float], scale: float, digits: int) -> str:
    """Mean ± standard error, as the paper has it."""
    mean = statistics.fmean(values) * scale
    error = statistics.stdev(values) * scale / len(values) ** 0.5
    return f"{mean:.{digits}f} ± {error:.{digits}f}"


def lines(plan: Plan, results: dict[tuple[str, int], Result], data: str) -> list[str]:
    """The table's lines of one data set."""
    found = []
    for row, (metric, (title, scale, digits)) in enumerate(METRICS.items()):
        values = {
            variant: [
                result["scores"][metric]
                for (name, _), result in sorted(results.items())
                if name == variant and metric in result["scores"]
            ]
            for variant in plan.variants
        }
        cells = [cell(values[variant], scale, digits) for variant in plan.variants]
        papers = [PAPER[data, variant][row] for variant in plan.variants]
        p = permutation_p(values["pacgan2"], values["gan"])
        found.append(f"| {data} | {title} | {cells[0]} | {cells[1]} | {p:.2g} | {papers[0]} | {papers[1]} |")
    return found


def main() -> None:
    """Both sets, two trainings at a time."""
    out, table = Path(sys.argv[1]), list[str]()
    for data in ("ring", "grid"):
        plan = read(ROOT / "examples" / "experiments" / f"pacgan-{data}.toml")
        results = play(
            plan,
            out / data,
            os.cpu_count() or 1,
            {"mode": "disabled"},
            lambda job, error: print(job.key, error or "done", flush=True),
        )
        table += lines(plan, results, data)
    config = plan.jobs[0].config
    head = [
        "| data | metric | GAN, ours | PacGAN2, ours | p | GAN, paper | PacGAN2, paper |",
        "|---|---|---|---|---|---|---|",
    ]
    PAGE.write_text(HEAD.format(steps=config.steps, batch=config.batch_size) + "\n".join(head + table) + "\n")
    print("\n".join(head + table))


if __name__ == "__main__":
    main()
