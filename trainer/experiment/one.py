"""`python -m trainer.experiment.one`: one training of an experiment, in a process of its own; the job comes on standard input."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch

import monitor
from trainer import data
from trainer.config import Config
from trainer.declared import declared
from trainer.loop import Trained, train
from trainer.showing import POINTS, draw

LAST = 0.1  # share of the steps that the final losses are the mean of


def scores(config: Config, trained: Trained, losses: list[tuple[float, float]], seconds: float) -> dict[str, Any]:
    """What a training came to; NaN never appears, a value that is not finite is left out."""
    last = losses[-max(1, int(LAST * len(losses))) :]
    noise = torch.randn(POINTS, config.latent, generator=torch.Generator().manual_seed(config.seed + 2))
    samples = draw(trained.generator, noise)
    modes = data.load(config.data, config.seed).modes
    found: dict[str, float] = dict(modes.scores(samples)) if modes is not None else {}
    found["loss/discriminator"] = sum(d for d, _ in last) / len(last)
    found["loss/generator"] = sum(g for _, g in last) / len(last)
    found["seconds"] = seconds
    diverged = not bool(samples.isfinite().all()) or not all(map(math.isfinite, found.values()))
    share = found["sample/modes_captured"] / len(modes.centers) if modes is not None else None
    return {
        "scores": {name: value for name, value in found.items() if math.isfinite(value)},
        "diverged": diverged,
        "modes_share": share,
    }


def main() -> None:
    """Trains, and writes the result whole or not at all."""
    job = json.load(sys.stdin)
    torch.set_num_threads(1)
    config, out = Config(**job["config"]), Path(job["out"])
    losses: list[tuple[float, float]] = []
    started = time.perf_counter()
    with monitor.init(config=declared(config), total_steps=config.steps, **job["run"]) as run:
        trained = train(config, run, lambda _, d_loss, g_loss: losses.append((d_loss, g_loss)))
    result = scores(config, trained, losses, time.perf_counter() - started) | {"run": run.id}
    part = out.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(result))
    part.replace(out)


if __name__ == "__main__":
    main()
