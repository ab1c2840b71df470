"""Agreement with public packages and slow, obvious references; floors of every value that is read beside one."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy
import pytest
from prdc import compute_prdc
from sklearn.datasets import load_digits

from monitor.errors import InvalidValue
from monitor.sample_metrics import Reference, kid, ms_ssim
from monitor.sample_metrics.distances import Matrix, Within, distances
from monitor.sample_metrics.laws import nearest_other
from monitor.sample_metrics.manifolds import coverage, density, precision, recall
from monitor.sample_metrics.structure import WEIGHTS, similarity

Array = numpy.ndarray[Any, Any]


@pytest.fixture
def rng() -> numpy.random.Generator:
    return numpy.random.default_rng(3)


@pytest.mark.parametrize("k", [3, 5])
def test_precision_recall_density_coverage_are_those_of_prdc(k: int, rng: numpy.random.Generator) -> None:
    real, fake = rng.normal(size=(300, 16)), rng.normal(size=(300, 16)) * 0.8 + 0.3
    with contextlib.redirect_stdout(io.StringIO()):
        truth = compute_prdc(real, fake, nearest_k=k)
    matrix = Matrix(Within(distances(real)), Within(distances(fake)), distances(real, fake))
    found = {one.__name__: one(matrix, k) for one in (precision, recall, density, coverage)}
    assert found == pytest.approx(truth, abs=1e-12)


def test_kid_is_the_unbiased_double_sum(rng: numpy.random.Generator) -> None:
    """The estimator of torch-fidelity's `polynomial_mmd` (degree 3, gamma 1/D, coef0 1), on all samples at once."""
    real, fake = rng.normal(size=(30, 5)), rng.normal(size=(30, 5)) + 0.5

    def mean(a: Array, b: Array, same: bool) -> float:
        values = [(x @ y / 5 + 1) ** 3 for i, x in enumerate(a) for j, y in enumerate(b) if not (same and i == j)]
        return float(numpy.mean(values))

    truth = mean(real, real, True) + mean(fake, fake, True) - 2 * mean(real, fake, False)
    assert kid(real, fake)[0] == pytest.approx(truth, rel=1e-12)


TAPS = numpy.exp(-(numpy.arange(-5, 6) ** 2) / (2 * 1.5**2))
GAUSSIAN = numpy.outer(TAPS, TAPS) / TAPS.sum() ** 2


def smooth(image: Array) -> Array:
    """A Gaussian of deviation 1.5 in windows of 11 × 11 within the image: sum by sum."""
    rows, columns = (side - 10 for side in image.shape)
    windows = [(image[i : i + 11, j : j + 11] * GAUSSIAN).sum() for i in range(rows) for j in range(columns)]
    return numpy.array(windows).reshape(rows, columns)


def test_ms_ssim_is_what_the_paper_says(rng: numpy.random.Generator) -> None:
    first = rng.uniform(size=(48, 48)).cumsum(0).cumsum(1)
    first /= first.max()
    second = numpy.clip(first + 0.1 * rng.normal(size=first.shape), 0, 1)
    weights, total, a, b = numpy.array(WEIGHTS[:3]) / sum(WEIGHTS[:3]), 1.0, first, second
    for scale in range(3):
        mean_a, mean_b = smooth(a), smooth(b)
        var_a, var_b, cov = smooth(a * a) - mean_a**2, smooth(b * b) - mean_b**2, smooth(a * b) - mean_a * mean_b
        structure = (2 * cov + 0.0009) / (var_a + var_b + 0.0009)
        luminance = (2 * mean_a * mean_b + 0.0001) / (mean_a**2 + mean_b**2 + 0.0001)
        total *= (structure * luminance if scale == 2 else structure).mean() ** weights[scale]
        a, b = ((x[::2, ::2] + x[1::2, ::2] + x[::2, 1::2] + x[1::2, 1::2]) / 4 for x in (a, b))
    assert ms_ssim(first[None], second[None]) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        (((1, 10, 64), (1, 10, 64)), r"\(1, 10, 64\).*11 pixels or more"),
        (((1, 64, 64), (3, 64, 64)), r"\(1, 64, 64\) and \(3, 64, 64\).*of one shape"),
        (((64, 64), (64, 64)), r"two \(C, H, W\)"),
    ],
)
def test_images_that_have_no_ms_ssim_are_refused(shapes: tuple[Any, Any], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        ms_ssim(numpy.ones(shapes[0]), numpy.ones(shapes[1]))


def test_similarity_is_told_of_images_that_are_large_enough(rng: numpy.random.Generator) -> None:
    images = rng.integers(0, 256, (20, 1, 32, 32), dtype=numpy.uint8)
    assert 0 < similarity(images)["sample/ms_ssim"] < 0.5
    assert similarity(numpy.repeat(images[:1], 20, axis=0))["sample/ms_ssim"] == pytest.approx(1.0)
    assert similarity(images[:, :, :16]) == similarity(images.reshape(20, -1)) == {}


ALARM = (
    "coverage", "density", "diversity", "duplicates", "effective_modes", "energy_distance", "kid", "memorization", "mmd",
    "movement", "ndb", "nearest_neighbor_distance", "precision", "recall", "two_sample_accuracy", "vendi",
)  # fmt: skip


def test_every_value_has_its_floor_which_fresh_real_samples_read(rng: numpy.random.Generator) -> None:
    """On the mean of four draws: one draw of 256 is as far off as 0.1."""
    floors, values = [], []
    for _ in range(4):
        digits = load_digits().data[rng.permutation(1797)] / 16
        reference = Reference(digits[:1000])
        floors.append(reference.floors)
        values.append(reference.measure(digits[1000:1256]).values)
    assert set(floors[0]) >= {f"sample/{name}" for name in ALARM}
    wide = {"density": 0.1, "ndb": 0.15, "nearest_neighbor_distance": 0.1}
    for name in (f"sample/{one}" for one in ALARM if one != "movement"):  # which is of two batches
        read, floor = (numpy.mean([one[name] for one in of]) for of in (values, floors))
        assert read == pytest.approx(floor, abs=wide.get(name.partition("/")[2], 0.05)), name
    assert "sample/fid" in Reference(digits[:1000, :20]).floors


def test_copies_within_the_data_are_no_neighbours(rng: numpy.random.Generator) -> None:
    rows = numpy.repeat(rng.normal(size=(20, 3)), 2, axis=0)
    found = nearest_other(distances(rows))
    assert len(found) == 40
    assert found.min() > 1e-3
    assert len(nearest_other(numpy.zeros((5, 5)))) == 0
    twice = Reference(numpy.repeat(rng.normal(size=(200, 3)), 2, axis=0))
    assert twice.measure(twice._rows[:100]).values["sample/memorization"] == 1.0  # copies of real samples
