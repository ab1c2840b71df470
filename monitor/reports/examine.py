"""Lets the doctor go through a log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.doctor import Alert, Doctor
from monitor.doctor.sampling import Sampling
from monitor.reports.curve import Curve
from monitor.reports.language import t
from monitor.reports.report import Picture, Reading, Report
from monitor.sources import Names, Source
from monitor.sources.steps import counts
from monitor.wire import Event, Samples, Scalars

MOST_CURVES = 200
MOST_PICTURES = 24
OURS = (  # that no detector reads, and that need no explanation
    "system/", "grad_norm/", "grad_norm_clipped/", "update_ratio/", "weight_norm/", "spectral_norm/", "effective_rank/",
    "dead_units/", "sample/", "sample_floor/", "lr/",
)  # fmt: skip
SHOWN = ("loss/", "logits/", "accuracy/", "auc/", "grad_norm/", "update_ratio/", "sample/", "lr/")


class Examination:
    """One doctor and one log.

    Args:
        said: {signal: the log's name for it}. config: settings that the log does not tell, {"loss": "wgan-gp"}.
        keep_all: also the curves that the doctor does not look at, and pictures: for a page. progress: called with rows read.
    """

    def __init__(
        self,
        source: Source,
        said: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        keep_all: bool = False,
        progress: Callable[[int], None] = lambda rows: None,
    ) -> None:
        self._source, self._keep_all, self._progress = source, keep_all, progress
        self._config = source.info.config | dict(config or {})
        self._doctor = Doctor(self._config, total_steps=source.info.total_steps)
        self._sampling = Sampling(self._doctor)
        declared = dict(source.info.signals) | dict(said or {})
        self._names = Names(declared, self._doctor.looks_at)
        self._alerts: dict[tuple[str, int], Alert] = {}
        self._curves: dict[str, Curve] = {}
        self._pictures: list[Picture] = []
        self._rows, self._first, self._last, self._stride = 0, -1, -1, 1
        self._sample_count = 0

    def run(self) -> Report:
        """Reads it to its end.

        Raises:
            InvalidValue: it can't be read at all.
        """
        for record in self._source.records():
            if isinstance(record, Scalars):
                self._scalars(record)
            elif isinstance(record, Samples):
                self._samples(record)
            elif isinstance(record, Event):
                self._doctor.event(record.kind, record.step, record.data)
        self._note(self._doctor.close())
        for alert in self._doctor.alerts:  # what has changed since it was told
            self._alerts[alert.kind, alert.step] = alert
        return self._report()

    def _scalars(self, record: Scalars) -> None:
        self._rows += 1
        self._first = record.step if self._first < 0 else min(self._first, record.step)
        self._last = max(self._last, record.step)
        known = {}
        for name, value in record.values.items():
            signal = self._names.of(name)
            if signal:
                known[signal] = value
            if signal.startswith(SHOWN) or self._keep_all:
                self._draw(signal or name, record.step, value)
        if known:
            self._note(self._doctor.observe(record.step, known))
        if not self._rows % 10_000:
            self._progress(self._rows)

    def _samples(self, record: Samples) -> None:
        measured = self._sampling.measured
        self._note(self._sampling.observe(record))
        if self._sampling.measured > measured:
            for name, value in self._sampling.values.items():
                if name.startswith("sample/"):
                    self._draw(name, record.step, value)
        self._sample_count += 1
        if self._keep_all and record.kind != "reference" and not self._sample_count % self._stride:
            self._pictures.append(picture_of(record))
            if len(self._pictures) > MOST_PICTURES:
                self._pictures, self._stride = self._pictures[::2], 2 * self._stride

    def _draw(self, name: str, step: int, value: float) -> None:
        if name not in self._curves:
            if len(self._curves) >= MOST_CURVES:
                return
            self._curves[name] = Curve()
        self._curves[name].put(step, value)

    def _note(self, told: list[Alert]) -> None:
        for alert in told:
            self._alerts[alert.kind, alert.step] = alert

    def _report(self) -> Report:
        source, names = self._source, self._names
        reading = Reading(
            source.kind,
            source.where,
            source.step_name,
            self._rows,
            dict(sorted(names.found.items())),
            [name for name in names.unknown if not (counts(name) or name.startswith(OURS))],
            names.second,
            sorted(source.texts),
            source.faults,
            self._notes(),
        )
        return Report(
            title=source.info.name or source.where,
            subtitle=source.info.project,
            alerts=list(self._alerts.values()),
            lacks=self._doctor.lacks,
            first_step=self._first,
            last_step=self._last,
            rows=self._rows if names.found else 0,
            curves={name: curve.columns() for name, curve in self._curves.items()},
            pictures=self._pictures,
            config=self._config,
            environment=source.info.environment,
            reading=reading,
        )

    def _notes(self) -> list[str]:
        notes = [t("--map …={name}: there is no such column", name=name) for name in self._names.unused]
        skipped = self._sampling.skipped
        if skipped:
            of = skipped + self._sampling.measured
            text = "{n} of {all} sample batches could not be measured: {why}"
            notes.append(t(text, n=skipped, all=of, why=self._sampling.why))
        return notes


def picture_of(record: Samples) -> Picture:
    """The grid of a record."""
    webp = record.image[8:12] == b"WEBP"
    return Picture(
        record.step, record.name, record.kind, record.image, "image/webp" if webp else "image/png", record.value_range
    )
