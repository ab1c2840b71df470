"""Features by a network of the user's: what it would give when asked directly, and a training that is what it was."""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import monitor
from monitor import wire
from monitor.errors import InvalidValue
from monitor.sdk.features import ModuleExtractor
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]


class Encoder(nn.Module):
    """Batch norm, dropout and a hook: all that would give a careless copy away."""

    def __init__(self, width: int = 6) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.Flatten(), nn.LazyLinear(width)
        )
        self.net(torch.zeros(2, 1, 8, 8))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.net(images)  # type: ignore[no-any-return]


def images(n: int, seed: int) -> torch.Tensor:
    return torch.rand(n, 1, 8, 8, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def directly(module: nn.Module, batch: torch.Tensor) -> np.ndarray[Any, Any]:
    was = module.training
    with torch.no_grad():
        found = module.eval()(batch).numpy()
    module.train(was)
    return found  # type: ignore[no-any-return]


def features(record: wire.Samples) -> np.ndarray[Any, Any]:
    return np.frombuffer(record.features, "<f4").reshape(record.batch_shape[0], -1)


def sent(service: Service, run: monitor.Run) -> list[wire.Samples]:
    run.finish()
    return service.all(wire.Samples)  # type: ignore[return-value]


def test_features_are_what_the_module_gives_and_the_images_go_along(service: Service, started: Start) -> None:
    module, run = Encoder(), started(flush_timeout=30)
    real, fake = images(100, 0), images(150, 1)
    truth = directly(module, real), directly(module, fake)
    run.reference(real, value_range=(-1, 1), extractor=module)
    with torch.no_grad():
        module.net[4].bias.add_(1.0)  # what the loop does to its own module later changes nothing
    run.samples(fake.numpy(), step=5, value_range=(-1, 1))
    run.interpolation(lambda z: z.reshape(-1, 1, 8, 8), torch.zeros(2, 64), torch.ones(2, 64), steps=3)
    first, second, strips = sent(service, run)
    for record, whole in ((first, truth[0]), (second, truth[1])):
        assert record.batch_shape == (len(whole), 1, 8, 8)
        np.testing.assert_allclose(features(record), whole, rtol=1e-5, atol=1e-6)
        assert re.fullmatch(r"module:Encoder/[0-9a-f]{8}/6", record.extractor)
    assert first.extractor == second.extractor
    assert (strips.features, strips.extractor) == (b"", "")
    assert run.dropped == 0


def trained(run: monitor.Run | None) -> dict[str, Any]:
    """A few steps of a loop that trains the encoder itself, with all that could be disturbed."""
    torch.manual_seed(0), random.seed(0), np.random.seed(0)
    module, seen = Encoder(), list[int]()
    module.register_forward_hook(lambda *_: seen.append(1))
    optimizer = torch.optim.Adam(module.parameters())
    if run is not None:
        run.reference(images(64, 0), extractor=module)
    for step in range(20):
        fake = torch.randn(16, 1, 8, 8) + random.random() + np.random.rand()
        if run is not None:
            run.samples(fake, step=step)
        optimizer.zero_grad()
        module(fake).square().mean().backward()
        optimizer.step()
    assert module.training
    assert len(seen) == 20
    return {**module.state_dict(), "rng": torch.get_rng_state(), "python": torch.tensor(random.random())}


def test_the_training_is_bit_identical_with_and_without(service: Service, started: Start) -> None:
    run = started(media_backlog=100, flush_timeout=30)
    without, beside = trained(None), trained(run)
    assert all(torch.equal(without[name], beside[name]) for name in without)
    records = sent(service, run)
    assert len(records) == 21
    assert all(record.features for record in records)


class Fails(nn.Module):
    """Does as it is told once the reference is done."""

    def __init__(self, fault: str, first: bool = False) -> None:
        super().__init__()
        self.fault, self.calls = fault, -1 if first else -2

    def forward(self, batch: torch.Tensor) -> Any:
        self.calls += 1
        if self.calls < 0:
            return batch.flatten(1)[:, :5]
        match self.fault:
            case "raises":
                raise RuntimeError("out of luck")
            case "random":
                return batch.flatten(1) + torch.randn(64)
            case "dropout":
                return nn.functional.dropout(batch.flatten(1), 0.5, training=True)
            case "wide":
                return batch.flatten(1).repeat(1, 100)
            case "other width":
                return batch.flatten(1)[:, :4]
            case "tuple":
                return batch, batch
            case "scalar":
                return batch.mean()
            case _:
                return batch.flatten(1) * float("nan")


FAULTS = {
    "raises": "out of luck", "random": "draws random numbers", "dropout": "draws random numbers",
    "wide": "6400 numbers a sample: 1 to 4096", "tuple": "gives a tuple", "scalar": r"gives shape \(\)",
}  # fmt: skip


@pytest.mark.parametrize(("fault", "word"), FAULTS.items())
def test_a_module_that_fails_later_is_said_once_and_its_batches_have_no_features(
    service: Service, started: Start, caplog: pytest.LogCaptureFixture, fault: str, word: str
) -> None:
    caplog.set_level(logging.WARNING)
    run, state = started(), torch.get_rng_state()
    run.reference(images(20, 0), extractor=Fails(fault))
    for step in range(3):
        run.samples(images(20, step), step=step)
    records = sent(service, run)
    assert [bool(record.features) for record in records] == [True, False, False, False]
    assert all(record.batch_shape == (20, 1, 8, 8) for record in records)
    assert len([one for one in caplog.messages if re.search(word, one)]) == 1
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("module", "name", "word"),
    [
        (Fails("raises", first=True), "", "out of luck"),
        (Fails("nan", first=True), "", "NaN or ±Inf for real samples"),
        (lambda batch: batch, "", "a torch.nn.Module is needed"),
        (nn.Flatten(), "no/slash", "up to 64 letters"),
    ],
)
def test_one_that_fails_on_the_reference_leaves_the_features_to_the_service(
    service: Service, started: Start, caplog: pytest.LogCaptureFixture, module: Any, name: str, word: str
) -> None:
    caplog.set_level(logging.WARNING)
    run = started()
    run.reference(images(20, 0), extractor=module, extractor_name=name)
    run.samples(images(20, 1), step=1)
    records = sent(service, run)
    assert [(record.kind, record.features, record.extractor) for record in records] == [
        ("reference", b"", ""),
        ("fixed", b"", ""),
    ]
    assert len([one for one in caplog.messages if word in one]) == 1


def test_other_widths_are_refused_and_wide_features_keep_fewer_rows() -> None:
    other = ModuleExtractor(Fails("other width"))
    other.of_reference(images(9, 0), 9)
    with pytest.raises(InvalidValue, match="gives 4 numbers a sample, other than of the reference"):
        other.of(images(9, 0), 9)
    wide = ModuleExtractor(nn.Sequential(nn.Flatten(), nn.Linear(64, 4096)), "wide")
    assert wide.of_reference(images(400, 0), 400).rows.shape == (256, 4096)
    again = ModuleExtractor(nn.Sequential(nn.Flatten(), nn.Linear(64, 4096)), "wide")
    assert again.of_reference(images(9, 0), 9).extractor != wide.label  # other weights


def test_attention_and_spectral_norm_are_no_random_numbers() -> None:
    attention = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    normed = nn.utils.spectral_norm(nn.Linear(8, 3))
    module = nn.Sequential(nn.Flatten(1, 2), attention, normed)
    rows = ModuleExtractor(module.eval()).of_reference(images(5, 0), 5).rows
    np.testing.assert_allclose(rows, directly(module, images(5, 0)).reshape(5, -1), rtol=1e-4, atol=1e-5)
