"""Training on digits with monitoring on (default schedule) against off: time, and whether the weights are the same.

A monitored and an unmonitored training, a process each, take turns of about a second, so that a machine that is now quick and
now slow is so for both. What the monitored one's threads do shortly after its turn is counted for the other; that is a
twentieth of a turn.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: spinning threads would measure each other

import hashlib
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from typing import Any

import torch

import monitor
from bench.service import Service, service
from bench.table import Row
from trainer.config import Config
from trainer.loop import Trained, train

MODES = ("online", "disabled")
PAIRS, TURNS = 12, 3
Turned = tuple[float, str]  # seconds of all turns, fingerprint of the weights


def one(config: Config, server: str, folder: str, mode: Any, steps: int, mine: Any, theirs: Any, out: Any) -> None:
    """In a process of its own: trains in turns of so many steps. It runs when it gets `mine`, then gives `theirs`."""
    torch.set_num_threads(1)
    took, began = 0.0, 0.0

    def step(done: int, *losses: float) -> None:
        nonlocal took, began
        if done % steps == 0:
            took += time.perf_counter() - began
            theirs.release()
            mine.acquire()
            began = time.perf_counter()

    train(Config.of(data="digits", model=config.model, steps=20), off(folder))  # loads libraries
    with monitor.init(server=server, dir=folder, mode=mode, project="bench") as run:
        mine.acquire()
        began = time.perf_counter()
        trained = train(config, run, step)
    theirs.release()
    out.put((mode, (took, fingerprint(trained))))


def off(folder: str) -> monitor.Run:
    """A run that records nothing."""
    return monitor.init(mode="disabled", dir=folder)


def fingerprint(trained: Trained) -> str:
    """Changes when any bit of the two networks does."""
    digest = hashlib.sha256()
    for network in (trained.generator, trained.discriminator):
        for name, value in network.state_dict().items():
            digest.update(name.encode() + value.numpy().tobytes())
    return digest.hexdigest()


def pair(config: Config, running: Service, steps: int, modes: tuple[str, ...]) -> dict[str, Turned]:
    """A monitored and an unmonitored training in turns."""
    context = multiprocessing.get_context("spawn")
    turns, out = [context.Semaphore(0) for _ in modes], context.Queue()
    processes = [
        context.Process(
            target=one,
            args=(config, running.url, str(running.dir), mode, steps, turns[place], turns[1 - place], out),
        )
        for place, mode in enumerate(modes)
    ]
    for process in processes:
        process.start()
    turns[0].release()
    found = dict(out.get(timeout=300) for _ in modes)
    for process in processes:
        process.join()
    return found


def measure() -> Iterator[Row]:
    """Both models, one torch thread. Where its weights happen to lie in memory makes one training a few percent quicker than
    its twin, so there are many short pairs; the median over them, and the range that holds the middle half."""
    for model, turn in (("dcgan", 64), ("mlp", 512)):
        config = Config.of(data="digits", model=model, loss="non-saturating", steps=turn * TURNS, seed=1)
        with service() as running:
            pairs = [pair(config, running, turn, MODES if number % 2 else MODES[::-1]) for number in range(PAIRS)]
        ratios = [found["online"][0] / found["disabled"][0] - 1 for found in pairs]
        low, share, high = (100 * quartile for quartile in statistics.quantiles(ratios, n=4))
        step = statistics.median(found["disabled"][0] for found in pairs) / config.steps
        equal = len({found[mode][1] for found in pairs for mode in MODES}) == 1
        yield Row(
            f"digits, {model}, steps of {step * 1e3:.1f} ms: monitoring on against off",
            "≤ 3 %, same weights",
            f"{share:+.1f} % (middle half of {PAIRS} pairs {low:+.1f} … {high:+.1f} %), "
            + ("bit-identical" if equal else "DIFFERENT"),
            share <= 3 and equal,
        )
