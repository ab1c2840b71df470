"""What to try for each kind of failure, fitted to what the run already does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.doctor.remedies import PLANS, REMEDIES, Remedy
from monitor.wire import Advice


def advice(kind: str, variant: str, config: Mapping[str, Any], family: str) -> list[Advice]:
    """Ranked remedies, the cheap ones first; what the run has already, or what does not go with its loss, is left out.

    Args:
        kind, variant: of the alert. config: the run's settings, by the names of the trainer's flags. family: its loss.
    """
    plan = PLANS.get(f"{kind}/{variant}") or PLANS[kind]
    found = []
    for name, why in plan:
        remedy = REMEDIES[name]
        if not in_use(remedy, config) and family not in remedy.not_with:
            found.append(Advice(remedy.title, why, remedy.paper, remedy.flag, remedy.code))
    return found[:4]


def in_use(remedy: Remedy, config: Mapping[str, Any]) -> bool:
    """Whether the run's config says that it has the remedy: one of its keys is set to something that is not off."""
    return any(config.get(key) not in (None, False, 0, 0.0, 1, "", "none", "constant") for key in remedy.keys)
