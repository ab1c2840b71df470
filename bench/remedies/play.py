"""The trainings: one at a time, kept as soon as they are done, never made twice."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy
import torch

from trainer import data
from trainer.config import Config
from trainer.data.modes import Modes
from trainer.showing import POINTS, draw
from trainer.training import Training

LOOKS = 25  # a training, at even distances


class Look(NamedTuple):
    """The truth at one step. `kl`: reverse KL over modes in nats; None where no sample was of high quality."""

    step: int
    modes: float
    good: float
    kl: float | None


class Played(NamedTuple):
    """One training. `samples`: 2,500 drawn at its end, (2500, 2)."""

    seed: int
    seconds: float
    looks: list[Look]
    samples: numpy.ndarray

    @property
    def end(self) -> Look:
        """The last look."""
        return self.looks[-1]


def key(settings: dict[str, Any], seed: int) -> str:
    """Names a training's files: the same for the same settings, whoever asks."""
    told = json.dumps(settings | {"seed": seed}, sort_keys=True).encode()
    return hashlib.sha256(told).hexdigest()[:16]


def known(folder: Path, settings: dict[str, Any], seed: int) -> Played | None:
    """A training that was made, or None."""
    file = folder / f"{key(settings, seed)}.json"
    if not file.exists():
        return None
    kept = json.loads(file.read_text())
    looks = [Look(*look) for look in kept["looks"]]
    return Played(seed, kept["seconds"], looks, numpy.load(file.with_suffix(".npy")).astype(float))


def play(folder: Path, settings: dict[str, Any], seed: int) -> Played:
    """Trains and keeps it; what is there already is only read. The .json is written last: where it is, all is."""
    done = known(folder, settings, seed)
    if done is not None:
        return done
    started = time.perf_counter()
    looks, samples = train(Config.of(**settings | {"seed": seed}))
    seconds = time.perf_counter() - started
    kept = {"settings": settings, "seed": seed, "seconds": seconds, "looks": looks}
    file = folder / f"{key(settings, seed)}.json"
    part = folder / f"{file.stem}.{os.getpid()}.part"
    with part.open("wb") as to:
        numpy.save(to, samples.astype(numpy.float16))
    part.replace(file.with_suffix(".npy"))
    part.write_text(json.dumps(kept))
    part.replace(file)
    return Played(seed, seconds, looks, samples)


def train(config: Config) -> tuple[list[Look], numpy.ndarray]:
    """The looks, each at the same noise, and the last look's samples."""
    dataset = data.load(config.data, config.seed)
    assert dataset.modes is not None
    training, looks = Training(config, dataset), list[Look]()
    noise = torch.randn(POINTS, config.latent, generator=torch.Generator().manual_seed(config.seed + 1))
    while training.step < config.steps:
        training.advance()
        if training.step % (config.steps // LOOKS) == 0:
            samples = draw(training.shown, noise)
            looks.append(look(training.step, samples, dataset.modes))
    return looks, samples.numpy()


def look(step: int, samples: torch.Tensor, modes: Modes) -> Look:
    """What the samples are worth."""
    scores = modes.scores(samples)
    return Look(
        step, scores["sample/modes_captured"], scores["sample/high_quality"], scores.get("sample/reverse_kl_modes")
    )
