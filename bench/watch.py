"""What `run.watch` alone costs a training on digits, at its default schedule: told by the clock, and by itself; and whether the
weights are the same when it reads at every step."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import torch

import monitor
from bench.service import service
from bench.table import Row
from bench.training import TURNS, WatchOnly, called, fingerprint, overhead, turns
from trainer.config import Config
from trainer.loop import train

STEPS = 150  # of the trainings whose weights are compared


def watched(config: Config, server: str, folder: str, mode: Any, out: Any) -> None:
    """In a process of its own: the fingerprint of the weights, with readings and histograms as often as there can be."""
    torch.set_num_threads(1)
    with monitor.init(server=server, dir=folder, mode=mode, project="bench") as run:
        watch, run.watch = run.watch, lambda **networks: watch(every=1, **networks)  # type: ignore[method-assign]
        out.put(fingerprint(train(config, WatchOnly(run))))  # type: ignore[arg-type]


def measure() -> Iterator[Row]:
    """A DCGAN, one torch thread; see `bench.training` for the turns."""
    turn = 64
    base: dict[str, Any] = {"data": "digits", "model": "dcgan", "loss": "non-saturating", "seed": 1}
    with service() as running:
        config = Config.of(**base, steps=turn * (TURNS + 1))
        took = called(turns, config, running.url, str(running.dir), turn, True)
        (run,) = running.get("/runs")["runs"]
        answer = running.get(f"/runs/{run['id']}/series?names=system/watch_share&width=1000")
        short = Config.of(**base, steps=STEPS)
        about = (running.url, str(running.dir))
        equal = len({called(watched, short, *about, mode) for mode in ("online", "disabled")}) == 1
        found = running.get("/runs")["runs"]
        seen = sum(
            len(one["steps"]) for run in found for one in running.get(f"/runs/{run['id']}/histograms")["networks"]
        )
    low, share, high = (100 * quartile for quartile in statistics.quantiles(overhead(took), n=4))
    columns = answer["series"]["system/watch_share"]
    told = 2 * statistics.median(columns["last"])  # half of the turns were without it
    yield Row(
        f"`run.watch` alone, default schedule, dcgan on digits, steps of {statistics.median(took[::2]) / turn * 1e3:.1f} ms",
        "≤ 3 %, same weights",
        f"{share:+.1f} % (middle half of {TURNS // 2} turns {low:+.1f} … {high:+.1f} %); by its own account "
        f"(`system/watch_share`) {100 * told:.1f} %; read at every step of {STEPS}: "
        + ("bit-identical" if equal else "DIFFERENT")
        + f"; {seen} steps with histograms in all",
        share <= 3 and equal,
    )
