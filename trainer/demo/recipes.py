"""The demo's two trainings: one that goes well, one that collapses. Both were tried with several seeds."""

from __future__ import annotations

from dataclasses import dataclass

STEPS = 6000  # three minutes on two cores


@dataclass(frozen=True)
class Recipe:
    """One training of the demo.

    Attributes:
        name: of the run. about: what is to be seen. arguments: for `nashboard train`.
    """

    name: str
    about: str
    arguments: tuple[str, ...]


RECIPES = (
    Recipe("sound", "a DCGAN that learns the digits", ("--model", "dcgan", "--lr", "0.002")),
    Recipe(
        "too-hot",
        "an MLP with too high a learning rate, which soon draws one picture only",
        ("--model", "mlp", "--width", "512", "--lr", "0.005"),  # each network's steps take about as long as the other's
    ),
)
