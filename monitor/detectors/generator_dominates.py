"""A discriminator that is too weak to teach."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding
from monitor.detectors.frames import AUC, RATIO_D, Block, SampleBatch, separability
from monitor.streams import Persistence, Window

FROZEN = 1e-7
RIGHT = 0.95  # one that is right so often may stand still: the hinge loss asks no more of it
INVERTED = 0.3
CHANCE = (0.3, 0.65)
STEADY = (0.25, 0.7)  # quartiles of one that is at chance: one that swings beyond chases, and is not weak
OFF = 0.2  # precision over the reference's own, above which many of the samples lie where data are
COUNTED, WARM = 20, 50  # blocks from which on one that is upside down is counted, and told
TOLD_APART = 0.8  # accuracy of a nearest-neighbour test at which anybody can tell the samples from the data


class GeneratorDominates(Detector):
    """The discriminator cannot tell what a simple test can: the generator goes wherever its slope leads.

    Formula: (a) ‖ΔW_D‖/‖W_D‖ < 1e-7 in 4 blocks, with an AUC below 0.95 in each of them and by the median of the last 9: it does
    not learn at all, said at once. Where outputs are logged, only by a ranking that was read since it came to rest: it may rest
    because it has just become right. (b) AUC < 0.3 in 21 of 30 blocks: it is upside down; counted from the 20th block on, told
    from the 50th. (c) AUC within 0.3 … 0.65 by its median, and within 0.25 … 0.7 by its quartiles over 20 blocks (one that swings
    chases, and is not weak), while the leave-one-out nearest-neighbour test on the same batches is right more than 80 % of the
    time and the samples are far from the data, less than 20 % as precise as the data themselves, in 8 of 10 batches, and not
    improving.

    Healthy look-alike: at the equilibrium the discriminator is at chance too (loss 2 ln 2, AUC 0.5). That is success, and the
    independent test (Lopez-Paz and Oquab 2017) is at chance as well: without samples (c) is never said. Samples on a part of the
    data alone: a discriminator looks at one sample at a time, and each of them is a good one; that is a collapse. And a hinge
    loss that is nothing: such a discriminator stands still because it is right.

    >>> from monitor.detectors.frames import Block
    >>> detector, view = GeneratorDominates(), View()
    >>> for i in range(60):
    ...     mean = {"auc/discriminator": 0.6, "update_ratio/discriminator": 1e-3 if i < 40 else 1e-9}
    ...     detector.block(Block(i * 10, i * 10 + 9, 10, mean, mean), view)
    >>> detector.finding(view).variant, detector.finding(view).onset_step
    ('frozen', 400)
    """

    kind: ClassVar[str] = "generator_dominates"
    needs: ClassVar[tuple[frozenset[str], ...]] = (frozenset({AUC, "sample"}), frozenset({RATIO_D}))
    still: Persistence = field(default_factory=lambda: Persistence(of=4, enter=4, leave=1))
    resting: int = -1  # first step of the present standstill
    inverted: Persistence = field(default_factory=lambda: Persistence(of=30, enter=21, leave=10))
    blind: Persistence = field(default_factory=lambda: Persistence(of=10, enter=8, leave=4))
    chances: Window = field(default_factory=lambda: Window(20))
    ratio: float = 0.0
    accuracy: float = 0.0
    last: int = 0

    def block(self, block: Block, view: View) -> None:
        """Does it move, and how is its ranking?"""
        self.last = block.last
        told = separability(block.mean)
        if told is not None:
            self.chances.push(block.last, told)
        if RATIO_D in block.mean:
            self._stands(block, view)
        if told is not None:
            self.inverted.update(block.first, view.blocks > COUNTED and told < INVERTED)

    def _stands(self, block: Block, view: View) -> None:
        """Does it stand still, though it is not right?"""
        self.ratio = block.mean[RATIO_D]
        rests = self.ratio < FROZEN
        self.resting = -1 if not rests else self.resting if self.resting >= 0 else block.first
        newest = self.chances.values[-1] if len(self.chances) else 0.0
        if rests and len(self.chances) and self.chances.steps[-1] < self.resting:
            return  # how it ranks since then is not known yet
        self.still.update(block.first, rests and max(view.separable, newest) < RIGHT)

    def batch(self, batch: SampleBatch, view: View) -> None:
        """Can somebody else tell?"""
        if not len(self.chances):
            return
        self.accuracy = batch.values.get("two_sample_accuracy", 0.0)
        precise = batch.values.get("precision", 0.0) / max(view.floor.get("precision", 1.0), 0.1)
        obvious = self.accuracy > TOLD_APART and precise < OFF and view.far and not view.improving()
        ordered = sorted(self.chances.values)
        quarter = len(ordered) // 4
        steady = ordered[quarter] > STEADY[0] and ordered[-1 - quarter] < STEADY[1]
        blind = steady and CHANCE[0] <= self.chances.median() <= CHANCE[1]
        started = view.batches > 10 and view.step >= 500
        self.blind.update(batch.step, started and blind and obvious)

    def finding(self, view: View) -> Finding | None:
        """A discriminator that stands still is certain; the others are warnings, critical when both signs are there."""
        if self.still.holding:
            says = f"a step moves the discriminator's weights by {self.ratio:.0e} of their size: it learns nothing"
            evidence = [Evidence(RATIO_D, says, self.ratio, FROZEN, self.still.onset, self.last)]
            return Finding("critical", self.still.onset, 1.0, _summary(self.still.onset, says), evidence, "frozen")
        if self.inverted.holding and view.blocks > WARM:
            value = self.chances.median()
            says = f"it is upside down and ranks only {value:.0%} of real above generated samples"
            evidence = [Evidence(AUC, says, value, INVERTED, self.inverted.onset, self.last)]
            return Finding(
                "warning", self.inverted.onset, 0.7, _summary(self.inverted.onset, says), evidence, "inverted"
            )
        if self.blind.holding:
            value = self.chances.median()
            first = Evidence(
                AUC, f"the discriminator is at chance (AUC {value:.2f})", value, CHANCE[1], self.blind.onset, self.last
            )
            told = f"a nearest-neighbour test tells samples from data {self.accuracy:.0%} of the time"
            second = Evidence(
                "sample/two_sample_accuracy", told, self.accuracy, TOLD_APART, self.blind.onset, self.last
            )
            says = f"it is at chance (AUC {value:.2f}), and {told}"
            return Finding(
                "critical", self.blind.onset, 0.8, _summary(self.blind.onset, says), [first, second], "blind"
            )
        return None


def _summary(onset: int, says: str) -> str:
    return f"The discriminator is too weak since step {onset:,}: {says}"
