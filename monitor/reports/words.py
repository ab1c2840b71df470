"""The doctor's findings in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor import failures
from monitor.doctor import Alert
from monitor.reports.language import joined, said, t

NEEDED = {
    "sample": "samples and a reference (run.samples, run.reference)",
    "spectral_norm/": "singular values (run.watch)",
    "effective_rank/": "effective ranks (run.watch)",
    "logits/validation": "the discriminator's outputs on held-out images (logits/validation)",
}
ORDER = ("critical", "warning", "info")


def kind_name(kind: str) -> str:
    """What people call it."""
    return t(failures.kind_name(kind))


def sorted_findings(alerts: Sequence[Alert]) -> list[Alert]:
    """The gravest first, open ones before those that are over, consequences last."""
    return sorted(
        alerts,
        key=lambda one: (bool(one.consequence_of), one.state == "resolved", ORDER.index(one.severity), one.onset_step),
    )


def steps(step: int) -> str:
    """12345 as 12,345."""
    return f"{step:,}"


def verdict(alerts: Sequence[Alert], rows: int) -> str:
    """One or two sentences on the whole."""
    roots = [one for one in sorted_findings(alerts) if one.state != "resolved" and not one.consequence_of]
    grave = [one for one in roots if one.severity != "info"]
    if not rows:
        return t("Nothing to judge: there is no value that the doctor knows.")
    if grave:
        worst, summary = grave[0], said(grave[0].summary)
        first = t("First try: {remedy}.", remedy=_lower(t(worst.advice[0].name))) if worst.advice else ""
        named = summary != worst.summary or kind_name(worst.kind).lower() in summary.partition(":")[0].lower()
        since = t("{kind} since step {n}.", kind=kind_name(worst.kind), n=steps(worst.onset_step))
        return joined("" if named else since, _sentence(summary), first)
    past = [one for one in alerts if one.state == "resolved" and one.severity != "info"]
    if past:
        names = listed([f"{_lower(kind_name(one.kind))} ({span(one)})" for one in past[:3]], t("and"))
        return t("Nothing wrong at the end; before: {kinds}.", kinds=names)
    look = t("Worth a look: {kind}.", kind=_lower(kind_name(roots[0].kind))) if roots else ""
    return joined(t("Nothing wrong seen."), look)


def span(alert: Alert) -> str:
    """From where to where it went."""
    end = t("the end") if alert.resolved_step is None else steps(alert.resolved_step)
    return t("steps {a} to {b}", a=steps(alert.onset_step), b=end)


def when(alert: Alert) -> str:
    """Since when, told when, how sure."""
    since = t(
        "Since step {onset}, told at step {step}, {sure} % sure.",
        onset=steps(alert.onset_step),
        step=steps(alert.step),
        sure=f"{100 * alert.confidence:.0f}",
    )
    return joined(since, "" if alert.resolved_step is None else t("Over at step {n}.", n=steps(alert.resolved_step)))


def because(alert: Alert) -> str:
    """Of which other failure it comes."""
    return t("Most likely a consequence of: {kind}.", kind=kind_name(alert.consequence_of).lower())


def untold(lacks: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(kind, what would be needed) of what could not be told."""
    return [
        (kind_name(kind), listed([needed(signal) for signal in signals], t("and"))) for kind, signals in lacks.items()
    ]


def needed(signal: str) -> str:
    """A signal that is missing, in words."""
    if signal.startswith(("grad_norm/", "update_ratio/")):
        return f"{signal} (run.watch)"
    return t(NEEDED.get(signal, signal))


def listed(words: Sequence[str], last: str) -> str:
    """a, b and c; each once."""
    some = list(dict.fromkeys(words))
    return "".join(some) if len(some) < 2 else f"{', '.join(some[:-1])} {last} {some[-1]}"


def _lower(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "。")) else f"{text}{t('.')}"
