"""Trainings by formula, as files."""

from __future__ import annotations

import math
import random
from pathlib import Path


def healthy(step: int, chance: random.Random) -> dict[str, float]:
    """Losses near the equilibrium, with noise."""
    return {
        "Loss_D": 1.386 + chance.gauss(0, 0.05),
        "Loss_G": 0.69 + chance.gauss(0, 0.05),
        "D(x)": 0.5 + chance.gauss(0, 0.02),
        "D(G(z))": 0.5 + chance.gauss(0, 0.02),
    }


def broken(step: int, chance: random.Random) -> dict[str, float]:
    """Healthy, until the discriminator's loss is NaN from step 700 on."""
    return healthy(step, chance) | ({"Loss_D": math.nan} if step >= 700 else {})


def csv_file(path: Path, steps: int, values: object = healthy) -> Path:
    """Writes one."""
    chance = random.Random(0)
    rows = [(step, values(step, chance)) for step in range(steps)]  # type: ignore[operator]
    head = ",".join(["iteration", *rows[0][1]])
    path.write_text("\n".join([head, *(",".join(map(str, (step, *row.values()))) for step, row in rows)]) + "\n")
    return path
