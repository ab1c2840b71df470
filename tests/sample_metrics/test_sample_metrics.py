"""Each metric against a closed form, a slow obvious reference, or another package."""

from __future__ import annotations

import doctest
import importlib
import json
import math
import pkgutil
from itertools import combinations, pairwise

import numpy
import pytest
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

import monitor.sample_metrics
from monitor.errors import InvalidValue
from monitor.sample_metrics import (
    PooledPixels,
    RandomConvolutions,
    Reference,
    Trajectory,
    fid,
    inception_score,
    kid,
    ms_ssim,
    ms_ssim_of_pairs,
    vendi_score,
)
from monitor.sample_metrics.distances import Matrix, Within, distances
from monitor.sample_metrics.diversity import diversity, duplicates, nearest_neighbor_distance, support
from monitor.sample_metrics.laws import energy_distance, memorization, mmd, two_sample_accuracy
from monitor.sample_metrics.manifolds import coverage, coverage_of_itself, density, precision, recall
from monitor.sample_metrics.occupancy import Clusters, effective_modes, ndb, perplexity
from monitor.sample_metrics.vendi import order_two, vendi

MODULES = [info.name for info in pkgutil.iter_modules(monitor.sample_metrics.__path__)]
Array = numpy.ndarray


def normal(n: int, width: int, seed: int, at: float = 0.0, scale: float = 1.0) -> Array:
    return at + scale * numpy.random.default_rng(seed).normal(size=(n, width))


def matrix(real: Array, fake: Array) -> Matrix:
    return Matrix(Within(distances(real)), Within(distances(fake)), distances(real, fake))


REAL, FAKE = normal(60, 3, 0), normal(60, 3, 1, at=0.5)
BOTH = matrix(REAL, FAKE)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"monitor.sample_metrics.{name}")).failed == 0


@pytest.mark.parametrize("shift", [0.0, 1e4])
def test_distances_are_those_of_scipy_also_far_from_the_origin(shift: float) -> None:
    a, b = normal(40, 7, 0) + shift, normal(30, 7, 1) + shift
    assert distances(a, b) == pytest.approx(cdist(a, b), abs=1e-6)
    own = distances(a)
    assert own == pytest.approx(cdist(a, a), abs=1e-6)
    assert (own.diagonal() == 0).all()


# -- slow and obvious -------------------------------------------------------------------------------------------------


def ball(points: Array, k: int) -> Array:
    """Distance of each point to its k-th nearest other, by scikit-learn."""
    return NearestNeighbors(n_neighbors=k + 1).fit(points).kneighbors(points)[0][:, k]


def test_precision_recall_density_coverage_are_what_their_papers_say() -> None:
    real3, fake3, real5 = ball(REAL, 3), ball(FAKE, 3), ball(REAL, 5)
    inside = [any(math.dist(y, x) <= r for x, r in zip(REAL, real3, strict=True)) for y in FAKE]
    assert precision(BOTH) == pytest.approx(numpy.mean(inside))
    assert recall(BOTH) == pytest.approx(
        numpy.mean([any(math.dist(x, y) <= r for y, r in zip(FAKE, fake3, strict=True)) for x in REAL])
    )
    hits = sum(math.dist(x, y) <= r for y in FAKE for x, r in zip(REAL, real5, strict=True))
    assert density(BOTH) == pytest.approx(hits / 5 / len(FAKE))
    covered = [any(math.dist(x, y) <= r for y in FAKE) for x, r in zip(REAL, real5, strict=True)]
    assert coverage(BOTH) == pytest.approx(numpy.mean(covered))


def test_pairwise_statistics_are_means_over_pairs() -> None:
    def mean(points: Array) -> float:
        return float(numpy.mean([math.dist(a, b) for a, b in combinations(points, 2)]))

    cross = float(numpy.mean([math.dist(x, y) for x in REAL for y in FAKE]))
    assert diversity(BOTH) == pytest.approx(mean(FAKE) / mean(REAL))
    assert energy_distance(BOTH) == pytest.approx((2 * cross - mean(REAL) - mean(FAKE)) / (2 * cross))
    near = numpy.median(ball(FAKE, 1)) / numpy.median(ball(REAL, 1))
    assert nearest_neighbor_distance(BOTH) == pytest.approx(near)


def test_mmd_is_the_unbiased_double_sum() -> None:
    middle = float(numpy.median([math.dist(a, b) for a, b in combinations(REAL, 2)]))

    def kernel(a: Array, b: Array) -> float:
        return sum(math.exp(-(math.dist(a, b) ** 2) / (2 * (s * middle) ** 2)) for s in (0.5, 1.0, 2.0)) / 3

    within = [numpy.mean([kernel(a, b) for a, b in combinations(one, 2)]) for one in (REAL, FAKE)]
    across = numpy.mean([kernel(x, y) for x in REAL for y in FAKE])
    assert mmd(BOTH) == pytest.approx(within[0] + within[1] - 2 * across)


def test_two_sample_accuracy_is_that_of_a_nearest_neighbour_classifier() -> None:
    points, labels = numpy.concatenate([REAL, FAKE]), numpy.array([0] * 60 + [1] * 60)
    right = [
        KNeighborsClassifier(1).fit(numpy.delete(points, i, 0), numpy.delete(labels, i)).predict(points[i : i + 1])[0]
        == labels[i]
        for i in range(120)
    ]
    assert two_sample_accuracy(BOTH) == pytest.approx(numpy.mean(right))


def test_vendi_scores_are_those_of_the_eigenvalues() -> None:
    kernel = numpy.exp(-(cdist(REAL, REAL) ** 2))
    values = numpy.linalg.eigvalsh(kernel / 60)
    assert vendi_score(kernel) == pytest.approx(math.exp(-sum(v * math.log(v) for v in values if v > 1e-12)))
    assert order_two(kernel) == pytest.approx(1 / (values**2).sum())
    assert vendi_score(numpy.eye(9)) == pytest.approx(9.0)
    assert vendi_score(numpy.ones((9, 9))) == pytest.approx(1.0)


# -- closed forms -----------------------------------------------------------------------------------------------------


def test_fid_of_normal_samples_is_that_of_their_laws() -> None:
    scale = numpy.array([1.0, 2.0, 0.5])
    real, fake = normal(40_000, 3, 0), normal(40_000, 3, 1) * scale + 1.0
    truth = 3.0 + ((1 - scale) ** 2).sum()  # ‖μ - μ'‖² + Σ (σ - σ')²
    assert fid(real, fake) == pytest.approx(truth, rel=0.02)
    assert fid(real, real) == pytest.approx(0.0, abs=1e-6)


def test_fid_is_the_textbook_formula_with_scipys_root() -> None:
    real, fake = normal(200, 5, 0) @ normal(5, 5, 2), normal(300, 5, 1)
    first, second = numpy.cov(real.T), numpy.cov(fake.T)
    gap = real.mean(0) - fake.mean(0)
    assert fid(real, fake) == pytest.approx(gap @ gap + numpy.trace(first + second - 2 * sqrtm(first @ second).real))


def test_fid_of_too_few_samples_is_refused() -> None:
    with pytest.raises(InvalidValue, match="5 real samples of 8 features"):
        fid(normal(5, 8, 0), normal(50, 8, 1))


def test_kid_is_unbiased_and_its_error_is_honest() -> None:
    found = [kid(normal(64, 4, 2 * seed), normal(64, 4, 2 * seed + 1)) for seed in range(60)]
    values = numpy.array([value for value, _ in found])
    spread = values.std(ddof=1)
    assert abs(values.mean()) < 3 * spread / math.sqrt(60), "unbiased: 0 for one law"
    assert numpy.median([error for _, error in found]) == pytest.approx(math.sqrt(8) * spread, rel=0.3)
    apart = [kid(normal(256, 4, 2 * seed), normal(256, 4, 2 * seed + 1, at=2.0)) for seed in range(60)]
    spread = numpy.std([value for value, _ in apart], ddof=1)
    assert numpy.median([error for _, error in apart]) == pytest.approx(spread, rel=0.3)


def test_the_energy_distance_of_two_shifted_uniform_laws() -> None:
    rng = numpy.random.default_rng(0)
    real, fake = rng.uniform(0, 1, (1500, 1)), rng.uniform(2, 3, (1500, 1))
    # E|x - y| = 2, E|x - x'| = 1/3 on each side: (4 - 2/3) / 4.
    assert energy_distance(matrix(real, fake)) == pytest.approx((4 - 2 / 3) / 4, abs=0.01)


@pytest.mark.parametrize("n", [64, 256])
def test_coverage_of_one_law_is_its_expectation(n: int) -> None:
    found = [coverage(matrix(normal(n, 4, 2 * seed), normal(n, 4, 2 * seed + 1))) for seed in range(30)]
    assert numpy.mean(found) == pytest.approx(coverage_of_itself(n, n), abs=4 * numpy.std(found) / math.sqrt(30))


def test_the_birthday_paradox_counts_the_support() -> None:
    rng = numpy.random.default_rng(0)
    real, atoms = rng.normal(size=(256, 8)), rng.normal(size=(400, 8))
    found = [support(matrix(real, atoms[rng.integers(0, 400, 256)])) for _ in range(20)]
    assert numpy.median(found) == pytest.approx(400, rel=0.35)
    assert support(matrix(real, rng.normal(size=(256, 8)) * 3)) > 5000


def test_duplicates_and_memorization_of_one_law_are_their_quantiles() -> None:
    pairs = [matrix(normal(256, 2, 2 * seed), normal(256, 2, 2 * seed + 1)) for seed in range(20)]
    assert numpy.mean([duplicates(one) for one in pairs]) == pytest.approx(0.05, abs=0.02)
    shares = [memorization(one.across.min(axis=0), one.real.radius(1)) for one in pairs]
    assert numpy.mean(shares) == pytest.approx(0.01, abs=0.01)


def test_copies_of_any_real_sample_are_found() -> None:
    real = normal(1000, 8, 0)
    copies = real[numpy.random.default_rng(1).integers(0, 1000, 256)]
    assert Reference(real).measure(copies).values["sample/memorization"] == 1.0
    assert Reference(real).measure(normal(256, 8, 2)).values["sample/memorization"] < 0.05


def test_numbers_beyond_all_measure_are_counted_as_none() -> None:
    huge = ring(20, 1)
    huge[:5] = 1e160
    assert REFERENCE.measure(huge).values["sample/non_finite"] == 0.25


def test_batches_of_different_sizes_do_not_look_like_turnover() -> None:
    trajectory, seen = Trajectory(), []
    for i, n in enumerate([32, 1000] * 10):
        seen.append(trajectory.update(REFERENCE.measure(ring(n, i))).get("sample/turnover", 0.0))
    assert numpy.median(seen) < 0.05


def test_inception_score_of_sure_and_of_unsure_classifiers() -> None:
    sure = numpy.eye(10)[numpy.arange(1000) % 10]
    assert inception_score(sure)[0] == pytest.approx(10.0, rel=1e-3)
    assert inception_score(numpy.full((1000, 10), 0.1))[0] == pytest.approx(1.0)
    with pytest.raises(InvalidValue, match="rows that sum to 1"):
        inception_score(numpy.ones((20, 3)))


def test_ms_ssim_is_one_for_equal_images_and_less_the_more_they_differ() -> None:
    rng = numpy.random.default_rng(0)
    image = rng.uniform(size=(3, 64, 64)).cumsum(1).cumsum(2)
    image /= image.max()
    assert ms_ssim(image, image) == pytest.approx(1.0)
    scores = [
        ms_ssim(image, numpy.clip(image + noise * rng.normal(size=image.shape), 0, 1)) for noise in (0.01, 0.05, 0.2)
    ]
    assert 1 > scores[0] > scores[1] > scores[2] > 0
    same = numpy.repeat(image[None], 6, axis=0)
    assert ms_ssim_of_pairs(same, pairs=5) == pytest.approx(1.0)
    with pytest.raises(InvalidValue, match="32 pixels or more"):
        ms_ssim_of_pairs(rng.uniform(size=(4, 1, 16, 16)))


def test_perplexity_is_corrected_for_few_samples() -> None:
    rng, truth = numpy.random.default_rng(0), 20.0
    found = [perplexity(numpy.bincount(rng.integers(0, 20, 64), minlength=20) / 64, 64) for _ in range(200)]
    assert numpy.mean(found) == pytest.approx(truth, rel=0.03)


# -- a reference and its batches --------------------------------------------------------------------------------------


def ring(n: int, seed: int, modes: int = 8) -> Array:
    rng = numpy.random.default_rng(seed)
    angle = rng.integers(0, modes, n) * 2 * math.pi / 8
    return numpy.stack([numpy.cos(angle), numpy.sin(angle)], axis=1) + 0.02 * rng.normal(size=(n, 2))


REFERENCE = Reference(ring(1000, 0))


def value(samples: Array, name: str) -> float:
    return REFERENCE.measure(samples).values[f"sample/{name}"]


def test_samples_of_the_same_law_read_as_the_floors_do() -> None:
    values = REFERENCE.measure(ring(500, 1)).values
    for name in ("diversity", "coverage", "precision", "recall"):
        assert values[f"sample/{name}"] == pytest.approx(REFERENCE.floors[f"sample/{name}"], abs=0.06)
    assert abs(values["sample/energy_distance"]) < 0.01
    assert values["sample/effective_modes"] == pytest.approx(1.0, abs=0.1)
    assert values["sample/ndb"] <= 0.25


def test_each_failure_shows_where_it_should() -> None:
    collapsed, half, noise = ring(500, 1, modes=1), ring(500, 1, modes=4), normal(500, 2, 3)
    assert value(collapsed, "diversity") < 0.1 and value(collapsed, "coverage") < 0.2  # noqa: PT018
    assert value(half, "effective_modes") < 0.6 < value(half, "precision")
    assert value(noise, "precision") < 0.3 and value(noise, "two_sample_accuracy") > 0.9  # noqa: PT018
    assert value(noise, "effective_modes") > 0.7, "bad samples are no missing modes"


def test_what_can_not_be_computed_is_absent_and_rows_without_numbers_are_counted() -> None:
    broken = ring(20, 1)
    broken[:5] = numpy.nan
    values = REFERENCE.measure(broken).values
    assert values["sample/non_finite"] == 0.25
    assert "sample/coverage" in values and all(map(math.isfinite, values.values()))  # noqa: PT018
    assert set(REFERENCE.measure(ring(3, 1)).values) == {"sample/non_finite"}
    nothing = REFERENCE.measure(numpy.full((4, 2), numpy.nan))
    assert nothing.values == {"sample/non_finite": 1.0} and nothing.mean is None  # noqa: PT018


@pytest.mark.parametrize(
    ("features", "says"), [(normal(5, 2, 0), "5 finite real samples"), (numpy.zeros(9), "features of shape")]
)
def test_a_reference_that_can_not_be_is_refused(features: Array, says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        Reference(features)


def test_samples_of_another_width_are_refused() -> None:
    with pytest.raises(InvalidValue, match=r"\(n, 2\) is allowed"):
        REFERENCE.measure(normal(20, 3, 0))


def test_the_same_seed_gives_the_same_values() -> None:
    again = Reference(ring(1000, 0))
    assert again.measure(ring(300, 2)).values == REFERENCE.measure(ring(300, 2)).values
    assert again.floors == REFERENCE.floors


def test_data_that_are_all_the_same_are_measured_without_complaint() -> None:
    constant = Reference(numpy.ones((50, 4)))
    assert constant.measure(numpy.ones((20, 4))).values["sample/diversity"] == 1.0


def test_a_trajectory_tells_rest_from_hopping_and_goes_on_where_it_was_kept() -> None:
    rest, hop = Trajectory(), Trajectory()
    for i in range(12):
        resting = rest.update(REFERENCE.measure(ring(500, i)))
        angle = 2 * math.pi * (i % 8) / 8
        hopping = hop.update(
            REFERENCE.measure(normal(500, 2, i, scale=0.02) + numpy.array([math.cos(angle), math.sin(angle)]))
        )
    assert resting["sample/movement"] < 0.15 and resting["sample/turnover"] < 0.3  # noqa: PT018
    assert hopping["sample/movement"] > 0.3 and hopping["sample/path_efficiency"] < 0.2  # noqa: PT018
    assert hopping["sample/modes_union"] >= 2 * hopping["sample/modes"]
    kept = Trajectory.of(json.loads(json.dumps(hop.state_dict())))
    batch = REFERENCE.measure(ring(500, 99))
    assert kept.update(batch) == hop.update(batch)


def test_ndb_of_one_law_is_about_its_level() -> None:
    clusters = Clusters.of(ring(2000, 0), 0)
    found = [ndb(clusters.occupancy(ring(500, seed)), clusters, 500) for seed in range(1, 30)]
    assert numpy.mean(found) < 0.12
    assert ndb(clusters.occupancy(ring(500, 1, modes=2)), clusters, 500) > 0.8
    assert effective_modes(clusters.occupancy(ring(500, 1)), 500, clusters) == pytest.approx(1.0, abs=0.1)


def test_vendi_is_a_ratio_at_equal_n() -> None:
    sides = [Within(distances(normal(100, 3, seed))) for seed in range(40)]
    assert numpy.mean([vendi(real, fake) for real, fake in pairwise(sides)]) == pytest.approx(1.0, abs=0.05)
    assert vendi(sides[0], Within(distances(normal(100, 3, 1, scale=0.01)))) < 0.5


# -- extractors -------------------------------------------------------------------------------------------------------


def test_pooled_pixels_are_means_over_squares_and_scale_bytes() -> None:
    images = numpy.random.default_rng(0).integers(0, 256, (5, 1, 32, 32), dtype=numpy.uint8)
    found = PooledPixels(256)(images)
    truth = images.reshape(5, 16, 2, 16, 2).mean(axis=(2, 4)).reshape(5, -1) / 255
    assert found == pytest.approx(truth)
    assert PooledPixels().name == "pooled-pixels/256"


def test_pooling_takes_sides_that_do_not_divide() -> None:
    assert PooledPixels(256)(numpy.ones((2, 3, 50, 30))) == pytest.approx(1.0)
    assert PooledPixels(256)(numpy.ones((2, 3, 50, 30))).shape[1] <= 256


def test_wide_rows_are_projected_and_keep_their_distances() -> None:
    rows = normal(40, 5000, 0)
    found = PooledPixels(256)(rows)
    ratio = cdist(found, found)[numpy.triu_indices(40, 1)] / cdist(rows, rows)[numpy.triu_indices(40, 1)]
    assert found.shape == (40, 256)
    assert ratio == pytest.approx(1.0, abs=0.25)


def test_random_convolutions_are_fixed_and_tell_textures_apart() -> None:
    rng = numpy.random.default_rng(0)
    smooth = rng.uniform(size=(20, 1, 16, 16)).repeat(2, 2).repeat(2, 3)
    rough = rng.uniform(size=(20, 1, 32, 32))
    extract = RandomConvolutions(seed=3)
    assert extract(rough) == pytest.approx(RandomConvolutions(seed=3)(rough))
    apart = Reference(extract(rough)).measure(extract(smooth)).values["sample/two_sample_accuracy"]
    assert apart > 0.9
    with pytest.raises(InvalidValue, match="need images"):
        extract(normal(4, 9, 0))
