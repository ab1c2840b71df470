"""A map of data and samples together, made anew for one batch: it shows what a fixed map has no room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.projections.pca import Pca

if TYPE_CHECKING:
    from monitor.projections.arrays import Array

PERPLEXITY = 30


def joint_map(reference: Array, samples: Array, seed: int = 0, say: bool = False) -> tuple[Array, Array]:
    """Lays out (N, D) and (M, D) together by scikit-learn's t-SNE: (N, 2) and (M, 2).

    `say`: whether scikit-learn prints how far it is, every 50 of its 1,000 steps.

    Unlike in a fixed map, samples far from all data get a place of their own; in return two such maps can't be compared.
    """
    import numpy
    from sklearn.manifold import TSNE

    rows = numpy.concatenate([reference, samples])
    if rows.shape[1] > 50:
        rows = Pca(rows, 50)(rows)
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    start = Pca(rows).plane(rows)
    start = start / (start[:, 0].std() or 1.0) * 1e-4
    made = TSNE(
        perplexity=perplexity, init=start, learning_rate="auto", random_state=seed, n_jobs=1, verbose=2 if say else 0
    )
    places = made.fit_transform(rows)
    return places[: len(reference)], places[len(reference) :]
