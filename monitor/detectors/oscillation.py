"""A game that goes round and round."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

from msgspec import Struct, field

from monitor.detectors.base import BLOCK, Detector, View
from monitor.detectors.finding import Evidence, Finding, Severity
from monitor.detectors.frames import AUC, FAKE, LOSS_D, LOSS_G, REAL, Block, SampleBatch, separability
from monitor.streams import Persistence, Window, concentration, cycle

LENGTH = 96  # blocks that a period is looked for in: 960 steps
EVERY = 20  # blocks between two looks at a signal
PEAK, TROUGH, PERIODS, FISHER = 0.4, -0.2, 3.0, 0.15
ABOVE_NOISE = 1.5  # deviation over the noise between neighbours
MOVED, EFFICIENT, TURNED = 0.3, 0.2, 0.4
BEYOND = 1.25  # of the samples' own diversity
BANDS = (0.3, 0.7)
CROSSINGS = 4


class Wave(Struct):
    """One signal and its period, in steps, at the last three looks."""

    signal: str
    values: Window = field(default_factory=lambda: Window(LENGTH))
    periods: list[int] = field(default_factory=list)
    peak: float = 0.0
    pushes: int = 0

    def push(self, block: Block) -> None:
        """Takes a block in, and looks now and then."""
        value = block.mean.get(self.signal)
        if value is None:
            return
        self.values.push(block.first, value)
        self.pushes += 1
        if self.values.full and self.pushes % EVERY == 0:
            self.periods = [*self.periods[-2:], self._look()]

    def _look(self) -> int:
        found = cycle(self.values.values)
        if found is None or found.peak < PEAK or found.trough > TROUGH or found.periods < PERIODS:
            return 0
        if found.amplitude < ABOVE_NOISE * found.noise or concentration(self.values.values) < FISHER:
            return 0
        self.peak = found.peak
        steps = self.values.steps
        return round(found.period * (steps[-1] - steps[0]) / (len(steps) - 1))

    def period(self, declared: list[int]) -> int:
        """Steps a turn, the same at three looks within 20 %; 0: none, or one that was declared."""
        if len(self.periods) < 3 or not all(self.periods):
            return 0
        middle = sorted(self.periods)[1]
        steady = all(abs(one - middle) <= 0.2 * middle + BLOCK for one in self.periods)
        known = any(abs(middle - one) <= 0.1 * one + BLOCK / 2 for one in declared)
        return middle if steady and not known else 0


class Oscillation(Detector):
    """Samples that wander from mode to mode, a discriminator that is right and wrong in turns, or losses with a period.

    Formulas. Samples: the batch mean moves by more than 0.3 of the data's deviation a batch, and by more than 1.25 times the
    samples' own diversity, and gets nowhere (path efficiency < 0.2 over 10 batches); or cluster shares turn over by more than
    0.4 above their small-sample floor (median of 8 batches), the mean moves by more than 0.2, and either the clusters seen
    over 10 batches are twice those seen in one, or the samples come no nearer to the data. In 5 of 6 batches: critical.
    Discriminator: the AUC crosses from below 0.3 to above 0.7 or back 4 times in 20 blocks: warning. Losses and outputs: over
    960 steps an autocorrelation peak > 0.4 after a trough < -0.2, at least 3 periods, Fisher's g > 0.15, standing out of the
    noise, the same period in 3 looks: info, for a loss that waves while samples stay is harmless; warning when no samples are
    logged.

    Healthy look-alikes: small batches, hinge and Wasserstein losses that follow the batch, epochs and warm restarts (declared
    periods are left out), and the first hundreds of steps on images. The reverse is the dangerous case: samples that circle
    under flat losses. Mescheder, Geiger and Nowozin (2018) for the rotation; Metz et al. (2017) for the hopping.

    >>> detector, view = Oscillation(), View()
    >>> for step in range(0, 2000, 50):
    ...     wander = {"movement": 1.0 if step > 1200 else 0.1, "path_efficiency": 0.1, "diversity": 0.2}
    ...     batch = SampleBatch(step, wander)
    ...     view.batch(batch)
    ...     detector.batch(batch, view)
    >>> detector.finding(view).variant, detector.finding(view).onset_step
    ('samples', 1250)
    """

    kind: ClassVar[str] = "oscillation"
    needs: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"sample"}),
        frozenset({LOSS_D}),
        frozenset({LOSS_G}),
        frozenset({AUC}),
    )
    waves: list[Wave] = field(default_factory=lambda: [Wave(name) for name in (LOSS_D, LOSS_G, REAL, FAKE)])
    wander: Persistence = field(default_factory=lambda: Persistence(of=6, enter=5, leave=2))
    flips: Persistence = field(default_factory=lambda: Persistence(of=4, enter=2, leave=0))
    aucs: Window = field(default_factory=lambda: Window(20))
    moved: float = 0.0
    efficiency: float = 1.0
    turns: Window = field(default_factory=lambda: Window(8))
    turnover: float = 0.0
    crossings: int = 0
    last: int = 0

    def block(self, block: Block, view: View) -> None:
        """Losses, outputs, ranking."""
        self.last = block.last
        for wave in self.waves:
            wave.push(block)
        told = separability(block.mean)
        if told is not None:
            self.aucs.push(block.first, told)
            if view.late and view.blocks % 10 == 0:
                self.crossings = _crossings(self.aucs.values)
                self.flips.update(block.first, self.crossings >= CROSSINGS)

    def batch(self, batch: SampleBatch, view: View) -> None:
        """Do the samples travel?"""
        values = batch.values
        if "movement" not in values:
            return
        self.moved, self.efficiency = values["movement"], values.get("path_efficiency", 1.0)
        self.turns.push(batch.step, values.get("turnover", 0.0))
        self.turnover = self.turns.median()
        wide = values.get("diversity", 1.0)  # the mean of samples that are many things may travel while they stay many
        circling = self.moved > max(MOVED, BEYOND * wide) and self.efficiency < EFFICIENT
        modes, union = values.get("modes", 0.0), values.get("modes_union", 0.0)
        nowhere = union >= 2 * modes or not view.improving()  # a start that still settles changes its clusters too
        hopping = self.turnover > TURNED and nowhere and self.moved > 0.2
        ripe = view.batches >= 15 and view.late
        self.wander.update(batch.step, ripe and (circling or hopping))

    def rebaseline(self) -> None:
        """Waves from before a schedule's step are none."""
        for wave in self.waves:
            wave.values.clear()
            wave.periods.clear()

    def finding(self, view: View) -> Finding | None:
        """Samples first, then the discriminator, then the losses."""
        turning = [(period, wave) for wave in self.waves if (period := wave.period(view.setting.periods))]
        evidence = [
            Evidence(wave.signal, f"comes again every {period:,} steps (autocorrelation {wave.peak:.2f})", wave.peak, PEAK,
                     wave.values.first_step, self.last)
            for period, wave in turning
        ]  # fmt: skip
        if self.wander.holding:
            return self._wandering(evidence)
        if self.flips.holding:
            says = f"the discriminator is right and wrong in turns, {self.crossings} times in {len(self.aucs)} looks"
            first = Evidence(AUC, says, self.crossings, CROSSINGS, self.aucs.first_step, self.last)
            summary = f"Oscillation since step {self.flips.onset:,}: {says}"
            return Finding("warning", self.flips.onset, 0.6, summary, [first, *evidence], "discriminator")
        if turning:
            period, wave = turning[0]
            onset = wave.values.first_step
            harmless = view.batches >= 5
            says = f"{wave.signal} comes again every {period:,} steps" + (
                ", while the samples stay" if harmless else ""
            )
            severity: Severity = "info" if harmless or len(turning) < 2 else "warning"
            return Finding(severity, onset, 0.5, f"Oscillation since step {onset:,}: {says}", evidence, "losses")
        return None

    def _wandering(self, evidence: list[Evidence]) -> Finding:
        onset = self.wander.onset
        says = f"the samples' mean moves by {self.moved:.2f} deviations of the data a batch"
        first = Evidence("sample/movement", says, self.moved, MOVED, onset, self.last)
        more = [first]
        if self.efficiency < EFFICIENT:
            told = f"and gets nowhere: {self.efficiency:.0%} of the way is progress"
            more.append(Evidence("sample/path_efficiency", told, self.efficiency, EFFICIENT, onset, self.last))
        if self.turnover > TURNED:
            told = f"{self.turnover:.0%} of the samples change their cluster from batch to batch"
            more.append(Evidence("sample/turnover", told, self.turnover, TURNED, onset, self.last))
        summary = f"Oscillation since step {onset:,}: the samples wander, their mean moves by {self.moved:.2f} deviations a batch"
        return Finding("critical", onset, 0.9, summary, more + evidence, "samples")


def _crossings(values: list[float]) -> int:
    """How often the values go from below the lower band to above the upper one, or back."""
    sides = [1 if value > BANDS[1] else -1 for value in values if not BANDS[0] <= value <= BANDS[1]]
    return sum(a != b for a, b in pairwise(sides))
