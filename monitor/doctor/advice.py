"""What to try for each kind of failure, fitted to what the run already does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.doctor.remedies import PLANS, REMEDIES, Remedy
from monitor.wire import Advice

MOST = 4


def advice(kind: str, variant: str, config: Mapping[str, Any], family: str) -> list[Advice]:
    """Ranked remedies, at most four, one at least of which changes more than a setting where the plan has such a one left.

    What the run has already, what would change nothing in it, and what does not go with its loss is left out.

    Args:
        kind, variant: of the alert. config: the run's settings, by the names of the trainer's flags. family: its loss.
    """
    plan = PLANS.get(f"{kind}/{variant}") or PLANS[kind]
    fitting = [(REMEDIES[name], why) for name, why in plan if _fits(REMEDIES[name], config, family)]
    chosen, others = fitting[:MOST], fitting[MOST:]
    deep = [one for one in others if one[0].structural]
    if deep and not any(remedy.structural for remedy, _ in chosen):
        chosen[-1] = deep[0]
    return [Advice(one.title, why, one.paper, one.flag, one.code) for one, why in chosen]


def _fits(remedy: Remedy, config: Mapping[str, Any], family: str) -> bool:
    return not in_use(remedy, config) and family not in remedy.not_with and not remedy.beyond(config)


def in_use(remedy: Remedy, config: Mapping[str, Any]) -> bool:
    """Whether the run's config says that it has the remedy: one of its keys is set to something that is not off."""
    return any(config.get(key) not in (None, False, 0, 0.0, 1, "", "none", "constant") for key in remedy.keys)
