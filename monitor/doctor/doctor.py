"""The doctor: told what a training logs, it says what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field

from monitor.detectors import DETECTORS, SEVERITIES, Block, Detector, Finding, NonFinite, SampleBatch, View
from monitor.detectors.non_finite import SAMPLES
from monitor.doctor.advice import advice
from monitor.doctor.alerts import Alert
from monitor.doctor.blocks import Blocks
from monitor.doctor.reading import family_of, number, reduced, setting_of
from monitor.signals import signal_of

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

MEASURED = {"diversity", "coverage", "energy_distance"}  # one of them makes a row of statistics a batch of samples
SAMPLE, FLOOR = "sample/", "sample_floor/"
FAMILIES = ("loss/", "logits/", "accuracy/", SAMPLE, FLOOR, "spectral_norm/", "effective_rank/")
SINGLE = {
    "auc/discriminator",
    *(
        f"{kind}/{network}"
        for kind in ("grad_norm", "update_ratio", "weight_norm")
        for network in ("generator", "discriminator")
    ),
}
QUIET = 300  # steps after an alert's end before the same kind opens again, unless it is critical


class Doctor:
    """Follows one run. No clock, no files, no threads: the same values give the same alerts.

    Args:
        config: the run's settings: loss family, planned steps, remedies in use. What is not told is inferred, or left open.
        signals: what the user's own names mean, as in `monitor.init`. total_steps: how many steps the run means to take.

    >>> doctor = Doctor()
    >>> doctor.observe(0, {"d_loss": 1.4, "g_loss": 0.7})
    []
    >>> [(alert.kind, alert.severity, alert.onset_step) for alert in doctor.observe(1, {"d_loss": float("nan")})]
    [('non_finite', 'critical', 1)]
    """

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        signals: Mapping[str, str] | None = None,
        total_steps: int | None = None,
    ) -> None:
        self._config, self._signals = dict(config or {}), dict(signals or {})
        self._names: dict[str, str] = {}  # series name → signal, for names seen
        self._detectors: list[Detector] = [detector() for detector in DETECTORS]
        self._non_finite = next(one for one in self._detectors if isinstance(one, NonFinite))
        self._state = State(view=View(setting=setting_of(self._config, total_steps)))
        self._samples: Any = None

    # -- what it is told ----------------------------------------------------------------------------------------------

    def observe(self, step: int, values: Mapping[str, Any]) -> list[Alert]:
        """Some or all values of a step: numbers, and batches of outputs under `logits/…`.

        Sample statistics (`sample/…`) of one step come together, and may come later than the step's other values.

        Returns:
            Alerts that this opened, made worse or resolved. What is no number is judged at once, a step's values some sixty steps
            later: outputs and gradients may come behind.
        """
        found, samples, bad = self._read(step, values)
        changed = self._put(step, found) if found else False
        changed = (self._batch(step, samples) if samples else False) or changed
        return self._judge(step) if changed or bad else []

    def observe_samples(self, step: int, fake: Array, reference: Array | None = None) -> list[Alert]:
        """A batch of samples at a step.

        Args:
            fake: (N, D) float, after the feature extractor. reference: (M, D) real ones; needed once.

        Raises:
            InvalidValue: no reference was ever given, or a shape that can't be compared.
        """
        from monitor.doctor.batches import Batches

        if self._samples is None or reference is not None:
            self._samples = Batches(reference, self._samples)
        return self.observe(step, self._samples.measure(fake))

    def event(self, kind: str, step: int | None = None, data: Mapping[str, Any] | None = None) -> None:
        """Something that was declared.

        "schedule", "resume", "rewind" and "loss_scale" change what is normal from `step` on (None: from now on); "period"
        (`{"steps": 500}`) is an epoch or a warm restart, which is no oscillation; "config" adds to the run's settings."""
        if kind in ("schedule", "resume", "loss_scale", "rewind"):
            self._state.declared.append(self._state.blocks.newest + 1 if step is None else step)
        elif kind == "period":
            self._state.view.setting.periods.append(int((data or {})["steps"]))
        elif kind == "config":
            self._config |= dict(data or {})
            self._state.view.setting = setting_of(self._config, self._state.view.setting.total_steps)

    def close(self) -> list[Alert]:
        """The run has ended: what was still waited for is judged too."""
        told: list[Alert] = []
        for block in self._state.blocks.close():
            self._block(block)
            told += self._judge(block.last)
        return told

    # -- what it knows ------------------------------------------------------------------------------------------------

    @property
    def alerts(self) -> list[Alert]:
        """Those that are open, root causes first."""
        return [self._state.open[kind] for kind in KINDS if kind in self._state.open]

    @property
    def lacks(self) -> dict[str, list[str]]:
        """Kinds that can't be told from what was logged, and the signals that would be needed."""
        seen = self._state.seen
        missing = {type(one).kind: type(one).lacks(seen) for one in self._detectors}
        return {kind: signals for kind, signals in missing.items() if signals}

    def looks_at(self, name: str) -> bool:
        """Whether any detector looks at a series."""
        return bool(self._names[name] if name in self._names else self._name(name))

    @property
    def judged(self) -> int:
        """The last step whose values were judged, -1: none; what comes of earlier steps is too late."""
        return self._state.blocks.done

    @property
    def sampled(self) -> int:
        """The step of the last batch of samples; -1: none."""
        return self._state.sampled

    def dump(self) -> bytes:
        """All that it knows, for `load`."""
        return msgspec.msgpack.encode([self._state, *self._detectors])

    def load(self, kept: bytes) -> None:
        """Goes on from `dump` of a doctor of this version.

        Raises:
            msgspec.ValidationError: it was kept by another version; replay the run instead.
        """
        state, *detectors = msgspec.msgpack.decode(kept, type=list[msgspec.Raw])
        if len(detectors) != len(DETECTORS):
            raise msgspec.ValidationError(f"{len(detectors)} detectors were kept, there are {len(DETECTORS)}")
        self._state = msgspec.msgpack.decode(state, type=State)
        self._detectors = [
            msgspec.msgpack.decode(raw, type=kind) for raw, kind in zip(detectors, DETECTORS, strict=True)
        ]
        self._non_finite = next(one for one in self._detectors if isinstance(one, NonFinite))

    # -- how ----------------------------------------------------------------------------------------------------------

    def _read(self, step: int, values: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, float], bool]:
        """Signals that matter, sample statistics, and whether any of them is not finite."""
        found: dict[str, float] = {}
        samples: dict[str, float] = {}
        vectors: dict[str, list[float]] = {}
        bad, names = False, self._names
        for name, value in values.items():
            signal = names[name] if name in names else self._name(name)
            if not signal:
                continue
            if type(value) is not float:
                value = number(value, signal, vectors)
            if not isfinite(value) or (signal == SAMPLES and value > 0.0):
                self._non_finite.saw(step, signal, value)
                bad = True
            if signal.startswith("sample"):
                samples[signal] = value
            else:
                found[signal] = value
        return (found | reduced(vectors) if vectors else found), samples, bad

    def _name(self, name: str) -> str:
        """The signal that a series is, "" when no detector looks at it."""
        base = name.removesuffix("/std")
        signal = (signal_of(base, self._signals) or base) + name[len(base) :]
        matters = signal.startswith(FAMILIES) or signal in SINGLE
        self._names[name] = signal if matters else ""
        if matters:
            self._state.seen |= seen_as(signal)
        return self._names[name]

    def _put(self, step: int, found: dict[str, float]) -> bool:
        blocks = self._state.blocks.put(step, found)
        for block in blocks:
            self._block(block)
        return bool(blocks)

    def _block(self, block: Block) -> None:
        view, declared = self._state.view, self._state.declared
        if any(step <= block.first for step in declared):
            self._state.declared = [step for step in declared if step > block.first]
            for detector in self._detectors:
                detector.rebaseline()
        view.block(block)
        if not view.setting.family and view.blocks == 5:
            view.setting.family = family_of(block.mean)
        for detector in self._detectors:
            detector.block(block, view)

    def _batch(self, step: int, samples: dict[str, float]) -> bool:
        known = self._state.floor
        known |= {name.removeprefix(FLOOR): value for name, value in samples.items() if name.startswith(FLOOR)}
        finite = {name: value for name, value in samples.items() if isfinite(value)}
        values = {name.removeprefix(SAMPLE): value for name, value in finite.items() if name.startswith(SAMPLE)}
        if MEASURED.isdisjoint(values) or step <= self._state.sampled:
            return False
        self._state.sampled = step
        batch, view = SampleBatch(step, values, dict(known)), self._state.view
        view.batch(batch)
        for detector in self._detectors:
            detector.batch(batch, view)
        return True

    def _judge(self, step: int) -> list[Alert]:
        """Findings against open alerts; then who explains whom."""
        now = {type(one).kind: found for one in self._detectors if (found := one.finding(self._state.view))}
        told: list[Alert] = []
        for kind in KINDS:
            before, finding = self._state.open.get(kind), now.get(kind)
            if finding is None:
                if before is not None:
                    told.append(self._resolve(before, step))
            elif before is None:
                if self._may_open(kind, finding, step):
                    told.append(self._open(kind, finding, step))
            else:
                worse = _worse(finding, before)
                self._state.open[kind] = after = self._updated(before, finding)
                told += [after] if worse else []
        for kind, alert in self._state.open.items():
            cause = self._cause(kind) or self._past_cause(alert, now[kind], step)
            self._state.open[kind] = msgspec.structs.replace(alert, consequence_of=cause)
        return [self._state.open.get(alert.kind, alert) if alert.state == "open" else alert for alert in told]

    def _may_open(self, kind: str, finding: Finding, step: int) -> bool:
        ended = self._state.ended.get(kind)
        return ended is None or finding.severity == "critical" or step - ended >= QUIET

    def _open(self, kind: str, finding: Finding, step: int) -> Alert:
        alert = Alert(
            kind,
            finding.severity,
            "open",
            finding.onset_step,
            step,
            finding.summary,
            finding.evidence,
            advice(kind, finding.variant, self._config, self._state.view.setting.family),
            finding.confidence,
            finding.variant,
        )
        self._state.open[kind] = alert
        return alert

    def _updated(self, before: Alert, finding: Finding) -> Alert:
        severity = max(before.severity, finding.severity, key=SEVERITIES.index)
        onset = min(
            before.onset_step, finding.onset_step
        )  # it began when it was first told of, whatever the sentence says now
        since = "since step {:,}".format
        return msgspec.structs.replace(
            before,
            severity=severity,
            summary=finding.summary.replace(since(finding.onset_step), since(onset), 1),
            evidence=finding.evidence,
            confidence=finding.confidence,
            variant=finding.variant,
            onset_step=onset,
        )

    def _resolve(self, before: Alert, step: int) -> Alert:
        del self._state.open[before.kind]
        self._state.ended[before.kind] = step
        return msgspec.structs.replace(before, state="resolved", resolved_step=step)

    def _cause(self, kind: str) -> str:
        """The open failure that explains this one, "" when none does.

        The first three kinds explain whatever comes with them. Of the next four the one that began first explains the rest; of
        those that began together, the one that goes first in `DETECTORS`. The others explain nothing.
        """
        began = {one: alert.onset_step for one, alert in self._state.open.items() if alert.severity != "info"}
        sure = [one for one in KINDS[:SURE] if one in began and KINDS.index(one) < KINDS.index(kind)]
        if sure or kind in KINDS[:SURE]:
            return next(iter(sure), "")
        games = [one for one in KINDS[SURE:GAMES] if one in began]
        first = min(games, key=lambda one: (began[one] // TOGETHER, KINDS.index(one)), default=kind)
        return first if first != kind else ""

    def _past_cause(self, alert: Alert, finding: Finding, step: int) -> str:
        """What explained an alert until it ended lately: it still does while the finding rests on steps from before that end."""
        ended = self._state.ended.get(alert.consequence_of, -1)
        return alert.consequence_of if finding.onset_step <= ended and step - ended < LINGERS else ""


SURE = 3  # kinds that are never a mere consequence of the later ones
GAMES = 7  # up to here: kinds of a game that goes wrong
TOGETHER = 200  # steps
LINGERS = 800  # steps after its end in which a failure still explains what it brought: the shortest stretch of `NonConvergence`
KINDS = tuple(detector.kind for detector in DETECTORS)


class State(Struct):
    """All that a doctor knows beside its detectors'."""

    view: View
    blocks: Blocks = field(default_factory=Blocks)
    seen: set[str] = field(default_factory=set)  # as detectors name them
    floor: dict[str, float] = field(default_factory=dict)
    sampled: int = -1
    declared: list[int] = field(default_factory=list)  # steps from which on something else is normal, of those to come
    open: dict[str, Alert] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)


def seen_as(signal: str) -> set[str]:
    """How detectors name a signal that was seen: families of signals go by their first part."""
    if signal == "sample/energy_distance":
        return {"sample"}
    for family in ("spectral_norm/", "effective_rank/"):
        if signal.startswith(family):
            return {family}
    return {signal}


def _worse(finding: Finding, before: Alert) -> bool:
    return SEVERITIES.index(finding.severity) > SEVERITIES.index(before.severity)
