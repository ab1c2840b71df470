"""`python -m bench.scenarios [SEEDS]`: trains every scenario with some seeds and writes docs/scenarios.md."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import math
import multiprocessing
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch

from monitor.sdk.logits import auc
from trainer import data
from trainer.config import Config
from trainer.scenarios import SCENARIOS
from trainer.showing import POINTS, draw
from trainer.training import Training

PAGE = Path(__file__).parent.parent / "docs" / "scenarios.md"
LOOKS = 12


class Look(NamedTuple):
    """What is seen at one step.

    Attributes:
        modes, good: captured, and share of high-quality samples; NaN where the truth is not known.
        spread: mean deviation of the samples' numbers. at: their mean (first two numbers).
        auc: of the discriminator. gradient: L2 norm of the generator's.
    """

    step: int
    modes: float
    good: float
    spread: float
    at: tuple[float, float]
    auc: float
    d_loss: float
    g_loss: float
    gradient: float


def look(training: Training, told: dict[str, torch.Tensor], noise: torch.Tensor) -> Look:
    """Looks at a training between two steps."""
    samples = draw(training.shown, noise)
    modes = training.dataset.modes
    scores = modes.scores(samples) if modes is not None else {}
    flat = samples.flatten(1)
    squares = sum(float(p.grad.square().sum()) for p in training.G.parameters() if p.grad is not None)
    ranked = auc(told["logits/real"].detach().numpy(), told["logits/fake"].detach().numpy())
    return Look(
        training.step,
        scores.get("sample/modes_captured", math.nan),
        scores.get("sample/high_quality", math.nan),
        float(flat.std(dim=0).mean()),
        (float(flat[:, 0].mean()), float(flat[:, 1].mean())),
        math.nan if ranked is None else ranked,
        float(told["loss/discriminator"].detach()),
        float(told["loss/generator"].detach()),
        math.sqrt(squares),
    )


def play(job: tuple[str, int]) -> tuple[str, int, float, list[Look]]:
    """One scenario with one seed: seconds taken, and the looks."""
    name, seed = job
    torch.set_num_threads(1)
    config = Config.of(**SCENARIOS[name].settings | {"seed": seed})
    training = Training(config, data.load(config.data, seed))
    noise = torch.randn(POINTS, config.latent, generator=torch.Generator().manual_seed(seed + 1))
    looks, started, told = list[Look](), time.perf_counter(), dict[str, torch.Tensor]()
    while training.step < config.steps:
        told = training.advance()
        if training.step % (config.steps // LOOKS) == 0:
            looks.append(look(training, told, noise))
    return name, seed, time.perf_counter() - started, looks


def healthy(looks: list[Look]) -> bool:
    """At least seven of eight modes in each of the last three looks."""
    return all(one.modes >= 7 for one in looks[-3:])


def swings(values: list[float]) -> int:
    """How often neighbours differ in sign."""
    return sum(a * b < 0 for a, b in pairwise(values))


def moves(looks: list[Look]) -> list[float]:
    """How far the samples' mean went between looks."""
    return [math.dist(a.at, b.at) for a, b in pairwise(looks)]


def half(looks: list[Look]) -> list[Look]:
    """The second half."""
    return looks[len(looks) // 2 :]


CAUSED: dict[str, tuple[str, Callable[[list[Look]], bool]]] = {
    "healthy-digits": (
        "spread of the samples above 0.3 to the end",
        lambda s: all(one.spread > 0.3 for one in half(s)),
    ),
    "collapse": ("spread below 0.02 throughout the second half", lambda s: all(one.spread < 0.02 for one in half(s))),
    "partial-collapse": (
        "1 to 4 modes throughout the second half",
        lambda s: all(1 <= one.modes <= 4 for one in half(s)),
    ),
    "mode-hopping": (
        "second half: at most two modes, the mean moves by over 0.3 between most looks",
        lambda s: all(one.modes <= 2 for one in half(s)) and sum(step > 0.3 for step in moves(half(s))) > LOOKS / 4,
    ),
    "vanishing-gradient": (
        "generator's gradient at the end below 1/10 of the first look's, AUC above 0.99",
        lambda s: s[-1].gradient < 0.1 * s[0].gradient and s[-1].auc > 0.99,
    ),
    "discriminator-too-strong": (
        "AUC above 0.99 throughout, generator's loss still rising",
        lambda s: all(one.auc > 0.99 for one in s) and s[-1].g_loss > s[len(s) // 2].g_loss,
    ),
    "discriminator-too-weak": (
        "AUC below 0.5 on most looks, no mode in the second half",
        lambda s: sum(one.auc < 0.5 for one in s) > LOOKS / 2 and all(one.modes == 0 for one in half(s)),
    ),
    "exploding": ("a loss that is not finite", lambda s: not math.isfinite(s[-1].d_loss)),
    "non-convergence": (
        "second half: at most two modes, the critic's loss changes its sign",
        lambda s: all(one.modes <= 2 for one in half(s)) and swings([one.d_loss for one in half(s)]) > 0,
    ),
    "fluctuating-quality": (
        "second half: modes range over 2 or more, or good samples over 0.2 or more",
        lambda s: (
            max(o.modes for o in half(s)) - min(o.modes for o in half(s)) >= 2
            or max(o.good for o in half(s)) - min(o.good for o in half(s)) >= 0.2
        ),
    ),
    "late-collapse": (
        "seven modes or more before step 2,000, spread below 0.02 at the end",
        lambda s: [one.modes for one in s if one.step <= 2000][-1] >= 7 and s[-1].spread < 0.02,
    ),
}
HEALTHY = ("at least 7 of 8 modes in each of the last three looks", healthy)


def page(found: list[tuple[str, int, float, list[Look]]], seeds: int) -> str:
    """docs/scenarios.md."""
    lines = [
        "# Scenarios",
        "",
        "`nashboard train --scenario NAME` causes, on purpose, what a GAN's training can come to. Further flags change it:",
        "`nashboard train --scenario collapse --spectral-norm discriminator`. All but `healthy-digits` train an MLP on the eight",
        "Gaussians of `ring`, where the truth is known and logged.",
        "",
        f"Made by `python -m bench.scenarios {seeds}`: {seeds} seeds each, {LOOKS} looks in each. *Caused* says in how",
        "many of the seeds the sign was seen; *end* is the last look of seed 0; *seconds*: the slowest seed's, two at a time.",
        "The settings were chosen by looking at seeds 0 to 3.",
        "",
        "| scenario | what happens | sign | caused | end: modes, good, spread, AUC, losses D / G | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for name, scenario in SCENARIOS.items():
        sign, holds = CAUSED.get(name, HEALTHY)
        mine = [(seed, took, looks) for which, seed, took, looks in found if which == name]
        caused = sum(holds(looks) for _, _, looks in mine)
        end = mine[0][2][-1]
        truth = "–, –" if math.isnan(end.modes) else f"{end.modes:.0f}, {end.good:.2f}"
        ends = f"{truth}, {end.spread:.2f}, {end.auc:.2f}, {end.d_loss:.3g} / {end.g_loss:.3g}"
        took = max(took for _, took, _ in mine)
        lines.append(f"| `{name}` | {scenario.about} | {sign} | {caused} of {seeds} | {ends} | {took:.0f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Two trainings at a time."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    jobs = [(name, seed) for name in SCENARIOS for seed in range(seeds)]
    found = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for one in pool.imap(play, jobs):
            found.append(one)
            print(one[0], one[1], f"{one[2]:.0f} s", *(tuple(one[3][-1])), flush=True)
    PAGE.write_text(page(found, seeds))


if __name__ == "__main__":
    main()
