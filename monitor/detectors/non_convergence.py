"""A training that gets nowhere."""

from __future__ import annotations

from statistics import median
from typing import ClassVar

from msgspec import field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding
from monitor.detectors.frames import RATIO_D, RATIO_G, Block, SampleBatch
from monitor.streams import Persistence, auc

KEPT = 256  # distances that are kept; every second goes when there are more
SHARE = 0.4  # of the run that is looked at
STEPS, BATCHES = 800, 16  # at least so much of it
FROM = 400  # steps: what was before them is the start
ONCE = 5  # batches that were near in as long a stretch before: then it has converged, and lost it
LASTING = 0.8  # share of the distances that are far: a run that was near and lost it has converged once
GAIN = 0.2
RANKED = 0.6  # share of pairs, an earlier and a later distance, of which the later is the nearer
FAR = 0.05
IDLE = 1e-6


class NonConvergence(Detector):
    """The samples have stopped coming nearer to the data, and are not near.

    Formula: over the last 40 % of the run (at least 800 steps and 16 batches, without the first 400 steps) the normalised
    energy distance 2 E d(x, y) - E d(x, x') - E d(y, y') over 2 E d(x, y) has not fallen from its first to its second half -
    by 20 %, by medians, and in 60 % of all pairs, so that luck among distances that jump is no progress - and four of five of
    them are above 5 times what the reference reads against itself, and above 0.05. Not where 5 batches were as near as can be
    told in as long a stretch before: such a run has converged and lost it, which other kinds tell. Also: ‖ΔW‖/‖W‖ of both
    networks below 1e-6 for 200 steps: nothing is learnt.

    Healthy look-alikes: a converged run stays where it is too, but at its floor; a slow start improves. A collapsed run does not
    converge either, which is then said as a consequence. Székely and Rizzo (2013) for the energy distance.

    >>> detector, view = NonConvergence(), View()
    >>> for step in range(0, 2500, 50):
    ...     batch = SampleBatch(step, {"energy_distance": max(0.3, 0.5 - step / 2000)})
    ...     view.batch(batch)
    ...     detector.batch(batch, view)
    >>> detector.finding(view).severity
    'warning'
    """

    kind: ClassVar[str] = "non_convergence"
    needs: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"sample"}), frozenset({RATIO_G, RATIO_D}))
    steps: list[int] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)
    stride: int = 1
    seen: int = 0
    stuck: Persistence = field(default_factory=lambda: Persistence(of=4, enter=3, leave=1))
    idle: Persistence = field(default_factory=lambda: Persistence(of=20, enter=18, leave=5))
    level: float = 0.0
    limit: float = 0.0
    first: int = 0
    last: int = 0

    def block(self, block: Block, view: View) -> None:
        """Does anything move?"""
        ratios = [block.mean[name] for name in (RATIO_G, RATIO_D) if name in block.mean]
        if len(ratios) == 2:
            self.idle.update(block.first, max(ratios) < IDLE)

    def batch(self, batch: SampleBatch, view: View) -> None:
        """Has the distance fallen?"""
        distance = batch.values.get("energy_distance")
        if distance is None:
            return
        self._keep(batch.step, distance)
        self.last = batch.step
        start = batch.step - max(STEPS, SHARE * batch.step)
        window = [(step, value) for step, value in zip(self.steps, self.distances, strict=True) if step >= start]
        self.limit = max(5 * view.floor.get("energy_distance", 0.0), FAR)
        ripe = start >= FROM - 1 and self.steps[0] <= start and self.seen >= BATCHES and len(window) >= 8
        if not ripe:
            self.stuck.update(batch.step, False)
            return
        half = len(window) // 2
        values = [value for _, value in window]
        self.level, self.first = median(values), window[0][0]
        lasting = sum(value > self.limit for value in values) >= LASTING * len(values)
        far = lasting and median(values[-3:]) > self.limit and not self._was_near(2 * start - batch.step, start, view)
        self.stuck.update(batch.step, far and not _nearer(values[:half], values[half:]))

    def _was_near(self, first: float, last: float, view: View) -> bool:
        """Whether samples and data were the same for some batches between two steps, for all that can be told."""
        found = (value for step, value in zip(self.steps, self.distances, strict=True) if first <= step < last)
        return self.stride * sum(value < view.distance_floor for value in found) >= ONCE

    def _keep(self, step: int, distance: float) -> None:
        """Keeps one in `stride`, so that the whole run stays in view."""
        if self.seen % self.stride == 0:
            self.steps.append(step)
            self.distances.append(distance)
            if len(self.steps) > KEPT:
                self.steps, self.distances, self.stride = self.steps[::2], self.distances[::2], self.stride * 2
        self.seen += 1

    def finding(self, view: View) -> Finding | None:
        """A warning: there is time, but it is not used."""
        if self.stuck.holding:
            says = f"the samples' distance to the data stays at {self.level:.2f}"
            evidence = [Evidence("sample/energy_distance", says, self.level, self.limit, self.first, self.last)]
            return Finding("warning", self.first, 0.8, f"No convergence since step {self.first:,}: {says}", evidence)
        if self.idle.holding:
            says = "neither network's weights move, nothing is learnt"
            evidence = [Evidence(RATIO_G, says, 0.0, IDLE, self.idle.onset, view.step)]
            return Finding(
                "warning",
                self.idle.onset,
                0.9,
                f"No convergence since step {self.idle.onset:,}: {says}",
                evidence,
                "idle",
            )
        return None


def _nearer(before: list[float], after: list[float]) -> bool:
    """Whether the distances have fallen, by more than their own noise."""
    ranked = auc(before, after)
    return ranked is not None and ranked > RANKED and median(after) < (1 - GAIN) * median(before)
