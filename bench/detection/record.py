"""`python -m bench.detection.record FOLDER SEEDS [NAME…]`: trains the corpus' cases, each into a journal of its own."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import multiprocessing
import sys
from dataclasses import asdict
from pathlib import Path

import torch

import monitor
from bench.detection.corpus import CASES
from trainer.config import Config
from trainer.loop import train


def record(job: tuple[Path, str, int]) -> str:
    """One case with one seed, kept in `folder/<name>-<seed>`; a finished one is not trained again."""
    folder, name, seed = job
    target = folder / f"{name}-{seed}"
    if not target.is_dir():
        torch.set_num_threads(1)
        config = Config.of(**CASES[name].settings | {"seed": seed})
        part = folder / f"{target.name}.part-{os.getpid()}"
        run = monitor.init(
            project="detection",
            name=target.name,
            config=asdict(config),
            total_steps=config.steps,
            mode="offline",
            dir=str(part),
        )
        with run:
            train(config, run)
        part.rename(target)
    return target.name


def main() -> None:
    """Trains what is asked for, two at a time."""
    folder, seeds, names = Path(sys.argv[1]), range(*map(int, sys.argv[2].split(":"))), sys.argv[3:] or list(CASES)
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(folder, name, seed) for seed in seeds for name in names]
    with multiprocessing.Pool(2) as pool:
        for done in pool.imap_unordered(record, jobs):
            print(done, flush=True)


if __name__ == "__main__":
    main()
