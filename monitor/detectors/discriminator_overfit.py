"""A discriminator that knows its training data by heart."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding
from monitor.detectors.frames import FAKE, REAL, Block
from monitor.streams import Persistence

VALIDATION = "logits/validation"
LIMIT = 0.5
FROM = 200  # steps: at first it tells nothing apart


class DiscriminatorOverfit(Detector):
    """The discriminator takes real images that it was not trained on for generated ones.

    Formula: r_v = (E D(train) - E D(validation)) / (E D(train) - E D(fake)): 0 when held-out images are as real to it as
    those of the training, 1 when they are as false as generated ones. Above 0.5 in 16 of 20 blocks, after 200 steps. Karras
    et al. (2020).

    It needs the discriminator's outputs on held-out real images, logged as `logits/validation`; nothing else shows it, and
    nothing is said without. Healthy look-alike: a denominator near 0, a discriminator at chance, where the ratio is noise and
    is not looked at.

    >>> from monitor.detectors.frames import Block
    >>> detector, view = DiscriminatorOverfit(), View()
    >>> for i in range(60):  # held-out images fall to where generated ones are
    ...     mean = {"logits/real": 2.0, "logits/fake": -2.0, "logits/validation": 2.0 if i < 30 else -1.0}
    ...     detector.block(Block(i * 10, i * 10 + 9, 10, mean, mean), view)
    >>> detector.finding(view).onset_step
    300
    """

    kind: ClassVar[str] = "discriminator_overfit"
    needs: ClassVar[tuple[frozenset[str], ...]] = (frozenset({REAL, FAKE, VALIDATION}),)
    overfit: Persistence = field(default_factory=lambda: Persistence(of=20, enter=16, leave=6))
    ratio: float = 0.0
    last: int = 0

    def block(self, block: Block, view: View) -> None:
        """The ratio, where it means something."""
        mean = block.mean
        if not (REAL in mean and FAKE in mean and VALIDATION in mean):
            return
        spread = mean.get(f"{REAL}/std", 0.0) + mean.get(f"{FAKE}/std", 0.0)
        gap = mean[REAL] - mean[FAKE]
        if gap <= 0.25 * spread or gap <= 0:
            return
        self.ratio, self.last = (mean[REAL] - mean[VALIDATION]) / gap, block.last
        self.overfit.update(block.first, block.last >= FROM and self.ratio > LIMIT)

    def finding(self, view: View) -> Finding | None:
        """A warning from the middle on."""
        if not self.overfit.holding:
            return None
        says = f"to the discriminator held-out images lie {self.ratio:.0%} of the way from training images to generated ones"
        evidence = [Evidence(VALIDATION, says, self.ratio, LIMIT, self.overfit.onset, self.last)]
        summary = f"The discriminator overfits since step {self.overfit.onset:,}: {says}"
        return Finding("warning", self.overfit.onset, 0.8, summary, evidence)
