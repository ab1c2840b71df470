"""Maps of scikit-learn's digits: as good as they are said to be, the same again, and honest about what lies off the data."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from monitor.errors import InvalidValue
from monitor.projections import Neighbours, Pca, TsneMap, clusters, joint_map

Array = np.ndarray[Any, Any]
REAL = 500


@cache
def digits() -> tuple[Array, Array]:
    rows, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(rows))  # in the file they come writer by writer
    return rows[order] / 16.0, labels[order]


@cache
def digit_map() -> TsneMap:
    return TsneMap(digits()[0][:REAL])


def test_the_layout_keeps_neighbours_and_held_out_reals_land_among_their_own() -> None:
    rows, labels = digits()
    made = digit_map()
    assert trustworthiness(rows[:REAL], made.layout, n_neighbors=12) > 0.97
    near = KNeighborsClassifier(5).fit(made.layout, labels[:REAL])
    held_out = slice(REAL, REAL + 200)
    placed = near.score(made.place(rows[held_out]), labels[held_out])
    in_features = KNeighborsClassifier(5).fit(rows[:REAL], labels[:REAL]).score(rows[held_out], labels[held_out])
    assert placed > max(0.93, in_features - 0.03)
    at_home = np.linalg.norm(made.place(rows[:REAL]) - made.layout, axis=1)  # a row of the reference lands near itself
    assert np.median(at_home) < 0.1 * made.layout.std()


def test_the_same_inputs_give_the_same_frame_also_from_a_kept_layout() -> None:
    rows = digits()[0]
    first, fresh = digit_map(), rows[REAL : REAL + 40]
    again, kept = TsneMap(rows[:REAL]), TsneMap(rows[:REAL], layout=first.layout.copy())
    for other in (again, kept):
        np.testing.assert_array_equal(other.layout, first.layout)
        np.testing.assert_array_equal(other.place(fresh), first.place(fresh))
    np.testing.assert_array_equal(first.place(fresh[:7]), first.place(fresh)[:7])  # a row's place is its own affair


def test_a_collapsed_batch_lands_as_one_clump() -> None:
    rows = digits()[0]
    rng = np.random.default_rng(1)
    collapsed = rows[REAL] + 1e-3 * rng.standard_normal((64, 64))
    spread = digit_map().place(collapsed).std(axis=0).max()
    assert spread < 0.02 * digit_map().layout.std(axis=0).min()
    assert len(set(Neighbours(rows[:REAL])(collapsed)[1])) <= 2


def test_distance_flags_noise_that_the_map_hides() -> None:
    rows = digits()[0]
    near = Neighbours(rows[:REAL])
    noise = np.random.default_rng(2).random((200, 64))
    real, off = near(rows[REAL : REAL + 200])[0], near(noise)[0]
    assert 0.9 < np.median(real) < 1.4
    assert off.min() > np.quantile(real, 0.99)
    inside = np.abs(digit_map().layout).max(axis=0)
    hidden = (np.abs(digit_map().place(noise)) < inside).all(axis=1)
    assert hidden.mean() > 0.8  # on the map most of it looks as if it were among the data


def test_neighbours_agree_with_scikit_learn() -> None:
    rows = digits()[0] + 100.0  # far from the origin: the shortcut for squares must not lose digits
    near = Neighbours(rows[:REAL])
    truth = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(rows[:REAL] - 100.0)
    unit = np.median(truth.kneighbors(rows[:REAL] - 100.0)[0][:, 1])
    distance, nearest = truth.kneighbors(rows[REAL:600] - 100.0, n_neighbors=1)
    found = near(rows[REAL:600])
    assert near.unit == pytest.approx(unit, rel=1e-9)
    np.testing.assert_allclose(found[0], distance[:, 0] / unit, rtol=1e-9)
    np.testing.assert_array_equal(found[1], nearest[:, 0])
    distance, nearest = truth.kneighbors(rows[REAL:600] - 100.0, n_neighbors=7)
    several = near.several(rows[REAL:600], 7)
    np.testing.assert_allclose(several[0], distance / unit, rtol=1e-9)
    own = np.linalg.norm(rows[REAL:600, None] - rows[None, :REAL], axis=2)  # digits tie: any of those is right
    np.testing.assert_allclose(np.take_along_axis(own, several[1], axis=1), distance, rtol=1e-9)
    distance, nearest = truth.kneighbors(rows[:REAL] - 100.0, n_neighbors=6)
    np.testing.assert_allclose(near.own_distances, distance[:, 1:] / unit, rtol=1e-9)  # others than itself
    assert not (near.own_nearest == np.arange(REAL)[:, None]).any()
    apart, which = Neighbours(np.arange(3.0)[:, None]).several(np.zeros((1, 1)), 5)  # there are no five
    assert which.tolist() == [[0, 1, 2, -1, -1]]
    np.testing.assert_array_equal(apart, [[0, 1, 2, np.nan, np.nan]])


def test_copies_in_the_reference_do_not_make_its_unit_zero() -> None:
    line = np.arange(20.0)[:, None] * [3.0, 4.0]
    assert Neighbours(np.repeat(line, 3, axis=0)).unit == pytest.approx(5.0)
    assert Neighbours(np.ones((10, 2))).unit == 1.0
    assert Neighbours(np.ones((10, 2)))(np.full((1, 2), 2.0))[0] == pytest.approx([2**0.5])


def test_principal_components_agree_with_scikit_learn_but_for_the_sign() -> None:
    rows = digits()[0][:REAL]
    ours, theirs = Pca(rows, 5), PCA(5, svd_solver="full").fit(rows)
    np.testing.assert_allclose(np.abs(ours(rows)), np.abs(theirs.transform(rows)), atol=1e-9)
    np.testing.assert_allclose(ours.explained, theirs.explained_variance_ratio_, rtol=1e-9)
    assert (ours.components[range(5), np.abs(ours.components).argmax(axis=1)] > 0).all()
    assert Pca(np.arange(12.0)[:, None]).plane(np.arange(3.0)[:, None]).tolist() == [[-5.5, 0], [-4.5, 0], [-3.5, 0]]


def test_wide_rows_are_reduced_before_the_layout() -> None:
    rng = np.random.default_rng(3)
    rows = digits()[0][:200]
    wide = np.concatenate([rows, 1e-9 * rng.standard_normal((200, 100))], axis=1)
    assert trustworthiness(rows, TsneMap(wide).layout, n_neighbors=8) > 0.95


def test_points_in_the_plane_have_a_map_too() -> None:
    angles = np.random.default_rng(4).integers(0, 8, 300) * np.pi / 4
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) + 0.01 * np.random.default_rng(5).standard_normal(
        (300, 2)
    )
    made = TsneMap(ring[:250])
    near = KNeighborsClassifier(3).fit(made.layout, (angles[:250] * 4 / np.pi).round())
    assert near.score(made.place(ring[250:]), (angles[250:] * 4 / np.pi).round()) == 1.0


@pytest.mark.parametrize("rows", [9, 1501])
def test_too_few_and_too_many_rows_are_refused(rows: int) -> None:
    with pytest.raises(InvalidValue, match=f"reference of {rows} rows .* 10 to 1500"):
        TsneMap(np.zeros((rows, 2)))


def test_clusters_find_what_lies_apart_and_are_numbered_by_size() -> None:
    truth = np.repeat([0, 1, 2], [60, 40, 20])
    rows = np.random.default_rng(6).standard_normal((120, 5)) + 20.0 * truth[:, None]
    assert clusters(rows, 3).tolist() == truth.tolist()
    assert adjusted_rand_score(digits()[1][:REAL], clusters(digits()[0][:REAL])) > 0.5
    assert len(set(clusters(rows[:25]))) == 2  # ten rows a cluster
    assert set(clusters(np.ones((50, 3)))) == {0}


def test_a_joint_map_gives_noise_a_place_of_its_own() -> None:
    rows = digits()[0][:200]
    noise = np.random.default_rng(7).random((60, 64)) + 3.0
    real, generated = joint_map(rows, noise)
    assert (real.shape, generated.shape) == ((200, 2), (60, 2))
    places = np.concatenate([real, generated])
    sides = np.repeat([0, 1], [200, 60])
    assert KNeighborsClassifier(5).fit(places, sides).score(places, sides) > 0.99
    np.testing.assert_array_equal(joint_map(rows, noise)[0], real)


def test_data_that_are_all_one_have_no_layout_but_a_place() -> None:
    same = np.full((20, 8), 0.5)
    with pytest.raises(InvalidValue, match="all 20 rows of the reference are the same: there is nothing to lay out"):
        TsneMap(same)
    assert np.isfinite(Pca(same).plane(same)).all()
