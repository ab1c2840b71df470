"""What people call the kinds of failures, in reports, in messages and in the dashboard (assets/js/alerts.js says the same)."""

from __future__ import annotations

NAMES = {
    "non_finite": "Not a number",
    "exploding_gradient": "Exploding gradient",
    "vanishing_gradient": "Vanishing gradient",
    "discriminator_dominates": "Discriminator too strong",
    "generator_dominates": "Discriminator too weak",
    "mode_collapse": "Mode collapse",
    "oscillation": "Oscillation",
    "quality_fluctuation": "Fluctuating quality",
    "non_convergence": "No convergence",
    "discriminator_overfit": "Discriminator overfits",
    "spectral_collapse": "Spectral collapse",
}
RULE = "rule:"  # what the kind of a rule's alerts begins with; its name follows


def kind_name(kind: str) -> str:
    """A kind as people read it; a rule goes by its own name.

    >>> kind_name("generator_dominates"), kind_name("rule:loss is high")
    ('Discriminator too weak', 'loss is high')
    """
    return NAMES.get(kind, kind.removeprefix(RULE))
