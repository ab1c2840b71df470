"""A report in a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from monitor.doctor import Alert
from monitor.reports.braille import Drawing
from monitor.reports.evidence import measured, shown, value
from monitor.reports.language import LINES, said, t
from monitor.reports.report import Reading, Report
from monitor.reports.words import because, kind_name, listed, steps, untold, when
from monitor.wire import Advice, Columns, Evidence

COLOURS = {"critical": "red", "warning": "yellow", "info": "blue"}
MARGIN = 22  # columns beside a chart
WIDEST = 72


def show(report: Report, console: Console) -> None:
    """Prints it."""
    console.print(_head(report))
    for alert in report.findings:
        console.print(Group(*_finding(report, alert, console.width)))
        console.print()
    if report.lacks:
        console.print(_untold(report.lacks))
    if report.reading:
        console.print(_reading(report.reading))


def _head(report: Report) -> Panel:
    worst = next((one.severity for one in report.findings), "")
    colour = COLOURS.get(worst, "green" if report.rows else "blue")
    ends = t("steps {a} to {b}", a=steps(report.first_step), b=steps(report.last_step))
    steps_ = ends if report.last_step >= 0 else t("no steps")
    return Panel(Text(report.verdict, style="bold"), title=Text(report.title), subtitle=steps_, border_style=colour)


def _finding(report: Report, alert: Alert, width: int) -> list[RenderableType]:
    colour = COLOURS[alert.severity]
    over = f" ({t('over')})" if alert.state == "resolved" else ""
    parts: list[RenderableType] = [
        Rule(
            Text(f"{kind_name(alert.kind)} · {t(alert.severity)}{over}", style=f"bold {colour}"),
            align="left",
            style=colour,
        ),
        Text(said(alert.summary)),
        Text(when(alert), style="dim"),
    ]
    if alert.consequence_of:
        parts.append(Text(because(alert), style="dim"))
    found = shown(report, alert)
    if found:
        parts.append(_chart(*found, alert, width))
    parts += [Text(f"  • {said(one.says)}  [{measured(one)}]") for one in alert.evidence]
    if alert.advice and not alert.consequence_of:
        parts.append(Text(t("What to try"), style="bold"))
        for number, advice in enumerate(alert.advice, 1):
            parts += _advice(number, advice)
    return parts


def _chart(evidence: Evidence, curve: Columns, alert: Alert, width: int) -> RenderableType:
    drawing = Drawing(curve, min(max(width - MARGIN, 20), WIDEST))
    colour = COLOURS[alert.severity]
    start = drawing.column(alert.onset_step)
    end = drawing.column(drawing.last if alert.resolved_step is None else alert.resolved_step)
    text = Text()
    for number, line in enumerate(drawing.lines):
        label = value(drawing.high) if number == 0 else value(drawing.low) if number == len(drawing.lines) - 1 else ""
        text.append(f"{label:>10} ", style="dim")
        text.append(line[:start])
        text.append(line[start : end + 1], style=colour)
        text.append(line[end + 1 :] + "\n")
    marks = "".join(
        "×" if place in drawing.bad else "▔" if start <= place <= end else " " for place in range(len(drawing.lines[0]))
    )
    text.append(" " * 11)
    text.append(marks.rstrip() + "\n", style=colour)
    about = [evidence.signal, t("steps {a} to {b}", a=steps(drawing.first), b=steps(drawing.last))]
    about += [t("logarithmic")] if drawing.logarithmic else []
    about += [t("×: not finite")] if drawing.bad else []
    text.append(" " * 11 + ", ".join(about), style="dim")
    return Padding(text, (1, 0))


def _advice(number: int, advice: Advice) -> list[RenderableType]:
    line = Text(f"  {number}. ")
    line.append(t(advice.name), style="bold")
    line.append(t(": {why}.", why=t(advice.why)))
    parts: list[RenderableType] = [line]
    if number == 1:
        parts.append(
            Padding(Syntax(advice.code, "python", theme="ansi_dark", background_color="default"), (0, 0, 0, 5))
        )
    if advice.flag:
        parts.append(Text(f"     nashboard train {advice.flag}", style="dim"))
    return parts


def _untold(lacks: dict[str, list[str]]) -> RenderableType:
    table = Table(
        t("could not be told"),
        t("signals that would be needed"),
        box=None,
        padding=(0, 2, 0, 0),
        header_style="bold dim",
    )
    for kind, signals in untold(lacks):
        table.add_row(kind, signals, style="dim")
    return Padding(table, (0, 0, 1, 0))


def _reading(reading: Reading) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for what, text in reading_rows(reading):
        table.add_row(what, text)
    return table


def reading_rows(reading: Reading) -> list[tuple[str, str]]:
    """(what, in words) of how a log was read; what there is nothing to say of is left out."""
    matched = [name if name == signal else f"{signal} ← {name}" for signal, name in reading.matched.items()]
    second = [
        t("{name} ({signal} is {other})", name=name, signal=signal, other=reading.matched[signal])
        for name, signal in reading.second.items()
    ]
    faults = [
        t("{where}: {what}", where=said(fault.where, LINES), what=said(fault.says, LINES))
        for fault in reading.faults.listed
    ]
    if reading.faults.count > len(faults):
        faults.append(t("… {n} in all", n=reading.faults.count))
    what = {
        "path": reading.path,
        "kind": t(reading.kind),
        "rows": f"{reading.rows:,}",
        "step": t(reading.step) if reading.step else t("none"),
    }
    unknown = t("{names} (--map SIGNAL=NAME says what one means)", names=_some(reading.unknown))
    rows = [
        (t("read"), t("{path} ({kind}, {rows} rows, step: {step})", **what)),
        (t("used"), _some(matched, 20)),
        (t("not used"), _some(second)),
        (t("unknown"), unknown if reading.unknown else ""),
        (t("no numbers"), _some(reading.texts)),
        (t("not read"), "\n".join(faults)),
        (t("note"), "\n".join(reading.notes)),
    ]
    return [(what, text) for what, text in rows if text]


def _some(names: list[str], most: int = 40) -> str:
    if len(names) > most:
        return t("{names} and {n} more", names=", ".join(names[:most]), n=len(names) - most)
    return listed(names, t("and"))
