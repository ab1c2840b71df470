"""A batch of discriminator outputs, reduced to what can be drawn and judged: mean, spread, and how well D ranks."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy

AUC = "auc/discriminator"
SIDES = ("logits/real", "logits/fake")


def auc(real: numpy.ndarray[Any, Any], fake: numpy.ndarray[Any, Any]) -> float | None:
    """P(real > fake) + P(real = fake) / 2 over all pairs: the area under D's ROC curve, ties counted half.

    Args:
        real: outputs on real data, (n,). fake: on generated data, (m,). Values that are not finite are left out.

    Returns:
        0.5: D can't tell them apart; 1: D ranks every real one higher; None when a side is empty.
    """
    import numpy

    real, fake = real[numpy.isfinite(real)], numpy.sort(fake[numpy.isfinite(fake)])
    if not len(real) or not len(fake):
        return None
    below = numpy.searchsorted(fake, real, side="left") + numpy.searchsorted(fake, real, side="right")
    return float(below.mean() / (2 * len(fake)))


class Outputs(NamedTuple):
    """One side's outputs at a step. `side`: the standard signal that `name` stands for, or ""; `values`: (n,) float64."""

    step: int
    name: str
    side: str
    values: Any


class Logits:
    """Reduces outputs of many steps at once: one numpy call for all of a size costs little more than one for a single step.

    Used by one thread. It remembers the last step's outputs, so that the two sides of a step may come in two bundles.
    """

    def __init__(self) -> None:
        self._sides: dict[int, dict[str, Any]] = {}

    def reduce(self, outputs: list[Outputs]) -> list[tuple[int, dict[str, float]]]:
        """(step, values) for each: `<name>` (mean), `<name>/std` (population standard deviation), and for each step that now has
        both sides `auc/discriminator`."""
        found = [
            (one.step, {one.name: mean, f"{one.name}/std": std})
            for one, (mean, std) in zip(outputs, moments([one.values for one in outputs]), strict=True)
        ]
        steps = []
        for one in outputs:
            if one.side in SIDES:
                sides = self._sides.setdefault(one.step, {})
                sides[one.side] = one.values
                if len(sides) == 2:
                    steps.append(one.step)
        pairs = [(self._sides[step][SIDES[0]], self._sides[step][SIDES[1]]) for step in steps]
        for step, value in zip(steps, aucs(pairs), strict=True):
            if value is not None:
                found.append((step, {AUC: value}))
        last = max(self._sides, default=0)
        self._sides = {last: self._sides[last]} if self._sides else {}
        return found


def moments(vectors: list[Any]) -> list[tuple[float, float]]:
    """Mean and population standard deviation of each vector."""
    import numpy

    found: list[tuple[float, float]] = [(0.0, 0.0)] * len(vectors)
    for places in _by_size([vector.shape for vector in vectors]):
        rows = numpy.stack([vectors[place] for place in places])  # (K, n)
        for place, mean, std in zip(places, rows.mean(axis=1).tolist(), rows.std(axis=1).tolist(), strict=True):
            found[place] = (mean, std)
    return found


def aucs(pairs: list[tuple[Any, Any]]) -> list[float | None]:
    """`auc` of each pair: by the ranks of the real ones, which one sort of all gives (Mann and Whitney 1947); by `auc` itself
    where two outputs are equal or one is not finite."""
    import numpy

    found: list[float | None] = [None] * len(pairs)
    for places in _by_size([(len(real), len(fake)) for real, fake in pairs]):
        n, m = len(pairs[places[0]][0]), len(pairs[places[0]][1])
        if not n or not m:
            continue
        both = numpy.stack([numpy.concatenate(pairs[place]) for place in places])  # (K, n + m)
        order = both.argsort(axis=1)
        ordered = numpy.take_along_axis(both, order, axis=1)
        odd = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1) | ~numpy.isfinite(ordered[:, [0, -1]]).all(axis=1)
        ranks = numpy.nonzero(order < n)[1].reshape(len(places), n).sum(axis=1)  # from 0
        values = (ranks - n * (n - 1) / 2) / (n * m)
        for place, value, not_plain in zip(places, values.tolist(), odd.tolist(), strict=True):
            found[place] = auc(*pairs[place]) if not_plain else value
    return found


def _by_size(shapes: list[tuple[int, ...]]) -> list[list[int]]:
    """Places with the same shape, at most 64 together."""
    groups = defaultdict(list)
    for place, shape in enumerate(shapes):
        groups[shape].append(place)
    return [places[start : start + 64] for places in groups.values() for start in range(0, len(places), 64)]
