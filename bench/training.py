"""Training on digits with monitoring on (default schedule) against off: time, and whether the weights are the same."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: spinning threads would measure each other

import time
from collections.abc import Iterator

import torch

import monitor
from bench.service import Service, service
from bench.table import Row
from trainer.config import Config
from trainer.loop import Trained, train

ROUNDS = 7


def once(config: Config, running: Service, mode: str) -> tuple[float, Trained]:
    """Seconds of one training, start and end of the run included, and what it left."""
    start = time.perf_counter()
    with monitor.init(server=running.url, dir=str(running.dir), mode=mode, project="bench") as run:  # type: ignore[arg-type]
        trained = train(config, run)
        took = time.perf_counter() - start
    return took, trained


def same(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    """Whether two networks are equal to the last bit."""
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def measure() -> Iterator[Row]:
    """Trainings in turn, on and off, one torch thread; the fastest of each."""
    torch.set_num_threads(1)
    for model, steps in (("dcgan", 300), ("mlp", 600)):
        config = Config.of(data="digits", model=model, loss="non-saturating", steps=steps, seed=1)
        on, off, equal = [], [], True
        with service() as running:
            once(config, running, "disabled")
            for _ in range(ROUNDS):
                slow, watched = once(config, running, "online")
                fast, alone = once(config, running, "disabled")
                on.append(slow)
                off.append(fast)
                equal = equal and same(watched.generator, alone.generator)
                equal = equal and same(watched.discriminator, alone.discriminator)
        share = (min(on) / min(off) - 1) * 100
        word = "bit-identical" if equal else "DIFFERENT"
        what = f"digits, {model}, {steps} steps of {min(off) / steps * 1e3:.1f} ms: monitoring on against off"
        yield Row(what, "≤ 3 %, same weights", f"{share:+.1f} %, {word}", share <= 3 and equal)
