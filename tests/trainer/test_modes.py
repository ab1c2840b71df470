"""Modes captured and high quality, against counting by hand."""

from __future__ import annotations

import math

import pytest
import torch

from trainer.data import Modes, load

SQUARE = Modes(torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]]), std=1.0)


def test_only_samples_within_three_std_count() -> None:
    samples = torch.tensor([[0.0, 2.99], [0.0, 3.01], [10.0, 0.0], [12.2, 12.2], [5.0, 5.0], [math.nan, 0.0]])
    assert SQUARE.high_quality(samples).tolist() == [True, False, True, False, False, False]
    assert SQUARE.captured(samples) == 2  # the third mode has none near, the fourth only a bad one
    assert SQUARE.scores(samples) == {
        "sample/modes_captured": 2.0,
        "sample/high_quality": 1 / 3,
        "sample/reverse_kl_modes": pytest.approx(math.log(2)),  # half of four modes, hit alike
    }


def test_reverse_kl_over_modes() -> None:
    name = "sample/reverse_kl_modes"
    assert SQUARE.scores(SQUARE.centers)[name] == pytest.approx(0)
    assert SQUARE.scores(SQUARE.centers[:1])[name] == pytest.approx(math.log(4))
    uneven = SQUARE.centers[[0, 0, 0, 1]]
    assert SQUARE.scores(uneven)[name] == pytest.approx(0.75 * math.log(3) + 0.25 * math.log(1))
    assert name not in SQUARE.scores(torch.full((5, 2), 100.0))


def test_a_mode_needs_one_good_sample_and_more_change_nothing() -> None:
    one_each = SQUARE.centers.clone()
    assert SQUARE.captured(one_each) == 4
    assert SQUARE.captured(one_each.repeat(10, 1)) == 4
    assert SQUARE.captured(torch.full((5, 2), 100.0)) == 0
    assert SQUARE.captured(torch.full((5, 2), math.nan)) == 0


def test_the_data_themselves_have_all_modes_and_nearly_all_quality() -> None:
    for name, count in (("ring", 8), ("grid", 25)):
        mixture = load(name)
        assert mixture.modes is not None
        scores = mixture.modes.scores(mixture.samples)
        assert scores["sample/modes_captured"] == count
        # In the plane P(distance ≤ 3 std) = 1 - exp(-9/2); five standard errors of 100,000 draws.
        share = 1 - math.exp(-4.5)
        assert abs(scores["sample/high_quality"] - share) < 5 * math.sqrt(share * (1 - share) / 100_000)
