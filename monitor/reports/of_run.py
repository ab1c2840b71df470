"""The report on a stored run: what its service has found, and as much of its data as one file should hold."""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec

from monitor.doctor import Alert, Doctor
from monitor.reports.groups import NEVER, grouped
from monitor.reports.language import t
from monitor.reports.report import Picture, Report
from monitor.sources.stored import StoredRun
from monitor.wire import AlertInfo, Columns, RunDetail, SampleInfo

MOST_CURVES = 150
ROWS = 40_000  # of all curves together
MOST_GRIDS = 30  # of one name
PICTURE_BYTES = 3 << 20  # of all grids together


def report_of(run: StoredRun) -> Report:
    """Everything of one run. The file that is made of it stays below 6 MB."""
    detail = run.detail
    drawn, left_out = _drawn(detail)
    width = max(200, min(1000, ROWS // max(len(drawn), 1)))
    pictures, skipped = _pictures(run)
    doctor = Doctor(detail.config, detail.signals)
    seen = [one.name for one in detail.series if doctor.looks_at(one.name)]
    return Report(
        title=detail.name or detail.id,
        subtitle=" · ".join(part for part in (detail.project, detail.group, *detail.tags) if part),
        facts=_facts(detail),
        alerts=[alert_of(one) for one in run.alerts()],
        lacks=doctor.lacks,
        first_step=min((one.first_step for one in detail.series), default=-1),
        last_step=-1 if detail.last_step is None else detail.last_step,
        rows=len(seen),
        curves=_named(run, drawn, width),
        pictures=pictures,
        config=detail.config,
        environment=detail.environment,
        left_out=left_out + skipped,
    )


def alert_of(told: AlertInfo) -> Alert:
    """An alert of a service as the doctor's own; acknowledged and snoozed ones are open."""
    values = msgspec.to_builtins(told)
    fields = {name: values[name] for name in Alert.__struct_fields__ if name in values}
    return msgspec.convert(fields | {"state": "resolved" if told.state == "resolved" else "open"}, Alert)


def _facts(detail: RunDetail) -> list[tuple[str, str]]:
    began = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(detail.started_at))
    minutes, seconds = divmod(round(detail.duration), 60)
    hours, minutes = divmod(minutes, 60)
    long, short = t("{a} h {b} min", a=hours, b=minutes), t("{a} min {b} s", a=minutes, b=seconds)
    took = long if hours else short if minutes else t("{n} s", n=seconds)
    facts = [
        (t("run"), detail.id),
        (t("state"), t(detail.state)),
        (t("started"), began),
        (t("took"), took),
        (t("points"), f"{detail.points:,}"),
    ]
    if detail.reason:
        facts.append((t("reason"), detail.reason))
    return [*facts, (t("notes"), detail.notes)] if detail.notes else facts


def _drawn(detail: RunDetail) -> tuple[list[str], list[str]]:
    """Series to draw, those that matter most first; and what has no room."""
    called = signals_of(detail, [one.name for one in detail.series if one.name not in NEVER])
    names = {signal: name for name, signal in called.items()}
    ordered = [names[signal] for _, signals in grouped(names) for signal in signals]
    return ordered[:MOST_CURVES], ordered[MOST_CURVES:]


def _named(run: StoredRun, names: list[str], width: int) -> dict[str, Columns]:
    """Curves by the signals that they stand for: that is how evidence names them."""
    called = signals_of(run.detail, names)
    found = run.curves(names, width)
    return {called[name]: found[name] for name in names if name in found}


def _pictures(run: StoredRun) -> tuple[list[Picture], list[str]]:
    """Grids evenly through training, and how many there was no room for."""
    grids: dict[tuple[str, str], list[SampleInfo]] = {}
    for one in run.samples():
        grids.setdefault((one.name, one.kind), []).append(one)
    room = PICTURE_BYTES // max(len(grids), 1)
    chosen = [one for some in grids.values() for one in _evenly(some, room)]
    total = sum(map(len, grids.values()))
    skipped = [t("{n} of {all} sample grids", n=total - len(chosen), all=total)] if len(chosen) < total else []
    return [_picture(run, one) for one in chosen], skipped


def _evenly(some: list[SampleInfo], room: int) -> list[SampleInfo]:
    """The first, the last, and as many between them as there is room for."""
    count = min(len(some), MOST_GRIDS)
    while count:
        places = sorted({round(at * (len(some) - 1) / max(count - 1, 1)) for at in range(count)}) if count > 1 else [-1]
        chosen = [some[place] for place in places]
        if sum(one.bytes for one in chosen) <= room:
            return chosen
        count -= 1
    return []


def _picture(run: StoredRun, one: SampleInfo) -> Picture:
    data = run.blob(one.hash)
    media_type = "image/webp" if data[8:12] == b"WEBP" else "image/png"
    shown = one.value_range + (f", {t('inferred')}" if one.inferred else "")
    return Picture(one.step, one.name, one.kind, data, media_type, shown)


def signals_of(detail: RunDetail, names: Iterable[str]) -> dict[str, str]:
    """name → the signal it stands for, where no other series bears that signal's name; else its own."""
    taken = {one.name for one in detail.series}
    stands = {one.name: one.signal for one in detail.series if one.signal and one.signal not in taken}
    found: dict[str, str] = {}
    for name in names:
        signal = stands.get(name) or name
        found[name] = name if signal in found.values() else signal
    return found
