"""A training that was stopped goes on as if it had not been."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

import monitor
from monitor.errors import InvalidValue
from tests.trainer.test_loop import same
from trainer.checkpoint import Checkpoint
from trainer.config import Config
from trainer.loop import Stop, train
from trainer.saving import Saving

SETTINGS: dict[str, dict[str, Any]] = {
    "digits": {"data": "digits", "sample_every": 3},
    "ring with everything": {
        "data": "ring", "loss": "relativistic", "ema": 0.9, "historical_averaging": 0.1, "instance_noise": 0.1,
        "input_noise": 0.1, "spectral_norm": "both", "lr_schedule": "cosine", "gradient_penalty": "dragan", "pack": 2,
    },
}  # fmt: skip


def config(**given: Any) -> Config:
    return Config.of(**({"steps": 10, "width": 8, "latent": 4, "batch_size": 8} | given))


def stop_at(step: int) -> Any:
    def on_step(steps: int, d_loss: float, g_loss: float) -> None:
        if steps == step:
            raise Stop

    return on_step


@pytest.mark.parametrize("setting", SETTINGS)
def test_going_on_is_bit_exact(setting: str, off: monitor.Run, tmp_path: Path) -> None:
    settings, path = config(**SETTINGS[setting]), tmp_path / "deep" / "training.pt"
    whole = train(settings, off)
    with pytest.raises(Stop):
        train(settings, off, stop_at(4), Saving(path, 1000))
    assert Checkpoint.load(path).step == 4
    with pytest.raises(Stop):
        train(settings, off, stop_at(7), Saving(path, 1000), Checkpoint.load(path))
    torch.rand(3)
    assert same(whole, train(settings, off, None, Saving(path, 1000), Checkpoint.load(path)))
    assert Checkpoint.load(path).step == 10


def test_samples_go_on_too(tmp_path: Path) -> None:
    """The grids' noise is part of the state: a resumed run draws what an unbroken one draws."""
    settings, path, batches = config(data="ring", sample_every=5, steps=11), tmp_path / "t.pt", {}
    for name in ("whole", "broken"):
        run = monitor.init(mode="offline", dir=tmp_path / name)
        seen: list[torch.Tensor] = []
        run.samples = lambda batch, seen=seen, **_: seen.append(batch.clone())  # type: ignore[method-assign]
        if name == "whole":
            train(settings, run)
        else:
            with pytest.raises(Stop):
                train(settings, run, stop_at(4), Saving(path, 100))
            train(settings, run, None, None, Checkpoint.load(path))
        run.finish()
        batches[name] = seen
    assert len(batches["whole"]) == 6
    assert all(torch.equal(a, b) for a, b in zip(batches["whole"], batches["broken"], strict=True))


def test_a_checkpoint_is_kept_every_so_many_steps(off: monitor.Run, tmp_path: Path) -> None:
    path, found = tmp_path / "t.pt", []
    train(
        config(data="ring"), off, lambda *_: found.append(path.exists() and Checkpoint.load(path).step), Saving(path, 4)
    )
    assert found == [False, False, False, 4, 4, 4, 4, 8, 8, 8]
    assert list(tmp_path.iterdir()) == [path]


@contextmanager
def no_room() -> Iterator[None]:
    """While it is open no file of this process may grow beyond 2 kB: a write fails in its middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_ends_no_training(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is said once, the last good checkpoint stays, and the next one that goes through is whole."""
    settings, path, found = config(data="ring"), tmp_path / "t.pt", []
    run = monitor.init(mode="offline", dir=tmp_path / "journal")
    told: list[str] = []
    run.event = lambda kind, /, **data: told.append(kind)  # type: ignore[method-assign]
    with ExitStack() as full:

        def on_step(steps: int, d_loss: float, g_loss: float) -> None:
            found.append(path.exists() and Checkpoint.load(path).step)
            if steps == 3:
                full.enter_context(no_room())
            if steps == 9:
                full.close()

        train(settings, run, on_step, Saving(path, 2))
    run.finish()
    assert found == [False, 2, 2, 2, 2, 2, 2, 2, 2, 10]
    assert [record.message.partition(",")[0] for record in caplog.records if "checkpoint" in record.message] == [
        "the checkpoint of step 4 can't be written"
    ]
    assert told == ["checkpoint_failed"]
    assert list(tmp_path.glob("t.*")) == [path]


def test_an_end_that_is_not_on_disk_is_said_and_still_known(
    off: monitor.Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    saving = Saving(tmp_path / "t.pt", 4)
    with ExitStack() as full:

        def on_step(steps: int, d_loss: float, g_loss: float) -> None:
            if steps == 5:
                full.enter_context(no_room())
                raise Stop

        with pytest.raises(Stop):
            train(config(data="ring"), off, on_step, saving)
    assert "the checkpoint of step 5 can't be written, the one before is kept" in caplog.text
    assert (Checkpoint.load(saving.path).step, saving.newest().step) == (4, 5)


def test_another_config_is_refused_naming_the_keys(off: monitor.Run, tmp_path: Path) -> None:
    path = tmp_path / "t.pt"
    train(config(data="ring"), off, None, Saving(path, 100))
    other = config(data="ring", lr_generator=0.5, pack=2)
    with pytest.raises(InvalidValue) as caught:
        train(other, off, None, None, Checkpoint.load(path))
    assert "lr_generator (was 0.0002, is 0.5), pack (was 1, is 2)" in caught.value.message


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not ours", b"\x80\x02K\x01."])
def test_a_bad_file_is_named(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "bad.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidValue, match=r"bad\.pt"):
        Checkpoint.load(path)


def test_a_file_of_others_is_named(tmp_path: Path) -> None:
    torch.save({"weights": torch.zeros(2)}, tmp_path / "other.pt")
    with pytest.raises(InvalidValue, match=r"other\.pt is no checkpoint of this trainer"):
        Checkpoint.load(tmp_path / "other.pt")
