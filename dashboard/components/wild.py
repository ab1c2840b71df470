"""`aria-…` and `data-…` attributes, whose names are no Python names."""

from __future__ import annotations

from typing import Any


def wild(**attributes: str) -> Any:
    """Attributes with dashes for underscores: `html.Div(**wild(aria_label="Runs"))`."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}
