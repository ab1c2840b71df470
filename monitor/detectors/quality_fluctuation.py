"""Samples that are good and bad in turns."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct, field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding
from monitor.detectors.frames import SampleBatch
from monitor.streams import Best

DIPS = 3
WITHIN = 40  # batches
AFTER_GOOD = 5  # batches after which it counts as good once
DOWN, UP = 0.2, 0.6  # of the best
GOOD = 0.5  # precision of samples that are worth something
SAYS = 0.1  # best score below which nothing can be seen to fall
AWAY, BACK = 5.0, 2.0  # times the nearest distance


class Dips(Struct):
    """Falls of a score below `DOWN` of its best that come back above `UP` of it.

    Attributes:
        begun: (batch, step) of each fall that came back, of the last `WITHIN` batches.
    """

    best: Best = field(default_factory=lambda: Best(5, True))
    begun: list[tuple[int, int]] = field(default_factory=list)
    good: int = 0
    batch: int = 0
    down_at: int = -1

    def update(self, step: int, score: float) -> None:
        """Takes a score in, 0 … 1, the higher the better."""
        self.batch += 1
        self.best.update(score)
        self.good += self.best.known and self.best.value > GOOD
        if self.good < AFTER_GOOD:
            return
        if self.down_at < 0 and score < DOWN * self.best.value:
            self.down_at = step
        elif self.down_at >= 0 and score > UP * self.best.value:
            self.begun.append((self.batch, self.down_at))
            self.down_at = -1
        self.begun = [one for one in self.begun if one[0] > self.batch - WITHIN]

    def fallen(self, score: float) -> bool:
        """Whether a score is far below the best so far; one that never was above `SAYS` can't tell, and does not object."""
        return self.best.value < SAYS or score < DOWN * self.best.value


class Swings(Struct):
    """Distances that leave the nearest so far behind, fivefold and above the double of the floor, and come back to it; the score
    of the same samples has to have fallen too: a distance also grows when good samples are shared out otherwise.

    Attributes:
        begun: (batch, step) of each swing that came back, of the last `WITHIN` batches.
    """

    best: Best = field(default_factory=lambda: Best(5, False))
    begun: list[tuple[int, int]] = field(default_factory=list)
    good: int = 0
    batch: int = 0
    away_at: int = -1

    def update(self, step: int, distance: float, floor: float, fallen: bool) -> None:
        """Takes an energy distance in; `floor`: below it samples and data are the same; `fallen`: the score has."""
        self.batch += 1
        self.best.update(distance)
        self.good += self.best.known and distance < floor
        if self.good < AFTER_GOOD:
            return
        if self.away_at < 0 and fallen and distance > max(2 * floor, AWAY * self.best.value):
            self.away_at = step
        elif self.away_at >= 0 and distance < max(floor, BACK * self.best.value):
            self.begun.append((self.batch, self.away_at))
            self.away_at = -1
        self.begun = [one for one in self.begun if one[0] > self.batch - WITHIN]


class QualityFluctuation(Detector):
    """The samples were good, turn bad, and come back, again and again.

    Formula: precision (the share of samples within the data, Kynkäänniemi et al. 2019) over what the reference reads against
    itself, times the share of the data's clusters that are filled (one point that hops onto the data and off is never good); its
    best is the median of the 5 highest. A dip begins where it falls below 20 % of the best and ends where it is
    above 60 % again; three of them within 40 batches, once it was good (above 0.5) for 5 batches. Or the energy distance, where
    modes are so narrow that precision stays low: away above five times its best and twice the distance at which samples can be
    told from the data, while the score has fallen too (or never was above 0.1), back below twice its best or that distance.

    Healthy look-alikes: the noise of small batches, samples that swing between good and fair, and a single dip after a
    schedule. Which checkpoint is the best then is luck; averaging the generator's weights smooths it (Yazıcı et al. 2019).
    See also `Oscillation`.

    >>> detector, view = QualityFluctuation(), View()
    >>> for step in range(0, 2000, 50):
    ...     batch = SampleBatch(step, {"precision": 0.05 if step % 500 == 450 else 0.9})
    ...     detector.batch(batch, view)
    >>> detector.finding(view).onset_step
    450
    """

    kind: ClassVar[str] = "quality_fluctuation"
    needs: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"sample"}),)
    dips: Dips = field(default_factory=Dips)
    swings: Swings = field(default_factory=Swings)
    last: int = 0

    def batch(self, batch: SampleBatch, view: View) -> None:
        """Is it down, or back?"""
        precision, fallen = batch.values.get("precision"), True
        if precision is not None:
            good = min(1.0, precision / max(view.floor.get("precision", 1.0), 0.1))
            score = good * min(1.0, batch.values.get("effective_modes", 1.0))
            self.dips.update(batch.step, score)
            fallen = self.dips.fallen(score)
        distance = batch.values.get("energy_distance")
        if distance is not None:
            self.swings.update(batch.step, distance, view.distance_floor, fallen)
        self.last = batch.step

    def finding(self, view: View) -> Finding | None:
        """A warning: the run is not lost, but its checkpoints are of very different worth."""
        found = {"sample/precision": self.dips.begun, "sample/energy_distance": self.swings.begun}
        signal, begun = max(found.items(), key=lambda one: len(one[1]))
        count = len(begun)
        if count < DIPS:
            return None
        onset = begun[0][1]
        says = f"the samples have turned bad and come back {count} times"
        evidence = [Evidence(signal, says, count, DIPS, onset, self.last)]
        return Finding(
            "warning", onset, min(0.9, 0.5 + 0.1 * count), f"Fluctuating quality since step {onset:,}: {says}", evidence
        )
