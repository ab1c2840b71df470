"""Runs as a training would send them, made up by formula so that tests know every value."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PIL import Image

from monitor import wire
from tests.support import Service

START = 1_790_000_000.0
CHUNK = 2000


def losses(step: int) -> dict[str, float]:
    """A healthy run's usual values."""
    return {
        "loss/generator": 1 + math.sin(step / 50) / 4,
        "loss/discriminator": 1.4 + math.cos(step / 50) / 4,
        "logits/real": 0.5 + math.sin(step / 80) / 3,
        "logits/fake": -0.5 + math.sin(step / 80) / 3,
        "grad_norm/generator": 2 + math.sin(step / 30),
        "grad_norm/discriminator": 1 + math.cos(step / 30) / 2,
        "images_seen": 64.0 * (step + 1),
    }


def grid(shade: int) -> bytes:
    """A 2 × 2 grid of 8 × 8 tiles in one shade of grey."""
    buffer = io.BytesIO()
    Image.new("L", (16, 16), shade).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


class Lab:
    """A service and what is sent to it."""

    def __init__(self, service: Service) -> None:
        self.service, self._next = service, dict[str, int]()

    @property
    def url(self) -> str:
        """The dashboard's address."""
        return self.service.url

    def run(self, run: str, **info: Any) -> str:
        """Declares a run."""
        self.service.declare(run, **{"name": run, "project": "tests", "started_at": START, **info})
        return run

    def ship(self, run: str, records: Iterable[wire.Record], lane: str = "") -> None:
        """Sends records; the numbering goes on by itself."""
        sender, waiting = f"{run}-s{lane}", list(records)
        for at in range(0, len(waiting), CHUNK):
            some = waiting[at : at + CHUNK]
            first = self._next.get(sender, 1)
            self.service.ship(*some, run=run, sender=sender, first_seq=first)
            self._next[sender] = first + len(some)

    def log(self, run: str, steps: Iterable[int], values: Callable[[int], Mapping[str, float]] = losses) -> None:
        """Sends each step's values, a tenth of a second apart."""
        self.ship(run, (wire.Scalars(step, START + step / 10, dict(values(step))) for step in steps))

    def samples(self, run: str, steps: Iterable[int], name: str = "fixed", kind: Any = "fixed") -> None:
        """Sends a grid a step; the shade tells the step."""
        records = [
            wire.Samples(step, START + step / 10, name, kind, grid(step % 251), 2, 2, 4, 8, 8, "[-1, 1]", inferred=True)
            for step in steps
        ]
        self.ship(run, records, lane="-media")

    def finish(self, run: str) -> None:
        """Ends a run by its own word."""
        self.ship(run, [wire.Finish(START + 1e4, "finished")])
