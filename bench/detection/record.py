"""`python -m bench.detection.record FOLDER SEEDS [NAME…]`: trains the corpus' cases; each is kept in `FOLDER/<name>-<seed>`."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import multiprocessing
import sys
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import numpy
import torch
from sklearn.datasets import load_digits

import monitor
from bench.detection.corpus import CASES
from bench.detection.held_out import HeldOut, Watched
from bench.detection.many import fits, key, record_together
from trainer.config import Config
from trainer.loop import train

Job = tuple[Path, list[tuple[str, int]]]  # (folder, (case, seed) of those that are trained side by side)
MOST = 20  # side by side: more take no less time each


def record(job: Job) -> str:
    """Trains what the job names; one alone by the trainer's own loop, with the SDK's journal."""
    folder, wanted = job
    torch.set_num_threads(1)
    try:
        configs = [(name, Config.of(**CASES[name].settings | {"seed": seed})) for name, seed in wanted]
        if fits(configs[0][1]) and not CASES[wanted[0][0]].few:
            return "\n".join(record_together(folder, configs))
        return _alone(folder, *wanted[0])
    except Exception:  # noqa: BLE001 -- what breaks off is left out, and the others go on
        return f"{wanted} failed\n{traceback.format_exc()}"


def _alone(folder: Path, name: str, seed: int) -> str:
    target = folder / f"{name}-{seed}"
    part = folder / f"{target.name}.part-{os.getpid()}"
    case = CASES[name]
    config = Config.of(**case.settings | {"seed": seed})
    with (
        tempfile.TemporaryDirectory() as place,
        monitor.init(
            project="detection", name=target.name, config=asdict(config), total_steps=config.steps, mode="offline",
            dir=str(part),
        ) as run,
    ):  # fmt: skip
        if case.few:
            few, others = _parted(case.few, seed)
            file = Path(place) / "few.npy"
            numpy.save(file, few)
            train(replace(config, data=str(file)), cast(Any, HeldOut(run, few, others)))
        else:
            train(config, cast(Any, Watched(run)))
    part.rename(target)
    return target.name


def _parted(count: int, seed: int) -> tuple[numpy.ndarray[Any, Any], numpy.ndarray[Any, Any]]:
    """`count` digits to learn from, and 500 others."""
    images = (load_digits().images / 8 - 1).astype(numpy.float32)[:, None]
    chosen = numpy.random.default_rng(seed).permutation(len(images))
    return images[chosen[:count]], images[chosen[-500:]]


def jobs(folder: Path, wanted: Iterable[tuple[str, int]]) -> list[Job]:
    """What is not there yet, in groups that can be trained side by side; the longest first."""
    groups: dict[Any, list[tuple[str, int]]] = {}
    for name, seed in wanted:
        if (folder / f"{name}-{seed}").is_dir():
            continue
        config = Config.of(**CASES[name].settings | {"seed": seed})
        alone = CASES[name].few or not fits(config)
        groups.setdefault((name, seed) if alone else key(config), []).append((name, seed))
    parts = [(folder, group[i : i + MOST]) for group in groups.values() for i in range(0, len(group), MOST)]
    return sorted(parts, key=lambda part: -len(part[1]))


def record_all(folder: Path, wanted: Iterable[tuple[str, int]], processes: int = 2) -> None:
    """Trains what is not there yet, in so many processes."""
    folder.mkdir(parents=True, exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for done in pool.imap_unordered(record, jobs(folder, wanted)):
            print(done, flush=True)


if __name__ == "__main__":
    seeds, names = range(*map(int, sys.argv[2].split(":"))), sys.argv[3:] or list(CASES)
    record_all(Path(sys.argv[1]), [(name, seed) for seed in seeds for name in names])
