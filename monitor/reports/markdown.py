"""A report as Markdown: for an issue, a pull request, a lab book."""

from __future__ import annotations

from monitor.doctor import Alert
from monitor.reports.braille import Drawing
from monitor.reports.evidence import shown, value
from monitor.reports.report import Report
from monitor.reports.terminal import reading_rows
from monitor.reports.words import kind_name, steps, untold, when


def markdown(report: Report) -> str:
    """All of it but pictures and config."""
    lines = [f"# {_plain(report.title)}", "", f"**{_plain(report.verdict)}**", ""]
    for alert in report.findings:
        lines += _finding(report, alert)
    if report.lacks:
        lines += ["## Could not be told", "", "| kind | signals that would be needed |", "|---|---|"]
        lines += [f"| {kind} | {signals} |" for kind, signals in untold(report.lacks)] + [""]
    if report.reading:
        lines += ["## How it was read", ""]
        rows = reading_rows(report.reading)
        lines += [f"- **{what}**: {_plain(text).replace(chr(10), '; ')}" for what, text in rows] + [""]
    return "\n".join(lines)


def _finding(report: Report, alert: Alert) -> list[str]:
    over = ", over" if alert.state == "resolved" else ""
    lines = [f"## {kind_name(alert.kind)} ({alert.severity}{over})", "", _plain(alert.summary), "", when(alert), ""]
    if alert.consequence_of:
        lines += [f"Most likely a consequence of: {kind_name(alert.consequence_of).lower()}.", ""]
    found = shown(report, alert)
    if found:
        evidence, curve = found
        drawing = Drawing(curve)
        ends = f"{evidence.signal}, steps {steps(drawing.first)} to {steps(drawing.last)}"
        values = f"from {value(drawing.low)} to {value(drawing.high)}{', logarithmic' if drawing.logarithmic else ''}"
        lines += ["```", *drawing.lines, f"{ends}, {values}", "```", ""]
    lines += [
        f"- {_plain(one.says)} (`{one.signal}` {value(one.value)}, limit {value(one.threshold)})"
        for one in alert.evidence
    ]
    if alert.advice and not alert.consequence_of:
        lines += ["", "What to try:", ""]
    for number, one in enumerate(alert.advice if not alert.consequence_of else [], 1):
        flag = f" `nashboard train {one.flag}`" if one.flag else ""
        code = [f"   {line}" for line in one.code.splitlines()]
        lines += [f"{number}. **{one.name}**: {one.why}.{flag} {one.paper}.", "", "   ```python", *code, "   ```", ""]
    return [*lines, ""]


def _plain(text: str) -> str:
    """Nothing of a log's names is taken for Markdown."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
