"""`python -m bench.looks FOLDER`: trains a few runs into a service's folder, and prints how every metric looks in each."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import math
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import torch

import monitor
from bench.service import Service, launch
from tests.support import until
from trainer.config import Config
from trainer.declared import declared
from trainer.loop import train
from trainer.scenarios import SCENARIOS

LOOKS = 20  # of each run
SETTLES = 1800  # seconds that metrics and maps of all runs may take
LAST = 5  # looks at the end of a run whose median is told
DIGITS = {"data": "digits", "model": "dcgan", "width": 16, "batch_size": 64}
SAME = {"lr_generator": 2e-3, "lr_discriminator": 2e-3}
RUNS: dict[str, tuple[dict[str, Any], str]] = {
    "ring-healthy": (SCENARIOS["healthy"].settings, ""),
    "ring-collapsed": (SCENARIOS["collapse"].settings, ""),
    "ring-partial": (SCENARIOS["partial-collapse"].settings, ""),
    "ring-hopping": (SCENARIOS["mode-hopping"].settings, ""),
    "digits-healthy": (DIGITS | SAME | {"steps": 1500}, "digits"),
    "digits-collapsed": (DIGITS | SAME | {"lr_generator": 3e-2, "beta1": 0.9, "steps": 800}, "digits"),
}


def play(service: Service, name: str) -> None:
    """Trains one run, with its name as id."""
    settings, extractor = RUNS[name]
    config = Config.of(**settings | {"sample_every": settings["steps"] // LOOKS})
    run = monitor.init(
        server=service.url, dir=service.dir, project="looks", name=name, config=declared(config), resume=name,
        total_steps=config.steps, extractor=extractor or None, media_backlog=1000, flush_timeout=120.0,
    )  # fmt: skip
    began = time.monotonic()
    with run:
        train(config, run)
    print(f"{name}: {config.steps} steps, {time.monotonic() - began:.0f} s", file=sys.stderr)


def settle(service: Service, names: list[str]) -> None:
    """Waits until all samples are measured and on their maps."""

    def settled() -> bool:
        jobs = [job for name in names for job in service.get(f"/runs/{name}/projections")["jobs"]]
        return not any(job["state"] in ("queued", "running") for job in jobs)

    until(settled, timeout=SETTLES)


def table(service: Service, names: list[str]) -> str:
    """Markdown: for each metric its floor and the median of the last five looks of each run; of one data set."""
    values = {name: _last(service, name) for name in names}
    metrics = sorted({metric for found in values.values() for metric in found if metric.startswith("sample/")})
    lines = ["| metric | the data themselves | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for metric in metrics:
        floor = values[names[0]].get(metric.replace("sample/", "sample_floor/"))
        cells = [_shown(found.get(metric)) for found in values.values()]
        lines.append(f"| `{metric}` | {_shown(floor)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _last(service: Service, run: str) -> dict[str, float]:
    found = service.get(f"/runs/{run}/series", width=20_000)["series"]
    known = {name: [one for one in columns["last"] if one is not None] for name, columns in found.items()}
    return {name: median(column[-LAST:]) for name, column in known.items() if column}


def _shown(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.3g}"


def main() -> None:
    """Trains those runs that are not in the folder yet, then prints the tables."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m bench.looks FOLDER")
    torch.set_num_threads(1)
    service = launch(Path(sys.argv[1]).absolute())
    try:
        there = {run["id"] for run in service.get("/runs", project="looks")["runs"]}
        for name in RUNS:
            if name not in there:
                play(service, name)
        settle(service, list(RUNS))
        for data in ("ring", "digits"):
            print(f"\n{data}\n")
            print(table(service, [name for name in RUNS if name.startswith(data)]))
    finally:
        service.process.terminate()
        service.process.wait(20)


if __name__ == "__main__":
    main()
