"""What a run is told of a training's config."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from trainer.config import Config
from trainer.losses import LOSSES
from trainer.remedies import targets


def declared(config: Config, scenario: str | None = None) -> dict[str, Any]:
    """The config, with the losses' values at the equilibrium where there are any: the charts draw them as lines."""
    ends = LOSSES[config.loss].equilibrium(targets(config))._asdict()
    found: dict[str, Any] = {"scenario": scenario} if scenario else {}
    return found | asdict(config) | {"equilibrium": {key: value for key, value in ends.items() if value is not None}}
