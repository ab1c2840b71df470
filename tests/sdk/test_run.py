"""What a loop logs arrives, whatever it is made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import monitor
from monitor import wire
from tests.sdk.conftest import until
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]


def test_a_run_from_start_to_end(service: Service, started: Start, tmp_path: Path) -> None:
    with started(project="faces", name="dcgan", config={"lr": 1e-3}, tags=["a"], total_steps=3) as run:
        for step in range(3):
            run.log({"loss/generator": 0.5 + step, "loss/discriminator": 1}, step=step)
        run.samples(np.zeros((4, 8, 8)), step=2)
    info = service.runs[run.id]
    assert (info.project, info.name, info.config, info.tags, info.total_steps) == (
        "faces",
        "dcgan",
        {"lr": 1e-3},
        ["a"],
        3,
    )
    assert service.points()["loss/generator", 2] == 2.5
    assert service.points()["loss/discriminator", 0] == 1.0
    assert [finish.state for finish in service.all(wire.Finish)] == ["finished"]
    assert len(service.all(wire.Samples)) == 1
    assert run.url == f"{service.url}/runs/{run.id}"
    assert not list((tmp_path / "home" / "journal").iterdir())


def test_values_of_every_kind_are_taken(service: Service, started: Start) -> None:
    values = {
        "nan": math.nan, "int": 3, "bool": True, "inf": -math.inf, "np32": np.float32(0.5), "npint": np.int64(7),
        "np0d": np.array(1.5), "np1": np.array([2.5]), "t0": torch.tensor(0.25), "t1": torch.tensor([0.75]),
        "bf16": torch.tensor(1.0, dtype=torch.bfloat16), "grad": torch.tensor(2.0, requires_grad=True), "big": 10**30,
    }  # fmt: skip
    run = started()
    run.log(values, step=1)
    run.log(values, step=1)  # the names are known now: the fast path must take (or pass on) the same
    run.finish()
    got = {name: value for (name, _), value in service.points().items()}
    assert math.isnan(got["nan"])
    assert list(got.values())[1:] == [3, 1, -math.inf, 0.5, 7, 1.5, 2.5, 0.25, 0.75, 1.0, 2.0, 1e30]
    assert (run.dropped, run.refused) == (0, 0)


def test_what_is_no_number_is_refused_once_and_the_rest_kept(
    service: Service, started: Start, caplog: pytest.LogCaptureFixture
) -> None:
    run = started()
    for step in range(3):
        run.log({"good": 1.0, "text": "high", "vector": torch.zeros(3), 5: 1.0, "": 1.0}, step=step)  # type: ignore[dict-item]
    run.finish()
    assert sorted(service.points()) == [("good", 0), ("good", 1), ("good", 2)]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 4
    assert "'text' is a str" in said[0]
    assert "'vector' is a torch.Tensor of shape (3,)" in said[1]
    assert run.dropped == 12


def test_steps_count_by_themselves_and_bad_ones_are_refused(service: Service, started: Start) -> None:
    run = started()
    run.log({"a": 1.0})
    run.log({"a": 2.0})
    run.log({"a": 3.0}, step=np.int64(10))  # type: ignore[arg-type]
    run.log({"a": 4.0})
    for bad in (-1, 2**53, 1.5, "7", None.__class__):
        run.log({"a": 5.0}, step=bad)  # type: ignore[arg-type]
    run.finish()
    assert service.points() == {("a", 0): 1.0, ("a", 1): 2.0, ("a", 10): 3.0, ("a", 11): 4.0}
    assert run.dropped == 5


def test_a_lone_value_arrives_at_once(service: Service, started: Start) -> None:
    run = started()
    until(lambda: service.batches)  # the first sign of life
    run.log({"a": 1.0})
    until(lambda: service.points(), timeout=1.0)


def test_logits_are_reduced(service: Service, started: Start) -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(1, 1, 64).astype("f4"), rng.normal(0, 1, 48).astype("f4")
    run = started()
    run.log({"logits/real": torch.from_numpy(real), "logits/fake": torch.from_numpy(fake).reshape(12, 1, 2, 2)}, step=4)
    run.finish()
    got = {name: value for (name, _), value in service.points().items()}
    pairs = (real[:, None] > fake[None]).mean() + 0.5 * (real[:, None] == fake[None]).mean()
    assert got["auc/discriminator"] == pytest.approx(pairs)
    assert got["logits/real"] == pytest.approx(real.mean(), rel=1e-6)
    assert got["logits/fake/std"] == pytest.approx(fake.std(), rel=1e-6)


class Far(torch.Tensor):
    """A tensor that says that it is on a device: read by the worker thread, like one that is."""

    is_cpu = property(lambda self: False)


def test_device_tensors_are_read_by_the_worker_thread(service: Service, started: Start) -> None:
    run = started()
    for step in range(50):
        value = torch.tensor(float(step)).as_subclass(Far)
        run.log({"far": value, "near": 1.0}, step=step)
        value.zero_()  # what happens to it afterwards is of no account
    run.finish()
    assert service.points() == {("far", step): float(step) for step in range(50)} | {
        ("near", step): 1.0 for step in range(50)
    }


def test_a_tensor_that_can_not_be_read_is_said(
    service: Service, started: Start, caplog: pytest.LogCaptureFixture
) -> None:
    torch.cat([torch.zeros(1, device="meta")])  # the first one has torch load 800 modules: seconds, beside others
    run = started()
    for step in range(3):
        run.log({"a": torch.zeros((), device="meta"), "b": 1.0}, step=step)
    run.finish()
    assert sorted(service.points()) == [("b", 0), ("b", 1), ("b", 2)]
    assert caplog.text.count("reading tensors failed") == 1
    assert run.dropped == 3
