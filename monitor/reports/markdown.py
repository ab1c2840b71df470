"""A report as Markdown: for an issue, a pull request, a lab book."""

from __future__ import annotations

from monitor.doctor import Alert
from monitor.reports.braille import Drawing
from monitor.reports.evidence import measured, shown, value
from monitor.reports.language import said, t
from monitor.reports.report import Report
from monitor.reports.terminal import reading_rows
from monitor.reports.words import because, kind_name, steps, untold, when


def markdown(report: Report) -> str:
    """All of it but pictures and config."""
    lines = [f"# {_plain(report.title)}", "", f"**{_plain(report.verdict)}**", ""]
    for alert in report.findings:
        lines += _finding(report, alert)
    if report.lacks:
        lines += [
            f"## {t('Could not be told')}",
            "",
            f"| {t('kind')} | {t('signals that would be needed')} |",
            "|---|---|",
        ]
        lines += [f"| {kind} | {signals} |" for kind, signals in untold(report.lacks)] + [""]
    if report.reading:
        lines += [f"## {t('How it was read')}", ""]
        rows = reading_rows(report.reading)
        lines += [f"- **{what}**: {_plain(text).replace(chr(10), '; ')}" for what, text in rows] + [""]
    return "\n".join(lines)


def _finding(report: Report, alert: Alert) -> list[str]:
    over = f", {t('over')}" if alert.state == "resolved" else ""
    head = f"## {kind_name(alert.kind)} ({t(alert.severity)}{over})"
    lines = [head, "", _plain(said(alert.summary)), "", when(alert), ""]
    if alert.consequence_of:
        lines += [because(alert), ""]
    found = shown(report, alert)
    if found:
        evidence, curve = found
        drawing = Drawing(curve)
        ends = t("steps {a} to {b}", a=steps(drawing.first), b=steps(drawing.last))
        values = t("from {low} to {high}", low=value(drawing.low), high=value(drawing.high))
        about = [evidence.signal, ends, values] + ([t("logarithmic")] if drawing.logarithmic else [])
        lines += ["```", *drawing.lines, ", ".join(about), "```", ""]
    lines += [f"- {_plain(said(one.says))} ({_plain(measured(one))})" for one in alert.evidence]
    if alert.advice and not alert.consequence_of:
        lines += ["", f"{t('What to try')}:", ""]
    for number, one in enumerate(alert.advice if not alert.consequence_of else [], 1):
        flag = f" `nashboard train {one.flag}`" if one.flag else ""
        code = [f"   {line}" for line in one.code.splitlines()]
        lines += [
            f"{number}. **{t(one.name)}**{t(': {why}.', why=t(one.why))}{flag} {one.paper}.",
            "",
            "   ```python",
            *code,
            "   ```",
            "",
        ]
    return [*lines, ""]


def _plain(text: str) -> str:
    """Nothing of a log's names is taken for Markdown."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
