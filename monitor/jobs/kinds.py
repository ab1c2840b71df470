"""The kinds of jobs: name → the class that does them, loaded in the worker alone. One job of each is made for every batch."""

from __future__ import annotations

# The doctor waits for metrics: they go before maps.
KINDS: dict[str, str] = {
    "metrics": "monitor.jobs.metrics:Metrics",
    "projection": "monitor.jobs.projection:Projection",
}
# Somebody waits for what was asked for: it goes before maps.
ASKED: dict[str, str] = {"joint": "monitor.jobs.joint:Joint"}


def order() -> dict[str, str]:
    """All kinds, in the order in which workers take them."""
    first, *others = KINDS.items()
    return dict((first, *ASKED.items(), *others))
