"""What people's logs hold where a number should be."""

from __future__ import annotations

from math import inf, nan
from typing import Any

MISSING = frozenset(("", "-", "na", "n/a", "none", "null", "<na>"))  # lower case; pandas and R write some of them
WORDS = {
    **dict.fromkeys(("nan", "-nan", "+nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"), nan),
    **dict.fromkeys(("inf", "+inf", "infinity", "+infinity", "1.#inf"), inf),
    **dict.fromkeys(("-inf", "-infinity", "-1.#inf"), -inf),
}


def number(token: Any) -> float | None:
    """A cell as a number; None: there is no value.

    `nan`, `NaN`, `inf`, `-Infinity` and what C libraries write are values; an empty cell, `null`, `None` and `NA` are none.

    Raises:
        ValueError: it is something else.
    """
    if token is None:
        return None
    if isinstance(token, int | float):
        try:
            return float(token)
        except OverflowError:  # a whole number of more than 308 digits
            return inf if token > 0 else -inf
    if not isinstance(token, str):
        raise ValueError(f"a {type(token).__name__}")
    try:
        return float(token)
    except ValueError:
        word = token.strip().lower()
        if word in MISSING:
            return None
        if word in WORDS:
            return WORDS[word]
        return float(word.removeprefix("tensor(").removesuffix(")"))  # str() of a tensor, as many a loop writes it
