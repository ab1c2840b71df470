"""What a training does by itself about alerts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import monitor
from monitor.errors import InvalidValue
from tests.support import Service
from trainer.checkpoint import Checkpoint
from trainer.config import Config
from trainer.cures import CURES, cure
from trainer.loop import Stop, train
from trainer.on_alert import APART, Acting, Alarmed, OnAlert
from trainer.saving import Saving

SMALL: dict[str, Any] = {"data": "ring", "width": 8, "latent": 4, "batch_size": 8}


def alert(kind: str = "mode_collapse", onset: int = 8, **changed: Any) -> monitor.Alert:
    told = {
        "id": 1,
        "updated_at": 1.0,
        "severity": "critical",
        "state": "open",
        "step": onset,
        "summary": "…",
    } | changed
    return monitor.Alert(kind=kind, onset_step=onset, **told)


def with_alerts(*alerts: monitor.Alert) -> Any:
    return SimpleNamespace(alerts=list(alerts))


@pytest.fixture
def trained(off: monitor.Run, tmp_path: Path) -> tuple[Config, Saving]:
    """A training of 10 steps, saved every 3; the newest two copies and that of step 0 are there."""
    config, saving = Config.of(**SMALL, steps=30), Saving(tmp_path / "t.pt", 3, keep=2)

    def on_step(steps: int, *losses: float) -> None:
        if steps == 10:
            raise Stop

    with pytest.raises(Stop):
        train(config, off, on_step, saving)
    return config, saving


def test_checkpoints_from_before_are_kept(trained: tuple[Config, Saving]) -> None:
    _, saving = trained
    assert Checkpoint.load(saving.path).step == 10
    assert saving.kept() == [0, 6, 9]
    assert [found.step for step in (5, 6, 8, 99) if (found := saving.before(step))] == [0, 6, 6, 9]
    saving.forget_after(6)
    assert saving.kept() == [0, 6]


def test_rollback_goes_back_to_before_the_onset_with_a_remedy(trained: tuple[Config, Saving], off: monitor.Run) -> None:
    config, saving = trained
    done = OnAlert("rollback", saving).act(alert(onset=8), config)
    assert [done.start.step, done.rewound, saving.kept()] == [6, True, [0, 6]]
    changed = {key for key, value in asdict(done.config).items() if value != asdict(config)[key]}
    assert changed == {"gradient_penalty", "gp_weight", "beta1"}
    assert done.says.startswith("went back from step 10 to 6 with R1 penalty and no momentum (")
    assert done.told["alert"] == "mode_collapse"
    ended = train(done.config, off, saving=saving, start=done.start)  # the checkpoint goes with the changed config
    assert ended.steps == 30


def test_reduce_lr_halves_and_goes_on_from_where_it_is(trained: tuple[Config, Saving], off: monitor.Run) -> None:
    config, saving = trained
    done = OnAlert("reduce-lr", saving).act(alert(), config)
    assert [done.start.step, done.rewound] == [10, False]
    assert done.config.lr_generator == config.lr_generator / 2
    assert done.config.lr_discriminator == config.lr_discriminator / 2
    assert train(done.config, off, saving=saving, start=done.start).steps == 30


def test_checkpoint_keeps_a_copy(trained: tuple[Config, Saving]) -> None:
    config, saving = trained
    done = OnAlert("checkpoint", saving).act(alert(), config)
    assert [done.config, done.start.step, done.rewound] == [config, 10, False]
    assert Checkpoint.load(saving.path.with_name("t.mode_collapse.10.pt")).step == 10


def test_when_it_acts(trained: tuple[Config, Saving]) -> None:
    config, saving = trained
    policy = OnAlert("reduce-lr", saving, limit=2)
    for quiet in (alert(severity="warning"), alert(consequence_of="exploding_gradient"), alert(state="snoozed")):
        policy.look(with_alerts(quiet), 10)
    with pytest.raises(Acting):
        policy.look(with_alerts(alert()), 10)
    policy.act(alert(), config)
    policy.look(with_alerts(alert()), 10 + APART - 1)  # the same alert again, too soon
    with pytest.raises(Acting):
        policy.look(with_alerts(alert()), 10 + APART)
    policy.act(alert(), config)
    with pytest.raises(Alarmed, match="mode_collapse since step 8"):  # twice is enough
        policy.look(with_alerts(alert()), 10 + 2 * APART)
    with pytest.raises(Alarmed):
        OnAlert("stop", None).look(with_alerts(alert()), 10)


def test_a_policy_that_saves_needs_a_file() -> None:
    with pytest.raises(InvalidValue, match="--on-alert rollback needs --checkpoint FILE"):
        OnAlert("rollback", None)


@pytest.mark.parametrize("kind", [*CURES, "spectral_collapse"])
@pytest.mark.parametrize("loss", ["non-saturating", "wgan", "wgan-gp", "hinge"])
def test_every_alert_has_ever_another_remedy_that_fits_the_weights(
    kind: str, loss: str, off: monitor.Run, tmp_path: Path
) -> None:
    config, saving = Config.of(**SMALL, steps=2, loss=loss), Saving(tmp_path / "t.pt", 2, keep=1)
    train(config, off, saving=saving)
    known = [config]
    for _ in range(6):
        name, config = cure(kind, config)
        assert name
        assert config not in known
        known.append(config)
        start = saving.before(0)
        assert start is not None
        train(config, off, start=Checkpoint(asdict(config), start.run, start.training, start.showing))


@pytest.mark.timeout(300)
def test_a_collapsed_training_rolls_back_and_finds_its_modes(
    start_service: Callable[..., Service], tmp_path: Path
) -> None:
    """The generator learns fifty times as fast as the discriminator: all samples are one point. With the policy it ends on the
    ring's modes, without it does not."""
    service = start_service()
    setting = [
        "--data",
        "ring",
        "--latent",
        "2",
        "--width",
        "64",
        "--batch-size",
        "128",
        "--sample-every",
        "25",
    ]
    setting += ["--lr-generator", "5e-2", "--lr-discriminator", "1e-3", "--server", service.url, "--progress", "json"]
    policy = ["--checkpoint", str(tmp_path / "t.pt"), "--checkpoint-every", "100", "--on-alert", "rollback"]
    policy += ["--steps", "2500"]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "monitor", "train", *setting, *more],
            env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for more in (policy, ["--steps", "1000"])
    ]  # fmt: skip
    try:
        told = [process.communicate(timeout=280) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0], told
    helped, left = ([json.loads(line) for line in out.splitlines()] for out, _ in told)
    acts = [line["acted"] for line in helped if "acted" in line]
    assert acts
    assert all("mode collapse since step" in act and "went back from step" in act for act in acts[:1])
    assert "acted" not in {key for line in left for key in line}
    modes = [list(service.points("sample/modes_captured", lines[0]["run"]).items()) for lines in (helped, left)]
    # each once: what was logged on the way that was taken back is gone
    assert [[step for step, _ in steps] for steps in modes] == [[*range(0, last, 25), last] for last in (2499, 999)]
    ends = [[value or 0.0 for _, value in found[-10:]] for found in modes]
    assert sum(ends[0]) / 10 >= 6
    assert sum(ends[1]) / 10 <= 1
    detail = service.get(f"/runs/{helped[0]['run']}")
    assert [detail["state"], detail["last_step"]] == ["finished", 2499]
    assert detail["config"]["lr_generator"] == 1e-3  # what it ended with
    assert any(event["kind"] == "on_alert" for event in service.get(f"/runs/{helped[0]['run']}/events")["events"])
