"""Training on digits with monitoring on (default schedule) against off: time, and whether the weights are the same.

Time: one training whose monitoring is switched on and off in turns of about a second; a turn with it is held against its two
neighbours without. Two trainings in two processes would differ by several percent for where their weights happen to lie in
memory. What the monitor's threads do shortly after a turn is counted for the next one; that is a twentieth of a turn.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: spinning threads would measure each other

import hashlib
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

import monitor
from bench.service import service
from bench.table import Row
from monitor.sdk.watch import Watch
from trainer.config import Config
from trainer.loop import Trained, train

TURNS = 81  # the first, the last and every other one without monitoring


class Switch:
    """A run that can be switched off: then it does what a disabled run does."""

    def __init__(self, run: Any, off: monitor.Run) -> None:
        self.run, self.off, self.on = run, off, False
        hook = Watch._hook

        def gated(watch: Watch, act: Callable[[Any], None]) -> Callable[[Any, Any, Any], None]:
            read = hook(watch, act)
            return lambda *about: read(*about) if self.on else None

        Watch._hook = gated  # type: ignore[assignment,method-assign]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.run if self.on or name in ("id", "watch", "reference") else self.off, name)


class WatchOnly:
    """A run that records what `watch` reads and nothing else."""

    def __init__(self, run: monitor.Run) -> None:
        self.run, self.id, self.watch = run, run.id, run.watch

    def log(self, values: Any, step: int) -> None:
        """Records what was read."""
        self.run.log({}, step=step)

    def samples(self, *about: Any, **more: Any) -> None:
        """Nothing."""

    reference = event = samples


def turns(config: Config, server: str, folder: str, steps: int, watch_only: bool, out: Any) -> None:
    """In a process of its own: seconds of each turn of so many steps."""
    torch.set_num_threads(1)
    took, began = list[float](), 0.0
    with monitor.init(server=server, dir=folder, project="bench") as run:
        switch = Switch(run, monitor.init(mode="disabled", dir=folder))
        if watch_only:
            switch.run = WatchOnly(run)

        def step(done: int, *losses: float) -> None:
            nonlocal began
            if done % steps == 0:
                now = time.perf_counter()
                took.append(now - began)
                began, switch.on = now, len(took) % 2 == 0

        train(config, switch, step)  # type: ignore[arg-type]
    out.put(took[1:])


def overhead(took: list[float]) -> list[float]:
    """For each turn with monitoring how much longer it took than its neighbours without, as a share."""
    without, beside = took[::2], took[1::2]
    return [on / ((a + b) / 2) - 1 for on, a, b in zip(beside, without, without[1:], strict=False)]


def weights(config: Config, server: str, folder: str, mode: Any, out: Any) -> None:
    """In a process of its own: the fingerprint of the weights."""
    torch.set_num_threads(1)
    with monitor.init(server=server, dir=folder, mode=mode, project="bench") as run:
        out.put(fingerprint(train(config, run)))


def fingerprint(trained: Trained) -> str:
    """Changes when any bit of the two networks does."""
    digest = hashlib.sha256()
    for network in (trained.generator, trained.discriminator):
        for name, value in network.state_dict().items():
            digest.update(name.encode() + value.numpy().tobytes())
    return digest.hexdigest()


def called(act: Callable[..., None], *arguments: Any) -> Any:
    """What `act` puts out in a process of its own."""
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    process = context.Process(target=act, args=(*arguments, out))
    process.start()
    found = out.get(timeout=600)
    process.join()
    return found


def measure() -> Iterator[Row]:
    """Both models, one torch thread."""
    for model, turn in (("dcgan", 64), ("mlp", 512)):
        base: dict[str, Any] = {"data": "digits", "model": model, "loss": "non-saturating", "seed": 1}
        with service() as running:
            about = (running.url, str(running.dir))
            took = called(turns, Config.of(**base, steps=turn * (TURNS + 1)), *about, turn, False)
            short = Config.of(**base, steps=3 * turn)
            equal = len({called(weights, short, *about, mode) for mode in ("online", "disabled")}) == 1
        ratios = overhead(took)
        low, share, high = (100 * quartile for quartile in statistics.quantiles(ratios, n=4))
        yield Row(
            f"digits, {model}, steps of {statistics.median(took[::2]) / turn * 1e3:.1f} ms: monitoring on against off",
            "≤ 3 %, same weights",
            f"{share:+.1f} % (middle half of {len(ratios)} turns {low:+.1f} … {high:+.1f} %), "
            + ("bit-identical" if equal else "DIFFERENT"),
            share <= 3 and equal,
        )
