"""Weight matrices that blow up in one direction, or lose most of theirs."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct, field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding
from monitor.detectors.frames import Block
from monitor.streams import Window

NORM, RANK = "spectral_norm/", "effective_rank/"
AFTER = 400  # steps before anything is held against the past
GROWTH, WITHIN = 2.0, 500
LOST = 0.5


class Matrix(Struct):
    """One weight's readings: the last of each, and the first after the warm-up."""

    norms: Window = field(default_factory=lambda: Window(8))
    start_rank: float = 0.0
    rank: float = 0.0
    rank_at: int = 0


class SpectralCollapse(Detector):
    """A top singular value that doubles within 500 steps, or an effective rank that halves in half of a network's layers.

    Formula: σ₁ of a layer over its value 500 steps before > 2; exp(H(σ / Σσ)) below half of its first value after 400 steps,
    in at least half of the layers that have one, and at least two. Always an info: it comes before collapse in large
    spectrally normalised models, and says little in small ones. Liu, Tang, Xie and Qiu (2019); Brock, Donahue and Simonyan
    (2019).

    Healthy look-alike: the first hundreds of steps, when all spectra grow, and heads of one row, which have rank 1 by design.

    >>> from monitor.detectors.frames import Block
    >>> detector, view = SpectralCollapse(), View()
    >>> for step, norm in ((500, 1.0), (600, 1.1), (700, 1.2), (800, 3.0)):
    ...     mean = {"spectral_norm/discriminator/body.0": norm}
    ...     detector.block(Block(step, step + 9, 10, mean, mean), view)
    >>> detector.finding(view).summary
    'Spectral growth since step 509: the top singular value of discriminator/body.0 has grown 3.0 times'
    """

    kind: ClassVar[str] = "spectral_collapse"
    needs: ClassVar[tuple[frozenset[str], ...]] = (frozenset({NORM}), frozenset({RANK}))
    matrices: dict[str, Matrix] = field(default_factory=dict)
    last: int = 0

    def block(self, block: Block, view: View) -> None:
        """Readings come once in hundreds of steps."""
        if block.last < AFTER:
            return
        for name, value in block.mean.items():
            if name.startswith((NORM, RANK)):
                self.last = block.last
                self._read(name, block.last, value)

    def _read(self, name: str, step: int, value: float) -> None:
        kind, _, layer = name.partition("/")
        if layer not in self.matrices:
            self.matrices[layer] = Matrix()
        matrix = self.matrices[layer]
        if kind + "/" == NORM:
            matrix.norms.push(step, value)
        else:
            matrix.rank, matrix.rank_at = value, step
            matrix.start_rank = matrix.start_rank or value

    def rebaseline(self) -> None:
        """Another learning rate is another pace of growth."""
        self.matrices.clear()

    def finding(self, view: View) -> Finding | None:
        """An info, with the layers that show it."""
        grown = [(layer, *found) for layer, one in self.matrices.items() if (found := _growth(one.norms))]
        ranked = {layer: one for layer, one in self.matrices.items() if one.start_rank > 2}
        poor = {layer: one for layer, one in ranked.items() if one.rank < LOST * one.start_rank}
        if len(poor) >= max(2, len(ranked) / 2):
            onset = min(one.rank_at for one in poor.values())
            evidence = [
                Evidence(f"{RANK}{layer}", f"{layer} went from rank {one.start_rank:.1f} to {one.rank:.1f}", one.rank,
                         LOST * one.start_rank, onset, self.last)
                for layer, one in poor.items()
            ]  # fmt: skip
            says = f"{len(poor)} of {len(ranked)} layers have lost half of their effective rank"
            return Finding("info", onset, 0.6, f"Spectral collapse since step {onset:,}: {says}", evidence[:5], "rank")
        if grown:
            layer, onset, times = max(grown, key=lambda one: one[2])
            says = f"the top singular value of {layer} has grown {times:.1f} times"
            return Finding(
                "info",
                onset,
                0.5,
                f"Spectral growth since step {onset:,}: {says}",
                [Evidence(NORM + layer, says, times, GROWTH, onset, self.last)],
                "norm",
            )
        return None


def _growth(norms: Window) -> tuple[int, float] | None:
    """(since, how many times) a value has grown within the last 500 steps; None when not twofold."""
    if not len(norms):
        return None
    near = [
        (step, value) for step, value in zip(norms.steps, norms.values, strict=True) if step >= norms.steps[-1] - WITHIN
    ]
    step, least = min(near, key=lambda one: one[1])
    return (step, norms.values[-1] / least) if least > 0 and norms.values[-1] > GROWTH * least else None
