"""Alerts in words."""

from __future__ import annotations

from monitor.failures import kind_name
from monitor.wire import AlertInfo

BEFORE = {"opened": "", "escalated": "Worse: ", "resolved": "Over: ", "reminded": "Still: "}


def title(event: str, alert: AlertInfo, run: str) -> str:
    """One line that says what happened, and where."""
    return f"{BEFORE[event]}{kind_name(alert.kind)}: {run}"


def body(event: str, alert: AlertInfo, run: str, project: str) -> list[str]:
    """A message's lines: the reason, the run, when it began, and what to try first."""
    where = f"Run {run}, project {project}. {alert.severity.capitalize()}"
    if event == "resolved":
        end = "was resolved by hand" if alert.resolved_step is None else f"was over at step {alert.resolved_step:,}"
        return [f"It began at step {alert.onset_step:,} and {end}.", f"It was: {alert.summary}", f"{where}."]
    lines = [alert.summary, f"{where}, since step {alert.onset_step:,}, told at step {alert.step:,}."]
    if alert.advice:
        first = alert.advice[0]
        lines.append(f"First try: {first.name} ({first.why})." + (f" {first.flag}" if first.flag else ""))
    return lines
