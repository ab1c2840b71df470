"""A generator that is no longer told anything."""

from __future__ import annotations

from math import exp, log
from typing import ClassVar

from msgspec import field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding, fold
from monitor.detectors.frames import AUC, GRAD_G, LOSS_D, LOSS_G, RATIO_D, RATIO_G, Block
from monitor.streams import DecayingMean, Persistence, Window

TINY = 1e-30
FALL = log(20)
PERFECT = 0.98
FROZEN = 1e-7  # update-to-weight ratio of a network that stands still
TOLD_APART = 0.65  # by a critic that is right at all: one at chance or upside down starves nobody
RESTING = 0.05  # of the discriminator's own largest ratio: both come to rest together where a schedule ends
SATURATED = 0.01  # of ln 2: the saturating loss when the discriminator rejects everything


class VanishingGradient(Detector):
    """The generator's gradient has all but gone while the samples are not there yet.

    Formula: L = exponential mean (half-life 2 readings) of log ‖g_G‖; reference: the highest median of any 10 readings so
    far. Bad: L < reference - ln 20 while the discriminator is almost always right (AUC > 0.98), in 5 of 6 readings; a critic of
    the Wasserstein losses is held to less (AUC > 0.65 where it is known) and its samples must be clearly not the data and not
    come nearer. Also: ‖ΔW‖/‖W‖ of the generator below 1e-7 while the discriminator's is not below 5 % of its largest (a
    schedule that ends brings both to rest), which is a network that stands still whatever its gradient says; and, where only
    losses are logged, a saturating loss within 1 % of nothing beside a discriminator loss that is nothing too.

    Healthy look-alike: near convergence gradients fall as well, but then the discriminator is at chance and the samples are
    good; samples that come nearer also clear it. The gradient of an unbounded critic swells a hundredfold and shrinks again
    while it is at chance or upside down: the generator's steps are as large as ever, and no strength of the critic's is at
    fault. Under Adam a small gradient still moves weights: hence a fall of 20 times, held against the run's own past, never an
    absolute size. Arjovsky and Bottou (2017). See also `DiscriminatorDominates`.

    >>> from monitor.detectors.frames import Block
    >>> detector, view = VanishingGradient(), View()
    >>> for i in range(80):
    ...     norm = {"grad_norm/generator": 1.0 if i < 40 else 1e-4, "auc/discriminator": 1.0}
    ...     block = Block(i * 10, i * 10 + 9, 10, norm, norm)
    ...     view.block(block)
    ...     detector.block(block, view)
    >>> detector.finding(view).onset_step
    410
    """

    kind: ClassVar[str] = "vanishing_gradient"
    needs: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({GRAD_G, AUC}),
        frozenset({GRAD_G, "sample"}),
        frozenset({RATIO_G}),
    )
    mean: DecayingMean = field(default_factory=lambda: DecayingMean(2.0))
    recent: Window = field(default_factory=lambda: Window(10))
    reference: float = -1e9
    gone: Persistence = field(default_factory=lambda: Persistence(of=6, enter=5, leave=2))
    frozen: Persistence = field(default_factory=lambda: Persistence(of=4, enter=4, leave=1))
    saturated: Persistence = field(default_factory=lambda: Persistence(of=20, enter=16, leave=6))
    level: float = 0.0
    ratio: float = 0.0
    other_ratio: float = 0.0  # the discriminator's largest
    loss: float = 0.0
    last: int = 0

    def block(self, block: Block, view: View) -> None:
        """Gradient, step size, and the losses."""
        self.last = block.last
        if RATIO_G in block.mean:
            self.ratio = block.mean[RATIO_G]
            other = block.mean.get(RATIO_D, 0.0)
            self.other_ratio = max(self.other_ratio, other)
            self.frozen.update(block.first, self.ratio < FROZEN and other >= RESTING * self.other_ratio)
        if GRAD_G in block.mean:
            self._gradient(block, view)
        elif view.setting.family == "minimax" and LOSS_G in block.mean and LOSS_D in block.mean:
            self.loss = block.mean[LOSS_G]
            nothing = abs(self.loss) < SATURATED * log(2) and abs(block.mean[LOSS_D]) < SATURATED * 2 * log(2)
            self.saturated.update(block.first, nothing)

    def _gradient(self, block: Block, view: View) -> None:
        now = log(max(block.mean[GRAD_G], TINY))
        self.level = self.mean.update(now)
        self.recent.push(block.last, now)
        if self.recent.full:
            self.reference = max(self.reference, self.recent.median())
        critic = view.setting.family in ("wgan", "wgan-gp")
        right = view.separable > TOLD_APART or not len(view.told_apart)
        needed = (right and view.far and not view.improving()) if critic else view.separable > PERFECT
        self.gone.update(block.first, self.level < self.reference - FALL and needed)

    def rebaseline(self) -> None:
        """A new learning rate or loss scale changes the size of gradients."""
        self.recent.clear()
        self.reference = -1e9
        self.gone.reset()

    def finding(self, view: View) -> Finding | None:
        """Critical when the samples are seen to be far off too, or the weights stand still."""
        if self.frozen.holding:
            says = f"a step moves the generator's weights by {self.ratio:.0e} of their size: it stands still"
            return self._told(says, RATIO_G, self.ratio, FROZEN, self.frozen.onset, critical=True, variant="frozen")
        if self.gone.holding:
            times = exp(self.reference - self.level)
            says = f"the generator's gradient is {fold(times)} times smaller than it was, and it is still needed"
            critical = view.far or times > 1000
            return self._told(says, GRAD_G, 1 / times, 0.05, self.gone.onset, critical)
        if self.saturated.holding:
            says = "both losses are nothing: under the saturating loss the generator then has no gradient"
            return self._told(says, LOSS_G, abs(self.loss), SATURATED * log(2), self.saturated.onset, critical=False)
        return None

    def _told(
        self, says: str, signal: str, value: float, limit: float, onset: int, critical: bool, variant: str = ""
    ) -> Finding:
        evidence = [Evidence(signal, says, value, limit, onset, self.last)]
        summary = f"Vanishing gradient since step {onset:,}: {says}"
        return Finding(
            "critical" if critical else "warning", onset, 0.9 if critical else 0.6, summary, evidence, variant
        )
