"""Gradients that leave their range."""

from __future__ import annotations

from itertools import pairwise
from math import exp, log
from typing import ClassVar

from msgspec import Struct, field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import SEVERITIES, Evidence, Finding, Severity, fold
from monitor.detectors.frames import GRAD_D, GRAD_G, LOSS_D, LOSS_G, RATIO_D, RATIO_G, Block
from monitor.streams import Persistence, Window

TINY = 1e-30
LASTING, SPIKE = log(10), log(1000)  # above the baseline: for a while, and once
DOUBLING = log(2) / 2  # rise of the log from one fifth of a second to the next that counts as growing
HOT = 0.1  # update-to-weight ratio at which a step throws weights about
BEYOND = log(3)  # above all that it ever was: a gradient that comes back from nothing has not exploded
WARM, FEW = 200, 6  # steps and readings: gradients rise from nothing in the first steps of a healthy run
LOSS_OUT = 10.0  # times its usual size
LOST = log(100)  # times the largest that a loss ever was: told without gradients


class Side(Struct):
    """One network's gradient.

    Attributes:
        usual: log norms of accepted blocks (those during an alarm are not taken in). long: of all blocks, for the trend.
        highest: of them, since the start. level: the newest log norm. losses: sizes of its loss over accepted blocks.
        loss: the newest.
    """

    gradient: str
    ratio_name: str
    loss_name: str
    usual: Window = field(default_factory=lambda: Window(30))
    long: Window = field(default_factory=lambda: Window(80))
    hot: Persistence = field(default_factory=lambda: Persistence(of=6, enter=3, leave=1))
    begun: int = -1  # step of the first reading
    losses: Window = field(default_factory=lambda: Window(30))
    ratio: float = 0.0
    level: float = 0.0
    loss: float = 0.0
    times: float = 0.0  # the newest loss out of range over the largest before
    highest: float = -1e9
    lost: Persistence = field(default_factory=lambda: Persistence(of=6, enter=4, leave=1))
    first_loss: int = -1
    largest: float = 0.0  # size of its loss, over blocks that were not out of range
    spike_at: int = -1
    spike: float = 0.0
    last: int = 0

    def block(self, block: Block) -> None:
        """Holds a block's norm against the run's own past."""
        self._loss(block)
        self.ratio = block.mean.get(self.ratio_name, self.ratio)
        norm = block.mean.get(self.gradient)
        if norm is None:
            return
        self.last, self.level = block.last, log(max(norm, TINY))
        highest = log(max(block.high[self.gradient], TINY))
        self.loss = abs(block.mean.get(self.loss_name, 0.0))
        bad = False
        self.begun = block.first if self.begun < 0 else self.begun
        if len(self.usual) >= FEW and block.last - self.begun >= WARM:
            base = self.usual.median()
            bad = self.level > max(base + LASTING, self.highest + BEYOND)
            if highest > max(base, self.highest) + SPIKE:
                self.spike_at, self.spike = block.first, highest - max(base, self.highest)
        self.hot.update(block.first, bad)
        if not bad:
            self.usual.push(block.last, self.level)
            self.highest = max(self.highest, self.level)
            self.losses.push(block.last, self.loss)
        self.long.push(block.last, self.level)

    def _loss(self, block: Block) -> None:
        """Holds a block's loss against the largest so far."""
        value = block.mean.get(self.loss_name)
        if value is None:
            return
        self.first_loss = block.first if self.first_loss < 0 else self.first_loss
        size, self.last = abs(value), max(self.last, block.last)
        warm = block.last - self.first_loss >= WARM and self.largest > 0
        bad = warm and log(max(size, TINY)) > log(self.largest) + LOST
        self.lost.update(block.first, bad)
        if bad:
            self.times = size / self.largest
        else:
            self.largest = max(self.largest, size)

    @property
    def growing(self) -> bool:
        """Whether it has doubled, and doubled, and doubled again over the last 80 readings, with no fall between."""
        if not self.long.full:
            return False
        parts = [sorted(self.long.values[start : start + 20])[10] for start in (0, 20, 40, 60)]
        return parts[3] - parts[0] > log(8) and all(b - a > DOUBLING for a, b in pairwise(parts))

    @property
    def spiked(self) -> bool:
        """Whether a block of the last 500 steps, or so many blocks, was a thousand times the usual."""
        return self.spike_at >= 0 and self.spike_at >= self.long.steps[max(0, len(self.long) - 50)]

    @property
    def confirmed(self) -> bool:
        """A second sign: the loss has left its range too, or steps throw the weights about."""
        usual = max(self.losses.values, default=0.0)
        return self.ratio > HOT or (usual > 0 and self.loss > LOSS_OUT * usual)


class ExplodingGradient(Detector):
    """A gradient far above the run's own past, and staying there.

    Formula: L = log ‖g‖ of a block's mean, base = median of L over the last 30 accepted readings. Bad: L - base > ln 10 and L
    above all that was so far by ln 3, in 3 of 6 readings (60 steps, or as many as `run.watch` leaves out between two); or
    once > ln 1000; or L has risen by ln 8 over 80 readings, in every quarter of them. Ratios, so that the loss scale does not
    matter. An info, since under Adam a large gradient alone moves nothing; a warning when it is the thousandfold; critical
    with a second sign: the loss ten times as large as it ever was, or ‖ΔW‖/‖W‖ > 0.1, or the thousandfold that stays. Where
    no gradients are logged: a loss a hundred times as large as it ever was after the first 200 steps, in 4 of 6 blocks, is a
    warning.

    Healthy look-alikes: the first steps, where gradients rise from nothing (nothing is said before 200 steps), single spikes, a
    gradient that comes back after it had vanished, and the slow rise of a discriminator's gradient under a hinge loss. When
    it comes to NaN, `NonFinite` says so and goes before. Brock, Donahue and Simonyan (2019), for singular values.

    >>> from monitor.detectors.frames import Block
    >>> detector, view = ExplodingGradient(), View()
    >>> for i in range(60):
    ...     norm = 1.0 if i < 40 else 50.0
    ...     detector.block(Block(i * 10, i * 10 + 9, 10, {"grad_norm/generator": norm}, {"grad_norm/generator": norm}), view)
    >>> found = detector.finding(view)
    >>> found.severity, found.onset_step
    ('info', 400)
    """

    kind: ClassVar[str] = "exploding_gradient"
    needs: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({GRAD_G}),
        frozenset({GRAD_D}),
        frozenset({LOSS_G}),
        frozenset({LOSS_D}),
    )
    sides: list[Side] = field(default_factory=lambda: [Side(GRAD_G, RATIO_G, LOSS_G), Side(GRAD_D, RATIO_D, LOSS_D)])

    def block(self, block: Block, view: View) -> None:
        """Both networks' gradients."""
        for side in self.sides:
            side.block(block)

    def rebaseline(self) -> None:
        """Forgets what was usual."""
        self.sides = [Side(side.gradient, side.ratio_name, side.loss_name) for side in self.sides]

    def finding(self, view: View) -> Finding | None:
        """The worse of the two networks."""
        found = [finding for side in self.sides if (finding := self._of(side))]
        return max(found, key=lambda one: (SEVERITIES.index(one.severity), -one.onset_step), default=None)

    def _of(self, side: Side) -> Finding | None:
        network = side.gradient.rpartition("/")[2]
        times = exp(min(side.level - side.usual.median(), 60)) if len(side.usual) else 0.0
        if side.hot.holding:
            onset, says, limit = side.hot.onset, f"the {network}'s gradient is {fold(times)} times its usual size", 10.0
        elif side.spiked:
            onset, times, limit = side.spike_at, exp(min(side.spike, 60)), 1000.0
            says = f"the {network}'s gradient jumped to {fold(times)} times what it ever was"
        elif side.growing:
            onset, limit = side.long.steps[0], 8.0
            times = exp(min(side.long.values[-1] - side.long.values[0], 60))
            says = f"the {network}'s gradient doubles again and again, to {fold(times)} times what it was"
        elif side.lost.holding and not len(side.long):
            return _lost(side, network)
        else:
            return None
        critical = side.confirmed or (side.spiked and side.hot.holding)
        severity: Severity = "critical" if critical else "warning" if side.spiked else "info"
        evidence = [Evidence(side.gradient, says, times, limit, onset, side.last)]
        if side.ratio > HOT:
            told = f"one step moves the weights by {side.ratio:.0%} of their size"
            evidence.append(Evidence(side.ratio_name, told, side.ratio, HOT, onset, side.last))
        summary = f"Exploding gradient since step {onset:,}: {says}"
        return Finding(severity, onset, 0.9 if critical else 0.6, summary, evidence)


def _lost(side: Side, network: str) -> Finding:
    """A warning that rests on the loss alone."""
    says = f"the {network}'s loss is {fold(side.times)} times as large as it ever was"
    evidence = [Evidence(side.loss_name, says, side.times, exp(LOST), side.lost.onset, side.last)]
    return Finding(
        "warning", side.lost.onset, 0.6, f"Exploding since step {side.lost.onset:,}: {says}", evidence, "loss"
    )
