"""Synthetic trainings whose fate is known: what a healthy run logs, and how each failure changes it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

from monitor.doctor import Alert, Doctor

FLOOR = {"sample_floor/coverage": 0.97, "sample_floor/energy_distance": 0.004}
EVERY = 50  # steps between two sample batches

Change = Callable[[int, dict[str, float]], None]


def healthy(step: int, rng: random.Random) -> dict[str, float]:
    """A step of a non-saturating GAN that has settled: losses at the equilibrium, gradients steady."""
    settle = math.exp(-step / 300)
    return {
        "loss/discriminator": 2 * math.log(2) * (1 - 0.4 * settle) + rng.gauss(0, 0.05),
        "loss/generator": math.log(2) * (1 + settle) + rng.gauss(0, 0.05),
        "logits/real": 2 * settle + rng.gauss(0, 0.05),
        "logits/fake": -2 * settle + rng.gauss(0, 0.05),
        "logits/real/std": 0.5 + rng.gauss(0, 0.01),
        "logits/fake/std": 0.5 + rng.gauss(0, 0.01),
        "auc/discriminator": min(1.0, 0.52 + 0.4 * settle + rng.gauss(0, 0.03)),
        "grad_norm/generator": (0.5 + settle) * math.exp(rng.gauss(0, 0.3)),
        "grad_norm/discriminator": (0.4 + settle) * math.exp(rng.gauss(0, 0.3)),
        "update_ratio/generator": 1e-3,
        "update_ratio/discriminator": 1e-3,
    }


def healthy_samples(step: int, rng: random.Random) -> dict[str, float]:
    """The statistics of a batch: an untrained generator's at first, the data's after some hundred steps."""
    learnt = 1 - math.exp(-step / 250)
    return {
        "sample/diversity": 0.1 + 0.9 * learnt + rng.gauss(0, 0.02),
        "sample/nearest_neighbor_distance": 0.3 + 0.7 * learnt + rng.gauss(0, 0.05),
        "sample/duplicates": max(0.0, 0.6 - 0.55 * learnt + rng.gauss(0, 0.01)),
        "sample/precision": 0.3 + 0.65 * learnt,
        "sample/coverage": max(0.0, min(1.0, 0.95 * learnt + rng.gauss(0, 0.02))),
        "sample/effective_modes": min(1.0, 0.2 + 0.8 * learnt + rng.gauss(0, 0.02)),
        "sample/energy_distance": 0.4 * (1 - learnt) + 0.004 + abs(rng.gauss(0, 0.001)),
        "sample/two_sample_accuracy": 1.0 - 0.45 * learnt + rng.gauss(0, 0.02),
        "sample/movement": 0.08 + 0.5 * (1 - learnt),
        "sample/path_efficiency": 0.3 + rng.gauss(0, 0.05),
        "sample/turnover": max(0.0, 0.02 + rng.gauss(0, 0.02)),
        "sample/modes": 10.0,
        "sample/modes_union": 10.0,
    }


def play(
    steps: int,
    change: Change | None = None,
    seed: int = 0,
    samples: bool = True,
    keep: tuple[str, ...] = (),
    **given: Any,
) -> tuple[list[Alert], Doctor]:
    """A training of so many steps, changed by `change(step, values)`, in front of a doctor: what was told, and the doctor.

    `keep`: only signals that start with one of these are logged.
    """
    doctor, rng, told = Doctor(**{"config": {"loss": "non-saturating"}} | given), random.Random(seed), list[Alert]()
    for step, values in rows(steps, change, rng, samples):
        wanted = {name: value for name, value in values.items() if not keep or name.startswith(keep)}
        told += doctor.observe(step, wanted)
    return told + doctor.close(), doctor


def rows(
    steps: int, change: Change | None, rng: random.Random, samples: bool
) -> Iterator[tuple[int, dict[str, float]]]:
    """(step, values); the samples' statistics come in rows of their own, after the step's."""
    for step in range(steps):
        values = healthy(step, rng)
        if change is not None:
            change(step, values)
        yield step, values
        if samples and step and step % EVERY == 0:
            measured = healthy_samples(step, rng)
            if change is not None:
                change(step, measured)
            yield step, measured | FLOOR


def only_samples(act: Change) -> Change:
    """`act` on batches of samples alone."""

    def change(step: int, values: dict[str, float]) -> None:
        if "sample/diversity" in values:
            act(step, values)

    return change
