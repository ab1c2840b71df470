"""A database of many runs, written straight by the service's own applier before the service starts."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

from monitor import wire
from monitor.doctor import Doctor
from monitor.ingest.apply import Applier
from monitor.storage.blobs import Blobs
from monitor.storage.database import migrate, open_engine, url_of

FAMILIES = ("non-saturating", "wgan-gp", "hinge", "lsgan")


def info(number: int, rng: random.Random) -> wire.RunInfo:
    """A run as a training declares it, with a config of some thirty values."""
    family = FAMILIES[number % len(FAMILIES)]
    config: dict[str, Any] = {f"option_{at}": rng.random() for at in range(24)}
    config |= {"loss": family, "seed": number % 10, "generator": {"lr": 2e-4, "layers": [64, 128, 256]}}
    return wire.RunInfo(
        f"run-{number:05d}",
        f"project-{number % 20}",
        f"{family}-{number}",
        f"setting-{number // 10}",
        ["baseline"] if number % 7 == 0 else ["sweep", f"night-{number % 30}"],
        config,
        total_steps=1000,
        environment={"host": "bench", "packages": {f"package-{at}": "1.0" for at in range(30)}},
    )


def fill(folder: Path, runs: int, steps: int = 40) -> None:
    """Writes `runs` finished runs with both losses and a few signals more. Their doctors have seen them: a service that starts
    with runs new to it goes through all of them, which is not what lists are measured beside."""
    engine = open_engine(url_of(folder))
    migrate(engine)
    applier, rng = Applier(engine, Blobs(folder / "blobs")), random.Random(0)
    writing = engine.execution_options(writes=True)
    healthy = Doctor().dump()
    for first in range(0, runs, 250):
        with writing.begin() as connection:
            for number in range(first, min(first + 250, runs)):
                told = info(number, rng)
                applier.declare(connection, told)
                some: list[wire.Record] = [
                    wire.Scalars(
                        step * 8,
                        1.79e9 + step,
                        {
                            "loss/generator": 1 + math.sin(step / 9 + number),
                            "loss/discriminator": 1.4 + rng.random() / 4,
                            "grad_norm/generator": 1.0,
                            "sample/coverage": rng.random(),
                        },
                    )
                    for step in range(steps)
                ]
                ended = wire.Finish(1.79e9 + steps, "crashed" if number % 11 == 0 else "finished")
                applier.batch(connection, told.id, wire.Batch("bench", 1, [*some, ended]))
            applier.flush(connection)
            for number in range(first, min(first + 250, runs)):
                applier.alerted(connection, f"run-{number:05d}", [], healthy)
        applier.committed()
    engine.dispose()
