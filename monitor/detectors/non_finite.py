"""Numbers that are none."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct, field

from monitor.detectors.base import Detector, View
from monitor.detectors.finding import Evidence, Finding
from monitor.detectors.frames import Block, SampleBatch

CLEAN = 5  # blocks without one, after which it is over
AMP_SKIPS = 20  # infinite gradients of a run with mixed precision that its loss scale explains
SAMPLES = "sample/non_finite"  # share of a batch of samples that hold one
CORE = ("loss/", "logits/", "grad_norm/", "weight_norm/", "update_ratio/", "spectral_norm/", "sample/")


class Seen(Struct):
    """NaN and ±Inf of one signal: their first and last step, and how many came."""

    first: int
    last: int
    count: int = 1


class NonFinite(Detector):
    """NaN or ±Inf in a loss, an output, a gradient, a weight or a sample: critical at that very step, without waiting.

    Formula: count of values v with not |v| < ∞; of samples, batches of which a share above 0 holds such a value.
    No healthy run looks like it, but one: with mixed precision a loss scale that is too high gives infinite gradients, whose
    steps are skipped; then gradients alone count only beyond 20 of them.
    Other signals of the user's (`val/…`) may be NaN for reasons of their own and are left alone.
    See also `ExplodingGradient`, which tells of what comes before.

    >>> from monitor.detectors.base import View
    >>> detector = NonFinite()
    >>> detector.saw(7, "loss/generator", float("nan"))
    >>> detector.finding(View(step=7)).summary
    'loss/generator is no finite number since step 7'
    """

    kind: ClassVar[str] = "non_finite"
    needs: ClassVar[tuple[frozenset[str], ...]] = (frozenset(),)
    seen: dict[str, Seen] = field(default_factory=dict)
    clean: int = 0

    def saw(self, step: int, signal: str, value: float) -> None:
        """A value that is not finite."""
        if not signal.startswith(CORE):
            return
        self.clean = 0
        known = self.seen.get(signal)
        if known is None:
            self.seen[signal] = Seen(step, step)
        else:
            known.last, known.count = max(known.last, step), known.count + 1

    def batch(self, batch: SampleBatch, view: View) -> None:
        """Samples are sound again when all of a batch are."""
        if batch.values.get("non_finite") == 0.0:
            self.seen.pop(SAMPLES, None)

    def block(self, block: Block, view: View) -> None:
        """Over after five blocks without one; samples come seldom, and wait for the next."""
        streams = {name: one for name, one in self.seen.items() if name != SAMPLES}
        if streams and max(one.last for one in streams.values()) < block.first:
            self.clean += 1
            if self.clean >= CLEAN:
                self.seen = {name: one for name, one in self.seen.items() if name == SAMPLES}

    def finding(self, view: View) -> Finding | None:
        """Critical, with the first signal that had one in front."""
        harmless = view.setting.amp and all(
            name.startswith("grad_norm/") and one.count <= AMP_SKIPS for name, one in self.seen.items()
        )
        if not self.seen or harmless:
            return None
        ordered = sorted(self.seen.items(), key=lambda item: (item[1].first, not item[0].startswith("loss/")))
        onset = ordered[0][1].first
        evidence = [
            Evidence(name, _says(name, one.count), one.count, 0.0, one.first, one.last) for name, one in ordered[:5]
        ]
        first = "a part of the samples" if ordered[0][0] == SAMPLES else ordered[0][0]
        names = first + (f" and {len(ordered) - 1} more" if len(ordered) > 1 else "")
        are = "are no finite numbers" if len(ordered) > 1 else "is no finite number"
        return Finding("critical", onset, 1.0, f"{names} {are} since step {onset:,}", evidence)


def _says(name: str, count: int) -> str:
    if name == SAMPLES:
        return f"samples of {count} batches hold NaN or infinite values"
    return f"{count} values of {name} are NaN or infinite"
