"""A report as one HTML file that opens with no server and asks no host for anything."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

import msgspec

from monitor.doctor import Alert
from monitor.reports.evidence import measured, shown
from monitor.reports.groups import detailed, grouped
from monitor.reports.language import LANGUAGES, language, said, t
from monitor.reports.report import Picture, Report
from monitor.reports.svg import picture
from monitor.reports.terminal import reading_rows
from monitor.reports.words import because, kind_name, steps, untold, when
from monitor.wire import Advice, Columns

# Nothing may be fetched from anywhere, whatever a run's names say.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
GRIDS = {
    "fixed": "Fixed noise",
    "random": "Fresh noise",
    "interpolation": "Interpolation",
    "reference": "Reference",
}  # by kind
HELP = "Drag to zoom in all charts, double-click for all steps; findings are shaded."
IN_SCRIPT = re.compile(r'\bt\("([^"]+)"')  # the texts of report.js


def page(report: Report) -> str:
    """The file, in the language that is spoken."""
    static = files("monitor.reports") / "static"
    style, script = (static / "report.css").read_text(), (static / "report.js").read_text()
    parts = [
        _head(report),
        *(_finding(report, alert) for alert in report.findings),
        _samples(report.pictures),
        _curves(report),
        _untold(report),
        _table(t("Config"), flat(report.config)),
        _table(t("Environment"), flat(report.environment)),
        _table(t("How it was read"), dict(reading_rows(report.reading)) if report.reading else {}),
        _table(t("Left out"), {t("for want of room"): ", ".join(report.left_out)} if report.left_out else {}),
    ]
    return (
        f'<!doctype html>\n<html lang="{LANGUAGES[language()]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)} · Nashboard</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f"{''.join(parts)}\n</main>\n"
        f'<script type="application/json" id="data">{_data(report, script)}</script>\n'
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _head(report: Report) -> str:
    worst = next((one.severity for one in report.findings if one.state != "resolved"), "")
    ends = t("{a} to {b}", a=steps(report.first_step), b=steps(report.last_step))
    facts = [(t("steps"), ends)] if report.last_step >= 0 else []
    shown_ = "".join(
        f'<div><span class="muted">{escape(what)}</span> {escape(text)}</div>' for what, text in facts + report.facts
    )
    return (
        f'<h1>{escape(report.title)}</h1><p class="muted">{escape(report.subtitle)}</p><div class="facts">{shown_}</div>'
        f'<div class="card verdict {worst}" id="verdict">{escape(report.verdict)}</div>'
    )


def _finding(report: Report, alert: Alert) -> str:
    over = '<span class="badge">' + t("over") + "</span>" if alert.state == "resolved" else ""
    cause = f"<p>{because(alert)}</p>" if alert.consequence_of else ""
    found = shown(report, alert)
    seen = "".join(
        f'<li>{escape(said(one.says))} <span class="muted">· {escape(measured(one))}</span></li>'
        for one in alert.evidence
    )
    advice = "".join(_advice(one) for one in alert.advice) if not alert.consequence_of else ""
    tries = f"<div><h4>{t('What to try')}</h4><ol>{advice}</ol></div>" if advice else ""
    return (
        f'<section class="card finding {alert.severity}"><header><span class="badge {alert.severity}">{t(alert.severity)}</span>'
        f"<h3>{escape(kind_name(alert.kind))}</h3>{over}</header>"
        f'<p>{escape(said(alert.summary))}</p><p class="muted">{escape(when(alert))}</p>{cause}'
        f"{picture(found[0], found[1], alert) if found else ''}"
        f'<div class="parts"><div><h4>{t("What was seen")}</h4><ul>{seen}</ul></div>{tries}</div></section>'
    )


def _advice(one: Advice) -> str:
    flag = f" <code>{escape(one.flag)}</code>" if one.flag else ""
    return (
        f"<li><b>{escape(t(one.name))}</b>{escape(t(': {why}.', why=t(one.why)))}{flag}"
        f"<details><summary>{t('Code')}</summary>"
        f'<pre><code>{escape(one.code)}</code></pre><p class="muted small">{escape(one.paper)}</p></details></li>'
    )


def _curves(report: Report) -> str:
    cards, more = list[str](), list[str]()
    for title, names in grouped(name for name, curve in report.curves.items() if curve.step):
        title, listed = t(title), escape(msgspec.json.encode(names).decode())
        card = f'<div class="card chart" data-title="{escape(title)}" data-names="{listed}"></div>'
        (more if all(map(detailed, names)) else cards).append(card)
    if not cards and not more:
        return ""
    return (
        f'<h2>{t("Curves")}</h2><div class="tools"><span class="muted small">{t(HELP)}</span>'
        f'<button type="button" id="reset" hidden>{t("All steps")}</button></div>'
        f'<div class="charts">{"".join(cards)}</div>'
        + (
            f'<details class="more"><summary>{t("{n} more: layers, the machine", n=len(more))}</summary>'
            f'<div class="charts">{"".join(more)}</div></details>'
            if more
            else ""
        )
    )


def _samples(pictures: list[Picture]) -> str:
    grids: dict[str, list[int]] = {}
    for place, one in enumerate(pictures):
        kind = t(GRIDS.get(one.kind, one.kind))
        grids.setdefault(kind if one.name == one.kind else f"{one.name} · {kind}", []).append(place)
    cards = "".join(
        f'<div class="card samples" data-places="{places}"><h3>{escape(name)}</h3>'
        f'<p class="muted"><output></output> <span class="range"></span></p><img alt="">'
        f'<p><input type="range" min="0" max="{len(places) - 1}" value="{len(places) - 1}" '
        f'aria-label="{escape(t("Step of {name}", name=name))}"></p></div>'
        for name, places in grids.items()
    )
    return f'<h2>{t("Samples")}</h2><div class="charts">{cards}</div>' if cards else ""


def _untold(report: Report) -> str:
    if not report.lacks:
        return ""
    rows = "".join(
        f"<tr><th>{escape(kind)}</th><td>{escape(signals)}</td></tr>" for kind, signals in untold(report.lacks)
    )
    why = '<p class="muted">' + t("For want of these signals:") + "</p>"
    return f'<h2>{t("Could not be told")}</h2><div class="card">{why}<table>{rows}</table></div>'


def _table(title: str, rows: Mapping[str, Any]) -> str:
    if not rows:
        return ""
    cells = "".join(f"<tr><th>{escape(str(name))}</th><td>{escape(str(text))}</td></tr>" for name, text in rows.items())
    return f'<h2>{title}</h2><div class="card wide"><table>{cells}</table></div>'


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Nested settings by their joined names."""
    found: dict[str, str] = {}
    for name, one in values.items():
        if isinstance(one, dict) and one:
            found |= flat(one, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = one if isinstance(one, str) else msgspec.json.encode(one).decode()
    return found


def _short(curve: Columns) -> dict[str, Any]:
    """A curve in six digits: more than any screen shows, and a third of the bytes."""
    parts = {key: part for key, part in msgspec.to_builtins(curve).items() if part != []}
    for name in {"last", "min", "max", "mean"} & parts.keys():
        parts[name] = [None if one is None else float(f"{one:.6g}") for one in parts[name]]
    if "mean" in parts:
        del parts["last"]  # the page draws the mean
    return parts | {"nonfinite": msgspec.to_builtins(curve.nonfinite)}


def _data(report: Report, script: str) -> str:
    bands = [
        {"from": one.onset_step, "to": one.resolved_step, "severity": one.severity}
        for one in report.alerts
        if one.severity != "info" and not one.consequence_of
    ]
    pictures = [
        {
            "step": one.step,
            "range": one.shown,
            "src": f"data:{one.media_type};base64,{base64.b64encode(one.data).decode()}",
        }
        for one in report.pictures
    ]
    curves = {name: _short(curve) for name, curve in report.curves.items() if curve.step}
    words = {one: t(one) for one in IN_SCRIPT.findall(script)}
    text = msgspec.json.encode({"curves": curves, "bands": bands, "pictures": pictures, "words": words}).decode()
    return text.replace("<", "\\u003c")
