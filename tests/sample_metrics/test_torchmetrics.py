"""Agreement with torchmetrics, on features that are given to it: digits are said in each test."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as multiscale
from torchmetrics.functional.image import structural_similarity_index_measure as ssim
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

from monitor.sample_metrics import fid, inception_score, kid, ms_ssim
from monitor.sample_metrics.structure import WEIGHTS

pytestmark = pytest.mark.filterwarnings("ignore:Metric .* will save all extracted features")  # that is the idea
Array = numpy.ndarray[Any, Any]


class Given(torch.nn.Module):
    """Features are what comes in: no network, and none is downloaded."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.num_features = width

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return rows


def features(width: int) -> tuple[Array, Array]:
    """Two correlated, shifted laws, 400 rows each."""
    rng = numpy.random.default_rng(width)
    mix = rng.normal(size=(width, width)) / width**0.5
    real, fake = rng.normal(size=(400, width)), rng.normal(size=(400, width))
    return real @ mix + 1, (0.7 * fake) @ mix.T + 1.4


def asked(metric: Any, real: Array, fake: Array) -> Any:
    """What the package says of these features."""
    metric.update(torch.from_numpy(real), real=True)
    metric.update(torch.from_numpy(fake), real=False)
    return metric.compute()


@pytest.mark.parametrize("width", [2, 16, 64])
def test_fid_to_nine_digits(width: int) -> None:
    real, fake = features(width)
    theirs = asked(FrechetInceptionDistance(feature=Given(width)).set_dtype(torch.float64), real, fake)
    assert fid(real, fake) == pytest.approx(float(theirs), rel=1e-9)


@pytest.mark.parametrize("width", [2, 16, 64])
def test_kid_on_all_samples_at_once_to_nine_digits(width: int) -> None:
    real, fake = features(width)
    metric = KernelInceptionDistance(feature=Given(width), subsets=1, subset_size=len(real))
    theirs = asked(metric.set_dtype(torch.float64), real, fake)[0]
    assert kid(real, fake)[0] == pytest.approx(float(theirs), rel=1e-9)


@pytest.mark.parametrize("splits", [2, 10])
def test_inception_score_to_nine_digits(splits: int) -> None:
    logits = torch.from_numpy(3 * numpy.random.default_rng(11).normal(size=(500, 10)))
    metric: Any = InceptionScore(feature=Given(10), splits=splits).set_dtype(torch.float64)
    metric.update(logits)
    torch.manual_seed(4)
    mean, spread = metric.compute()
    torch.manual_seed(4)
    shuffled = logits[torch.randperm(len(logits))].softmax(dim=1).numpy()  # as it shuffles before it splits
    ours = inception_score(shuffled, splits)
    assert ours[0] == pytest.approx(float(mean), rel=1e-9)
    assert ours[1] == pytest.approx(float(spread) * ((splits - 1) / splits) ** 0.5, rel=1e-9)  # theirs is over n - 1


SCALES = [((1, 32, 32), 2), ((3, 64, 64), 3), ((1, 100, 70), 3), ((3, 128, 128), 4), ((3, 180, 200), 5)]


def pair(shape: tuple[int, ...]) -> tuple[Array, Array]:
    """An image with structure, and a darker, noisy one of it."""
    rng = numpy.random.default_rng(shape)
    first = rng.uniform(size=shape).cumsum(1).cumsum(2)
    first /= first.max()
    return first, numpy.clip(0.9 * first + 0.05 * rng.normal(size=shape), 0, 1)


@pytest.mark.parametrize(("shape", "scales"), SCALES)
def test_ms_ssim_from_their_terms_of_each_scale_to_nine_digits(shape: tuple[int, ...], scales: int) -> None:
    """Contrast and structure as they are; of the last scale's map what lies within the image, as in the paper's own code."""
    first, second = pair(shape)
    a, b = (torch.from_numpy(one[None]) for one in (first, second))
    theirs, weights = 1.0, numpy.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    for scale, weight in enumerate(weights):
        structure = ssim(a, b, data_range=1.0, return_contrast_sensitivity=True)[1]
        whole = ssim(a, b, data_range=1.0, return_full_image=True)[1][..., 5:-5, 5:-5].mean()
        theirs *= float(whole if scale == scales - 1 else structure) ** weight
        a, b = (torch.nn.functional.avg_pool2d(one, 2) for one in (a, b))
    assert ms_ssim(first, second) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(("shape", "scales"), SCALES)
def test_ms_ssim_is_theirs_but_for_the_mirrored_edge_of_the_last_scale(shape: tuple[int, ...], scales: int) -> None:
    """Theirs mirrors the image there, ours has no window beyond it: of 60 draws the furthest were 0.037 apart at 32 pixels, whose
    last scale has 16 and is mostly edge, and 0.008 from 64 on."""
    first, second = pair(shape)
    betas = tuple(one / sum(WEIGHTS[:scales]) for one in WEIGHTS[:scales])
    a, b = (torch.from_numpy(one[None]) for one in (first, second))
    edge = 0.04 if min(shape[1:]) < 64 else 0.01
    assert ms_ssim(first, second) == pytest.approx(float(multiscale(a, b, data_range=1.0, betas=betas)), abs=edge)
