"""The demo's two trainings: one setting apart."""

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
    Recipe("sound", "learns the digits", ("--lr", "0.002")),
    Recipe("too-hot", "learns 25 times as fast: draws digits at first, then collapses", ("--lr", "0.05")),
)
