"""`run.samples` of 64 RGB images of 64×64 on the training thread."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch

import monitor
from bench import peers
from bench.service import service
from bench.table import Row, quantile


def measure() -> Iterator[Row]:
    """Median of 20 calls, spaced so that encoding (off the training thread) keeps up."""
    torch.manual_seed(0)
    images = torch.rand(64, 3, 64, 64) * 2 - 1
    took = []
    with service() as running, monitor.init(server=running.url, dir=str(running.dir)) as run:
        for step in range(20):
            start = time.perf_counter()
            run.samples(images, step=step)
            took.append((time.perf_counter() - start) * 1e3)
            time.sleep(0.25)
        run.finish()
        stored = len(running.get(f"/runs/{run.id}/samples")["samples"])
    median = quantile(took, 0.5)
    others = peers.words(peers.measure("samples_call"), "ms")
    what = f"`run.samples` of 64 RGB images 64×64 ({stored} of 20 grids stored)"
    yield Row(what, "≤ 3 ms", f"{median:.2f} ms", median <= 3 and stored == 20, others)
