"""Top singular values against LAPACK's."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from monitor.sdk.spectrum import Spectrum, effective_rank


def top(weight: Tensor) -> float:
    return float(torch.linalg.svdvals(weight.detach().double().flatten(1))[0])


def layers(*modules: nn.Module) -> list[tuple[str, Tensor]]:
    return [(f"{place}.{name}", p) for place, module in enumerate(modules) for name, p in module.named_parameters()]


@torch.no_grad()
@pytest.mark.parametrize("shape", [(20, 30), (30, 20), (8, 3, 4, 4), (2, 5)])
def test_the_effective_rank_is_that_of_the_singular_values(shape: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    weight = torch.randn(shape)
    (gram,) = Spectrum([("layer", weight)]).grams().values()
    sigma = torch.linalg.svdvals(weight.double().flatten(1))
    p = sigma / sigma.sum()
    assert effective_rank(gram.numpy()) == pytest.approx(float((-(p * p.log()).sum()).exp()), rel=1e-6)


@torch.no_grad()
def test_effective_ranks_that_are_known() -> None:
    grams = Spectrum(
        [("equal", 3 * torch.eye(6)), ("one", torch.outer(torch.ones(4), torch.arange(5.0))), ("row", torch.ones(1, 9)),
         ("wide", torch.zeros(513, 600)), ("bias", torch.ones(7))]
    ).grams()  # fmt: skip
    assert list(grams) == ["equal", "one"]  # heads of one row have rank 1 by design; what is too large is left out
    assert [effective_rank(gram.numpy()) for gram in grams.values()] == [pytest.approx(6), pytest.approx(1, abs=1e-5)]
    assert effective_rank(torch.zeros(3, 3).numpy()) is None
    assert effective_rank(torch.full((3, 3), math.nan).numpy()) is None


def settled(spectrum: Spectrum) -> list[float]:
    for _ in range(100):
        values = spectrum.read()
    return [float(value) for value in values]


@torch.no_grad()
def test_the_largest_singular_value_of_each_matrix() -> None:
    torch.manual_seed(0)
    modules = (nn.Linear(30, 20), nn.Linear(5, 1), nn.Conv2d(3, 8, 4), nn.ConvTranspose2d(6, 2, 3), nn.BatchNorm1d(4))
    spectrum = Spectrum(layers(*modules))
    assert spectrum.names == ["0.weight", "1.weight", "2.weight", "3.weight"]  # vectors have none
    assert settled(spectrum) == pytest.approx([top(module.weight) for module in modules[:4]], rel=1e-3)


@torch.no_grad()
def test_the_first_reading_is_near_and_the_next_ones_follow_the_weights() -> None:
    torch.manual_seed(1)
    layer = nn.Linear(64, 64)
    layer.weight += 0.5 * torch.outer(torch.randn(64), torch.randn(64)) / 8  # one direction stands out, as in training
    spectrum = Spectrum([("layer", layer.weight)])
    assert float(spectrum.read()[0]) == pytest.approx(top(layer.weight), rel=1e-3)
    for _ in range(20):
        layer.weight += 0.01 * torch.randn(64, 64) / 8
        (value,) = spectrum.read()
        assert float(value) == pytest.approx(top(layer.weight), rel=1e-2)
        assert float(value) <= top(layer.weight) * (1 + 1e-5)


@torch.no_grad()
def test_nothing_and_no_numbers() -> None:
    weight = torch.zeros(4, 3)
    spectrum = Spectrum([("w", weight)])
    assert float(spectrum.read()[0]) == 0
    weight.fill_(math.nan)
    assert math.isnan(spectrum.read()[0])
    weight.copy_(torch.eye(4, 3))
    assert settled(spectrum) == pytest.approx([1.0])


@torch.no_grad()
def test_half_precision_is_read_in_single() -> None:
    weight = (torch.eye(8) * 300).half()  # squares overflow in half precision
    assert settled(Spectrum([("w", weight)])) == pytest.approx([300.0], rel=1e-3)


@torch.no_grad()
def test_no_random_number_is_drawn() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    Spectrum([("w", torch.eye(5))]).read()
    assert torch.equal(before, torch.get_rng_state())
