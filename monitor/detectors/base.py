"""What all detectors have in common, and what they share."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from statistics import median
from typing import ClassVar

from msgspec import Struct, StructMeta, field

from monitor.detectors.finding import Finding
from monitor.detectors.frames import Block, SampleBatch, separability
from monitor.streams import Window

BLOCK = 10  # steps a block, where every step is logged
TREND = 12  # sample batches that a trend is told from


class Setting(Struct):
    """What is known of the run besides its signals.

    Attributes:
        family: the loss: a name of the trainer's registry, or "" when it is not known.
        total_steps: how many it means to take; None: unknown.
        amp: whether it trains with mixed precision, where single infinite gradients are normal.
        period: steps after which something that was declared comes again (an epoch, a warm restart); 0: none.
    """

    family: str = ""
    total_steps: int | None = None
    amp: bool = False
    periods: list[int] = field(default_factory=list)

    @property
    def saturating(self) -> bool:
        """Whether the generator's loss bears a natural scale of log-likelihoods."""
        return self.family in ("minimax", "non-saturating", "relativistic")


class View(Struct):
    """What several detectors need, worked out once.

    Attributes:
        step: the newest. told_apart: `separability` of the last blocks.
        distances: the last energy distances (normalised, 0 … 1) of sample batches. precisions: their precisions.
        floor: what the reference itself reads.
    """

    setting: Setting = field(default_factory=Setting)
    step: int = 0
    blocks: int = 0
    batches: int = 0
    told_apart: Window = field(default_factory=lambda: Window(9))
    distances: Window = field(default_factory=lambda: Window(TREND))
    precisions: Window = field(default_factory=lambda: Window(TREND))
    floor: dict[str, float] = field(default_factory=dict)

    def block(self, block: Block) -> None:
        """Takes a block in."""
        self.step = max(self.step, block.last)
        self.blocks += 1
        told = separability(block.mean)
        if told is not None:
            self.told_apart.push(block.last, told)

    def batch(self, batch: SampleBatch) -> None:
        """Takes a sample batch in."""
        self.step = max(self.step, batch.step)
        self.batches += 1
        self.floor = batch.floor or self.floor
        distance = batch.values.get("energy_distance")
        if distance is not None:
            self.distances.push(batch.step, distance)
        if "precision" in batch.values:
            self.precisions.push(batch.step, batch.values["precision"])

    @property
    def separable(self) -> float:
        """How well the discriminator tells the two apart, the median of the last 9 blocks; 0.5 when that is not known."""
        return self.told_apart.median() if len(self.told_apart) else 0.5

    @property
    def distance_floor(self) -> float:
        """Energy distance below which samples and reference are the same for all that can be told."""
        return max(5 * self.floor.get("energy_distance", 0.0), 0.02)

    @property
    def far(self) -> bool:
        """Whether the samples are clearly not the data: the median of the last batches is well above the floor."""
        return len(self.distances) >= 3 and self.distances.median() > 2 * self.distance_floor

    @property
    def apart(self) -> bool:
        """Whether the last three distances are above the floor: mass is missing somewhere, or lies where no data are."""
        return len(self.distances) >= 3 and median(self.distances.values[-3:]) > self.distance_floor

    def improving(self) -> bool:
        """Whether the samples have come nearer to the data over the last batches: their distance is less by a tenth, or a tenth
        more of them lie where data are."""
        before, after = _halves(self.distances.values)
        worse, better = _halves(self.precisions.values)
        return after < 0.9 * before or better > worse + 0.1

    @property
    def late(self) -> bool:
        """Whether a training should be past its start: 1,000 steps, or 15 % of its planned steps when that is more."""
        return self.step >= max(1000, 0.15 * (self.setting.total_steps or 0))


def _halves(values: list[float]) -> tuple[float, float]:
    """Upper medians of the earlier and the later half; equal when there are fewer than four values."""
    half = len(values) // 2
    if half < 2:
        return 0.0, 0.0
    return sorted(values[:half])[half // 2], sorted(values[half:])[(len(values) - half) // 2]


class _Abstract(ABCMeta, StructMeta):
    """Of structs with methods that each kind has to write."""


class Detector(Struct, metaclass=_Abstract):
    """Looks for one kind of failure. Pure: no clock, no files. Its state is plain numbers.

    A detector says nothing until it has seen enough: `lacks` names what it would need.

    Attributes:
        kind: the failure. needs: sets of signals, any of which is enough; "sample" stands for sample statistics.
    """

    kind: ClassVar[str]
    needs: ClassVar[tuple[frozenset[str], ...]]

    def block(self, block: Block, view: View) -> None:
        """Looks at a block of steps."""

    def batch(self, batch: SampleBatch, view: View) -> None:
        """Looks at a batch of samples."""

    @abstractmethod
    def finding(self, view: View) -> Finding | None:
        """What is there now; None: nothing, or not enough input."""

    def rebaseline(self) -> None:
        """A declared event (a schedule, a resume, another loss scale) changed what is normal: what was normal is forgotten."""

    @classmethod
    def lacks(cls, seen: set[str]) -> list[str]:
        """Signals that would let it work, the fewest possible; empty when it has enough."""
        missing = [need - seen for need in cls.needs]
        return min((sorted(need) for need in missing), key=len) if all(missing) else []
