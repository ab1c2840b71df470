"""Two processes train what one process trains."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from monitor import wire
from monitor.errors import InvalidValue
from monitor.sdk.reading import records
from tests.support import until
from trainer.checkpoint import Checkpoint
from trainer.ranks import Ranks

SMALL: dict[str, Any] = {
    "width": 16,
    "latent": 4,
    "batch_size": 16,
    "steps": 20,
    "lr_generator": 1e-3,
    "lr_discriminator": 1e-3,
}
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "GLOO_SOCKET_IFNAME": "lo"}


def trained(out: Path, processes: int, **settings: Any) -> list[dict[str, Any]]:
    """What each of so many processes came to."""
    start = TORCHRUN if processes == 2 else [sys.executable, "-m"]
    done = subprocess.run(
        [*start, "tests.trainer.ranks_worker", json.dumps(SMALL | settings), str(out)],
        env=os.environ | ENVIRONMENT, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [torch.load(out / f"{rank}-of-{processes}.pt") for rank in range(processes)]


def flat(result: dict[str, Any], networks: str = "GD") -> torch.Tensor:
    return torch.cat([value.flatten().double() for name in networks for value in result["weights"][name].values()])


def test_two_processes_train_what_one_trains(tmp_path: Path) -> None:
    """Without batch statistics, the mean of two halves' gradients is the gradient of the whole batch, up to rounding."""
    settings = {"data": "ring", "model": "mlp", "accumulate": 2, "gradient_penalty": "r1", "gradient_clip": 0.5}
    (alone,) = trained(tmp_path, 1, **settings)
    first, second = trained(tmp_path, 2, **settings)
    assert torch.equal(flat(first), flat(second))
    moved = (flat(alone) - flat(trained(tmp_path, 1, **settings | {"steps": 1})[0])).abs().max()
    assert moved > 0.01  # so that what follows says something
    assert (flat(alone) - flat(first)).abs().max() < 1e-4
    torch.testing.assert_close(torch.tensor(first["losses"]), torch.tensor(alone["losses"]), atol=1e-4, rtol=1e-3)
    assert first["losses"] == second["losses"]  # those of the whole batch


def norms(out: Path) -> dict[tuple[int, str], float]:
    """The gradient norms that the one run in `out` recorded."""
    (folder,) = (out / "journal" / "journal").iterdir()
    return {
        (record.step, name): value
        for record in records(folder)
        if isinstance(record, wire.Scalars)
        for name, value in record.values.items()
        if name.startswith("grad_norm")
    }


def test_norms_are_those_of_the_averaged_gradient(tmp_path: Path) -> None:
    settings = {"data": "ring", "model": "mlp"}
    for processes in (1, 2):
        (tmp_path / str(processes)).mkdir()
        trained(tmp_path / str(processes), processes, **settings)
    alone, together = norms(tmp_path / "1"), norms(tmp_path / "2")
    both = alone.keys() & together.keys()
    assert {name for _, name in both} >= {"grad_norm/generator", "grad_norm/discriminator"}
    assert max(step for step, _ in both) > 0
    assert {key: together[key] for key in both} == pytest.approx({key: alone[key] for key in both}, rel=1e-3)
    assert not [name for _, name in together if "clipped" in name]


def test_weights_and_statistics_stay_equal_with_everything_on(tmp_path: Path) -> None:
    settings = {
        "data": "digits", "model": "dcgan", "loss": "relativistic", "steps": 4, "instance_noise": 0.1, "input_noise": 0.1,
        "gradient_penalty": "dragan", "spectral_norm": "discriminator", "ema": 0.9, "historical_averaging": 0.1,
        "feature_matching": 1.0, "minibatch": "std", "pack": 2, "sample_every": 2,
    }  # fmt: skip
    first, second = trained(tmp_path, 2, **settings)
    assert torch.equal(flat(first), flat(second))
    assert flat(first).isfinite().all()
    assert (
        len(list((tmp_path / "journal").rglob("owner*")) or list((tmp_path / "journal" / "journal").iterdir())) == 1
    )  # one run


@pytest.mark.parametrize(("batch_size", "pack", "count"), [(15, 1, 2), (18, 2, 6), (64, 3, 2)])
def test_a_batch_that_can_not_be_shared_is_refused(batch_size: int, pack: int, count: int) -> None:
    with pytest.raises(InvalidValue, match=rf"batch_size={batch_size} can't be shared by {count} processes"):
        Ranks(0, count).check(batch_size, pack)


def test_shares_are_disjoint_and_complete() -> None:
    batch = torch.arange(12)
    assert torch.equal(torch.cat([Ranks(rank, 3).share(batch) for rank in range(3)]), batch)


def test_each_process_draws_its_own_noise() -> None:
    rng = torch.Generator().manual_seed(0)
    assert Ranks().own(rng, 5, 7) is rng
    drawn = {
        tuple(torch.randn(3, generator=Ranks(rank, 2).own(rng, 5, step)).tolist())
        for rank in range(2)
        for step in range(3)
    }
    assert len(drawn) == 6


def test_the_command_under_torchrun_saves_once_and_ends_at_one_step(tmp_path: Path) -> None:
    """One process is told to end: all end after the same step, and the file goes on where they stopped."""
    path = tmp_path / "t.pt"
    small = [
        "--data",
        "ring",
        "--width",
        "8",
        "--latent",
        "4",
        "--batch-size",
        "8",
        "--steps",
        "1000000",
        "--mode",
        "offline",
    ]
    arguments = ["monitor", "train", *small, "--dir", str(tmp_path / "home"), "--checkpoint", str(path)]
    arguments += ["--checkpoint-every", "20"]
    process = subprocess.Popen(
        [*TORCHRUN, *arguments, "--progress", "json"],
        env=os.environ | ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: path.exists(), 60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    told = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    assert told[-1]["ended"].startswith("Stopped by"), err
    assert Checkpoint.load(path).step == told[-1]["step"] >= 20
    assert len([line for line in told if "run" in line]) == 1  # the other process is silent
    again = [sys.executable, "-m", *arguments, "--resume", "--progress", "none"]
    alone = subprocess.Popen(again, env=os.environ | ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: Checkpoint.load(path).step > told[-1]["step"], 60)  # with one process, too
    finally:
        alone.kill()
        alone.communicate()
