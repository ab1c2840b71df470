"""How an attempt to send ended, and when to try again."""

from __future__ import annotations

import random
from dataclasses import dataclass

LONGEST = 3600.0  # seconds between two tries, at most
GROWS = 3.0


@dataclass(frozen=True)
class Outcome:
    """Sent when `error` is empty.

    Attributes:
        final: another try would fail as well. after: seconds that the other side asks us to wait.
    """

    error: str = ""
    final: bool = False
    after: float = 0.0


def pause(attempts: int, base: float, rng: random.Random) -> float:
    """Seconds until the next try after so many: 1, 3, 9, … times `base`, up to an hour, spread over ± a quarter.

    >>> 0.75 <= pause(1, 1.0, random.Random(0)) <= 1.25 and 6.75 <= pause(3, 1.0, random.Random(0)) <= 11.25
    True
    """
    return min(LONGEST, base * GROWS ** (attempts - 1)) * rng.uniform(0.75, 1.25)
