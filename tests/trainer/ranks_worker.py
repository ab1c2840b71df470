"""One of several processes that train together: writes its weights, and what it was told of each step."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch

import monitor
from trainer.config import Config
from trainer.loop import train
from trainer.ranks import joined


def main() -> None:
    settings, out = json.loads(sys.argv[1]), Path(sys.argv[2])
    torch.set_num_threads(1)
    losses: list[tuple[float, float]] = []
    with joined(torch.device("cpu")) as ranks:
        run = monitor.init(mode="offline", dir=out / "journal")
        config = Config.of(**settings)
        trained = train(config, run, lambda _, *pair: losses.append(pair), ranks=ranks)
        run.finish()
        weights = {"G": trained.generator.state_dict(), "D": trained.discriminator.state_dict()}
        torch.save({"weights": weights, "losses": losses}, out / f"{ranks.rank}-of-{ranks.count}.pt")


if __name__ == "__main__":
    main()
