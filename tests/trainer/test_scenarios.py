"""Scenarios are settings that the trainer takes; what they cause is measured by `python -m bench.scenarios`."""

from __future__ import annotations

import pytest

from trainer import data
from trainer.config import Config
from trainer.losses import LOSSES
from trainer.scenarios import SCENARIOS
from trainer.training import Training


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_trains(name: str) -> None:
    config = Config.of(**SCENARIOS[name].settings | {"batch_size": 16, "width": 8})
    training = Training(config, data.load(config.data))
    assert "loss/generator" in training.advance()


def test_each_loss_family_has_a_healthy_one() -> None:
    healthy = {one.settings.get("loss", "non-saturating") for name, one in SCENARIOS.items() if "healthy" in name}
    assert healthy >= set(LOSSES)
