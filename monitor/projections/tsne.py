"""One t-SNE map for a whole training: the reference's layout is made once, later samples are placed into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.projections.pca import Pca

if TYPE_CHECKING:
    from monitor.projections.arrays import Array

MAX_REFERENCE = 1500
MIN_REFERENCE = 10
DIMENSIONS = 50  # above, principal components come first (van der Maaten & Hinton 2008, section 4.2)
PERPLEXITY = 30
PLACING_STEPS = 100


class TsneMap:
    """The reference's t-SNE layout (openTSNE: Barnes-Hut, exact neighbours), and samples placed into it.

    A sample is placed by minimising its own part of t-SNE's cost while the reference stays where it is (Poličar, Stražar &
    Zupan 2021, "Embedding to reference t-SNE space"), so all frames of a training share one map. The map shows which part of
    the data a sample is nearest to, not how near: see `Neighbours` for that.

    Attributes:
        layout: (N, 2) float32, the reference's places.

    Args:
        reference: (N, D) with 10 ≤ N ≤ 1,500.
        layout: (N, 2) of an earlier map of the same reference: nothing is computed anew then.

    Raises:
        InvalidValue: too few or too many rows, or all of them are the same.
    """

    def __init__(self, reference: Array, seed: int = 0, layout: Array | None = None) -> None:
        if not MIN_REFERENCE <= len(reference) <= MAX_REFERENCE:
            raise InvalidValue(
                f"a reference of {len(reference)} rows can't be laid out, {MIN_REFERENCE} to {MAX_REFERENCE} rows are allowed"
            )
        if (reference == reference[0]).all():
            raise InvalidValue(f"all {len(reference)} rows of the reference are the same: there is nothing to lay out")
        self._seed = seed
        self._reduce = Pca(reference, DIMENSIONS) if reference.shape[1] > DIMENSIONS else None
        self._perplexity = min(PERPLEXITY, (len(reference) - 1) / 3)
        rows = self._reduced(reference)
        self.layout = self._lay_out(rows) if layout is None else layout
        self._map = self._laid_out(rows)

    def _reduced(self, rows: Array) -> Array:
        return rows if self._reduce is None else self._reduce(rows)

    def _lay_out(self, rows: Array) -> Array:
        import numpy
        from openTSNE import TSNE

        layout = TSNE(
            perplexity=self._perplexity,
            neighbors="exact",
            negative_gradient_method="bh",
            random_state=self._seed,
            n_jobs=1,
        ).fit(rows)
        return _centred(numpy.array(layout)).astype(numpy.float32)

    def _laid_out(self, rows: Array) -> Any:
        from openTSNE import TSNEEmbedding
        from openTSNE.affinity import PerplexityBasedNN

        affinities = PerplexityBasedNN(rows, self._perplexity, method="exact", random_state=self._seed, n_jobs=1)
        start = _centred(self.layout.astype(float))
        return TSNEEmbedding(start, affinities, negative_gradient_method="bh", random_state=self._seed, n_jobs=1)

    def place(self, rows: Array) -> Array:
        """(M, D) → (M, 2): places of further rows; each depends on the reference and its own row alone."""
        import numpy

        reduced = self._reduced(rows)
        return numpy.asarray(self._map.transform(reduced, n_iter=PLACING_STEPS), numpy.float32)


def _centred(layout: Array) -> Array:
    """Its range about the origin: `transform` of openTSNE moves a map there, and what it places lies on the moved map."""
    centred: Array = layout - (layout.max(axis=0) + layout.min(axis=0)) / 2
    return centred
