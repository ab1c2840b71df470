"""A generator that makes too little of what there is."""

from __future__ import annotations

from statistics import median
from typing import ClassVar, NamedTuple

from msgspec import Struct, field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding
from monitor.detectors.frames import SampleBatch
from monitor.streams import Best, Persistence, Window, auc

FULL = 0.3  # diversity of samples that are all but one
SAME, LESS = 0.1, 0.5  # diversity of samples that are one, for all that noise does; and over that of the first batch
START = 200  # steps in which even that is a start
COPIES = 0.7  # share of samples that are nearly another sample
COVERED = 0.5  # of what the reference covers of itself
MODES = 0.6  # of the reference's effective number of modes
FEW = 0.4  # of them: so few that it needs no second sign
OUTSIDE = 0.6  # energy distance: of all samples on one of the data it is 0.5, and more only of what lies off the data
WHOLE = 0.6  # of the data's own coverage: then nothing is missing, whatever the clusters say
RECALLED = (
    0.5  # of the data's own recall, beside samples as wide as the data: then modes are narrow, and none is missing
)
THROWN = 1.5  # diversity of samples that lie outside the data, where clusters mean nothing
DROP = 0.6  # of its own best
CLOSE = 0.9  # samples this much nearer to each other than real ones are bunched
PRECISE = 0.5
GOOD = 0.75  # of the reference's own: from there on it was good once
SPREADS = ("coverage", "effective_modes", "nearest_neighbor_distance")  # rise while a generator still finds modes
RISE, RANKED = 0.06, 0.75  # in six batches, and share of pairs of which the later is the higher


class Sign(NamedTuple):
    """One measure that is bad: `metric`, its value, the limit, and words with both."""

    metric: str
    value: float
    limit: float
    says: str


class Track(Struct):
    """A measure that should be high: its best, and its newest."""

    best: Best = field(default_factory=lambda: Best(5, True))
    value: float | None = None

    def update(self, value: float | None) -> None:
        """Takes a batch's value in; None: not measured."""
        self.value = value
        if value is not None:
            self.best.update(value)

    @property
    def dropped(self) -> bool:
        """Whether it is far below what it was."""
        return self.value is not None and self.best.known and self.value < DROP * self.best.value


class ModeCollapse(Detector):
    """The samples show a part of the data, or one thing.

    Formulas (all against the reference at the same number of samples): full: diversity (mean pairwise distance of samples
    over that of real ones) < 0.3 or near-duplicates > 70 %. Partial: coverage (Naeem et al. 2020) < half of what the
    reference covers of itself, or the effective number of modes exp(H) < 60 % of the reference's (after NDB, Richardson and
    Weiss 2018), and the samples bunched (diversity or nearest-neighbour distance < 0.9), precise (> 0.5), or in under 40 % of
    the modes without lying outside the data (diversity < 1.5): else they are merely bad. Drop: any of the three below 60 % of
    its own best. Bad in 5 of 6 batches. Nothing is missing, and neither near-duplicates nor empty clusters count, where samples
    cover 75 % of what the reference covers of itself; nor do clusters at 60 %, at half of its recall beside a diversity of 0.9
    (narrow modes, all there), or at an energy distance above 0.6 (all samples at one of the data give 0.5: these lie elsewhere).

    Warm-up by state: an untrained generator is collapsed. Once it was good, a relapse counts at once, and a full one once it
    was many-sided (diversity and effective modes above 0.75 in three batches); if it never was, only after 1,000 steps (15 %
    of the planned ones) and 10 batches, when neither coverage, modes nor the distance to the nearest neighbour rises. Samples
    that are one thing (diversity < 0.1) and differ by less than half of what the untrained generator's did are told without that
    wait, once they were so in 7 of 8 batches after the first 200 steps: what it began with is lost, not still to come.

    Healthy look-alikes: the first hundreds of steps on images, and two far modes of many, whose diversity is that of the data:
    hence a local measure beside the global one. Losses do not show collapse: without samples nothing is said. See also
    `Oscillation`, for samples that are few and travel.

    >>> detector, view = ModeCollapse(), View()
    >>> for step in range(0, 1500, 50):
    ...     share = 1.0 if step < 800 else 0.1
    ...     batch = SampleBatch(step, {"diversity": share, "coverage": share, "effective_modes": share})
    ...     view.batch(batch)
    ...     detector.batch(batch, view)
    >>> detector.finding(view).variant, detector.finding(view).onset_step
    ('full', 800)
    """

    kind: ClassVar[str] = "mode_collapse"
    needs: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"sample"}),)
    diversity: Track = field(default_factory=Track)
    coverage: Track = field(default_factory=Track)
    modes: Track = field(default_factory=Track)
    full: Persistence = field(default_factory=lambda: Persistence(of=6, enter=5, leave=1))
    partial: Persistence = field(default_factory=lambda: Persistence(of=6, enter=5, leave=1))
    good: Persistence = field(default_factory=lambda: Persistence(of=3, enter=3, leave=0))
    found: Persistence = field(default_factory=lambda: Persistence(of=3, enter=3, leave=0))
    same: Persistence = field(default_factory=lambda: Persistence(of=8, enter=7, leave=3))
    widths: Window = field(default_factory=lambda: Window(8))
    begun_with: float = -1.0  # diversity of the first batch
    was_good: bool = False
    was_wide: bool = False
    spreading: dict[str, list[float]] = field(default_factory=dict)  # of the last batches
    since: int = -1  # first batch of the present stretch of bad ones
    signs: list[Sign] = field(default_factory=list)
    last: int = 0

    def batch(self, batch: SampleBatch, view: View) -> None:
        """Full, partial, or neither."""
        values, self.last = batch.values, batch.step
        self.diversity.update(values.get("diversity"))
        self.coverage.update(values.get("coverage"))
        self.modes.update(values.get("effective_modes"))
        for name in SPREADS:
            if name in values:
                value = min(values[name], 1.0)  # beyond the data's own is no gain
                self.spreading[name] = [*self.spreading.get(name, [])[-11:], value]
        self.was_good |= self.good.update(batch.step, self._is_good(batch))
        self.was_wide |= self.found.update(batch.step, _is_wide(values))
        ripe = self.was_good or (view.late and view.batches >= 10 and not self.rising)
        full, partial = _full(batch), self._partial(batch, view)
        bad = bool(full + partial)
        self.since = -1 if not bad else self.since if self.since >= 0 else batch.step
        self.widths.push(batch.step, values.get("diversity", 1.0))
        self.begun_with = self.widths.values[-1] if self.begun_with < 0 else self.begun_with
        lost = self.widths.values[-1] < min(SAME, LESS * self.begun_with)
        one_thing = lost and not _multiplies(self.widths.values)
        same = self.same.update(batch.step, one_thing and batch.step >= START)
        ripe_full = (ripe or self.was_wide or same) and bool(full)
        self.full.update(batch.step, ripe_full)
        self.partial.update(batch.step, ripe_full or (ripe and bad))
        if bad:
            self.signs = full + partial

    @property
    def rising(self) -> bool:
        """Whether the samples spread out over the last batches: a generator that is still finding modes has not collapsed."""
        return any(_rises(values) for values in self.spreading.values())

    def _is_good(self, batch: SampleBatch) -> bool:
        return _covers(batch) and _is_wide(batch.values)

    def _partial(self, batch: SampleBatch, view: View) -> list[Sign]:
        values, floor = batch.values, batch.floor
        if _whole(batch) or values.get("energy_distance", 0.0) > OUTSIDE:
            return []
        signs = []
        limit = COVERED * floor.get("coverage", 0.97)
        covered, modes = values.get("coverage"), values.get("effective_modes")
        if covered is not None and covered < limit and view.apart:
            says = f"the samples cover {covered:.0%} of the data, which cover {floor.get('coverage', 0.97):.0%} of themselves"
            signs.append(Sign("coverage", covered, limit, says))
        if modes is not None and modes < MODES and view.apart:
            says = f"the samples fill {modes:.0%} of the data's clusters"
            signs.append(Sign("effective_modes", modes, MODES, says))
        few = modes is not None and modes < FEW and values.get("diversity", 1.0) < THROWN
        bunched = few or values.get("diversity", 1.0) < CLOSE or values.get("nearest_neighbor_distance", 1.0) < CLOSE
        if not (bunched or values.get("precision", 0.0) > PRECISE):
            return []
        names = {"diversity": self.diversity, "coverage": self.coverage, "effective_modes": self.modes}
        for metric, track in names.items():
            if self.was_good and view.apart and track.dropped and track.value is not None:
                best = track.best.value
                says = f"{metric.replace('_', ' ')} fell from {best:.2f} to {track.value:.2f}"
                signs.append(Sign(metric, track.value, DROP * best, says))
        return signs

    def finding(self, view: View) -> Finding | None:
        """Critical when all samples are alike, or when two measures agree."""
        if not self.partial.holding:
            return None
        full = self.full.holding
        onset = self.full.onset if full else self.partial.onset
        if not (self.was_good or self.was_wide) and self.since >= 0:  # it was so before it was too late to be a start
            onset = min(onset, self.since)
        evidence = [
            Evidence(f"sample/{metric}", says, value, limit, onset, self.last)
            for metric, value, limit, says in self.signs
        ]
        two = len({metric for metric, *_ in self.signs}) > 1
        name = "Mode collapse" if full else "Partial mode collapse"
        return Finding(
            "critical" if full or two else "warning",
            onset,
            0.95 if full else 0.9 if two else 0.6,
            f"{name} since step {onset:,}: {self.signs[0][3]}",
            evidence,
            "full" if full else "partial",
        )


def _is_wide(values: dict[str, float]) -> bool:
    """As many-sided as the data, be the samples good or not."""
    return values.get("diversity", 0.0) >= GOOD and values.get("effective_modes", 1.0) >= GOOD


def _covers(batch: SampleBatch) -> bool:
    """Whether nearly all real samples have a generated one beside them: whatever else is said, nothing is missing."""
    return batch.values.get("coverage", 0.0) >= GOOD * batch.floor.get("coverage", 0.97)


def _whole(batch: SampleBatch) -> bool:
    """Whether no part of the data is missing: most real samples have a generated one beside them, or lie among wide ones."""
    values, floor = batch.values, batch.floor
    covered = values.get("coverage", 0.0) >= WHOLE * floor.get("coverage", 0.97)
    among = values.get("recall", 0.0) >= RECALLED * floor.get("recall", 0.95)
    return covered or (among and values.get("diversity", 0.0) >= CLOSE)


def _rises(values: list[float]) -> bool:
    """From the earlier half to the later, in most of their pairs too: among values that jump a higher median is luck."""
    half = len(values) // 2
    if half < 3 or median(values[half:]) <= median(values[:half]) + RISE:
        return False
    return (auc(values[half:], values[:half]) or 0.0) > RANKED


def _multiplies(values: list[float]) -> bool:
    """Whether it grows by half from the earlier half to the later: what leaves nothing is small for a while."""
    half = len(values) // 2
    return half >= 2 and median(values[half:]) > 1.5 * median(values[:half])


def _full(batch: SampleBatch) -> list[Sign]:
    diversity, copies = batch.values.get("diversity"), batch.values.get("duplicates")
    signs = []
    if diversity is not None and diversity < FULL:
        says = f"samples differ by {diversity:.0%} of what real ones differ by"
        signs.append(Sign("diversity", diversity, FULL, says))
    if copies is not None and copies > COPIES and not _covers(batch):
        signs.append(Sign("duplicates", copies, COPIES, f"{copies:.0%} of the samples are nearly copies of another"))
    return signs
