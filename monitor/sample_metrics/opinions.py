"""What a classifier thinks of the samples: which classes they are, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.sample_metrics.moments import inception_score
from monitor.sample_metrics.occupancy import perplexity

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

SHARE = 0.1  # of the share that a class has among the data: below, it counts as missing


@dataclass(frozen=True)
class Opinions:
    """An extractor that is a classifier, and the shares of its classes among real samples.

    Attributes:
        probabilities: p(class | sample) of a batch, (N, C). shares: of the classes among real samples, (C,). count: of these.
        floors: what the real samples themselves read.
    """

    probabilities: Any
    shares: Array
    count: int
    floors: dict[str, float]

    @classmethod
    def of(cls, extractor: Any, reference: Array) -> Opinions | None:
        """None when the extractor is no classifier."""
        ask = getattr(extractor, "probabilities", None)
        if ask is None:
            return None
        sure = ask(reference)
        found = cls(ask, _shares(sure), len(sure), {})
        return cls(ask, found.shares, len(sure), found._values(sure))

    def measure(self, batch: Array) -> dict[str, float]:
        """What it thinks of a batch.

        Returns:
            "sample/inception_score" (Salimans et al. 2016, with this classifier, over all samples at once).
            "sample/effective_classes": exp of the entropy of the classes' shares over that of the data's; identical laws: 1.
            "sample/missing_classes": how many of the data's classes have less than a tenth of their share.
        """
        return self._values(self.probabilities(batch))

    def _values(self, sure: Array) -> dict[str, float]:
        import numpy

        finite = sure[numpy.isfinite(sure).all(axis=1)]
        if not len(finite):
            return {}
        shares = _shares(finite)
        return {
            "sample/inception_score": inception_score(finite, splits=1)[0],
            "sample/effective_classes": perplexity(shares, len(finite)) / perplexity(self.shares, self.count),
            "sample/missing_classes": float((shares < SHARE * self.shares).sum()),
        }


def _shares(probabilities: Array) -> Array:
    """Share of samples whose likeliest class each is, (C,)."""
    import numpy

    return numpy.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1]) / len(probabilities)
