"""One of the demo's trainings, followed while it runs, and held against what the service stored at the end."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from trainer.demo.children import Child, Children
from trainer.demo.recipes import Recipe
from trainer.demo.service import Service

STOP_PATIENCE = 1.8
STORED_TIMEOUT = 15.0  # seconds that the service gets to show the end of a finished run
# What `trainer.loop.train` logs at each step. So each of these must have as many points as there were steps.
EVERY_STEP = (
    "auc/discriminator", "generator_updates", "images_seen", "logits/fake", "logits/fake/std", "logits/real", "logits/real/std",
    "loss/discriminator", "loss/discriminator_fake", "loss/discriminator_real", "loss/generator",
    "lr/discriminator", "lr/generator",
)  # fmt: skip


@dataclass
class Training:
    """A training process and what it has told so far.

    Attributes:
        step: steps done. discriminator, generator: the last losses. refused: values and records that the SDK could not record.
        exit_code: None while it runs. stored, lost: points at the service, and points missing there; None: not known.
    """

    recipe: Recipe
    steps: int
    run: str = ""
    step: int = 0
    discriminator: float = math.nan
    generator: float = math.nan
    refused: int = 0
    exit_code: int | None = None
    stored: int | None = None
    lost: int | None = None
    said: list[str] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """True when it made all its steps and ended well."""
        return self.exit_code == 0 and self.step == self.steps

    async def follow(self, child: Child, changed: Callable[[Training], None]) -> None:
        """Reads what the process tells, until it ends; calls `changed` after each bit of news."""
        async for line in child.lines():
            if line.startswith("{"):
                self._hear(json.loads(line))
                changed(self)
        self.exit_code = await child.process.wait()
        self.said = [line for line in child.said if not line.startswith("{")]

    def _hear(self, news: dict[str, Any]) -> None:
        self.run = news.get("run", self.run)
        self.step = news.get("step", self.step)
        self.discriminator = news.get("discriminator", self.discriminator)
        self.generator = news.get("generator", self.generator)
        self.refused = news.get("refused", 0) + news.get("dropped", 0)

    async def compare(self, service: Service) -> None:
        """Asks the service what it has of this run, once the run's end has got there."""
        deadline = asyncio.get_running_loop().time() + STORED_TIMEOUT
        while self.run:
            try:
                detail = await service.get(f"/runs/{self.run}")
            except (OSError, ValueError):
                detail = {}
            if detail.get("state") == "finished" or asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.1)
        else:
            return
        if detail:
            counts = {series["name"]: series["count"] for series in detail["series"]}
            self.stored = detail["points"]
            self.lost = sum(max(0, self.step - counts.get(name, 0)) for name in EVERY_STEP) + self.refused


async def start(recipe: Recipe, service: Service, children: Children, seed: int, group: str, steps: int) -> Child:
    """Starts the training's process."""
    arguments = [
        "train", "--data", "digits", "--steps", str(steps), "--seed", str(seed),
        "--name", recipe.name, "--project", "demo", "--group", group, "--server", service.url,
        "--mode", "online", "--progress", "json", *recipe.arguments,
    ]  # fmt: skip
    return await children.start(arguments, STOP_PATIENCE)
