"""A discriminator that is always right, and a generator that learns nothing from it."""

from __future__ import annotations

from math import log
from typing import ClassVar

from msgspec import field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding
from monitor.detectors.frames import AUC, LOSS_D, LOSS_G, Block, SampleBatch, separability
from monitor.streams import Persistence, Window, mann_kendall

RIGHT = 0.99
HIGH_LOSS = 5.0  # -log D(G(z)) of samples that are taken for real once in 150 times
LITTLE_LOSS = 0.05 * 2 * log(2)


class DiscriminatorDominates(Detector):
    """The discriminator is always right and the samples do not get better.

    Formula: AUC > 0.99 in 16 of 20 blocks (200 steps), AND one of: the samples' energy distance is well above its floor and
    has not fallen by a tenth over the last 12 batches; or, without samples, a non-saturating loss above 5 that goes on rising
    (Mann-Kendall tau > 0.5). Where neither outputs nor samples are logged: a discriminator loss below 5 % of 2 ln 2 with the
    same rise.

    Healthy look-alike: on images a discriminator is right at 0.85 … 0.97 for thousands of steps while samples improve, and
    hinge and Wasserstein critics separate by design: being right is never enough. Arjovsky and Bottou (2017). When the
    generator's gradient has gone as well, `VanishingGradient` tells the same story better.

    >>> from monitor.detectors.frames import Block
    >>> detector, view = DiscriminatorDominates(), View()
    >>> for i in range(120):
    ...     block = Block(i * 10, i * 10 + 9, 10, {"auc/discriminator": 1.0}, {"auc/discriminator": 1.0})
    ...     view.block(block)
    ...     detector.block(block, view)
    ...     if i % 5 == 0:
    ...         batch = SampleBatch(i * 10, {"energy_distance": 0.4, "precision": 0.0})
    ...         view.batch(batch)
    ...         detector.batch(batch, view)
    >>> detector.finding(view).severity
    'critical'
    """

    kind: ClassVar[str] = "discriminator_dominates"
    needs: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({AUC, "sample"}),
        frozenset({LOSS_D, LOSS_G}),
    )
    right: Persistence = field(default_factory=lambda: Persistence(of=20, enter=16, leave=8))
    stuck: Persistence = field(default_factory=lambda: Persistence(of=5, enter=4, leave=1))
    losses: Window = field(default_factory=lambda: Window(30))
    climbing: bool = False
    last: int = 0

    def block(self, block: Block, view: View) -> None:
        """Is it right, and does the generator's loss climb?"""
        self.last = block.last
        told = separability(block.mean)
        loss = block.mean.get(LOSS_D)
        if told is not None:
            self.right.update(block.first, told > RIGHT)
        elif loss is not None and view.setting.saturating:
            self.right.update(block.first, loss < LITTLE_LOSS)
        if LOSS_G in block.mean:
            self.losses.push(block.last, block.mean[LOSS_G])
            self.climbing = self._climbs(view)

    def batch(self, batch: SampleBatch, view: View) -> None:
        """Do the samples stay where they are, though far off?"""
        if len(view.distances) >= 6:
            self.stuck.update(batch.step, view.far and not view.improving())

    def _climbs(self, view: View) -> bool:
        if view.setting.family not in ("non-saturating", "relativistic", "") or not self.losses.full:
            return False
        values = self.losses.values
        return values[-1] > HIGH_LOSS and (self.climbing or mann_kendall(values[::2]) > 0.5)

    def finding(self, view: View) -> Finding | None:
        """Critical when the samples are seen not to improve."""
        if not self.right.holding or not (self.stuck.holding or (self.climbing and not view.batches)):
            return None
        onset = max(self.right.onset, 0)
        value = view.separable
        says = f"the discriminator ranks {value:.1%} of real above generated samples"
        evidence = [Evidence(AUC, says, value, RIGHT, onset, self.last)]
        if self.stuck.holding:
            distance = view.distances.median()
            floor = view.floor.get("energy_distance", 0.0)
            told = (
                f"the samples' distance to the data stays at {distance:.2f} (the data against themselves: {floor:.2f})"
            )
            evidence.append(
                Evidence(
                    "sample/energy_distance",
                    told,
                    distance,
                    2 * view.distance_floor,
                    view.distances.first_step,
                    self.last,
                )
            )
            summary = (
                f"The discriminator dominates since step {onset:,}: it ranks {value:.1%} of real above generated samples, "
                f"whose distance to the data stays at {distance:.2f}"
            )
            return Finding("critical", onset, 0.9, summary, evidence)
        loss = self.losses.values[-1]
        told = f"the generator's loss has climbed to {loss:.1f}"
        evidence.append(Evidence(LOSS_G, told, loss, HIGH_LOSS, self.losses.first_step, self.last))
        summary = (
            f"The discriminator dominates since step {onset:,}: it is always right, and the generator's loss has climbed "
            f"to {loss:.1f}"
        )
        return Finding("warning", onset, 0.6, summary, evidence)
