"""A row of the table: what was measured, what was to be reached, what came out."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One figure.

    Attributes:
        what: the quantity, in words.
        target: what is to be reached, in words.
        measured: what came out, with its unit.
        met: whether the target was reached; None for a figure without one.
        peers: what other tools took in the same run, in words.
    """

    what: str
    target: str
    measured: str
    met: bool | None = None
    peers: str = ""


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | to reach | measured | met | others, same run |", "|---|---|---|---|---|"]
    for row in rows:
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        lines.append(f"| {row.what} | {row.target} | {row.measured} | {met} | {row.peers} |")
    return "\n".join(lines) + "\n"


def quantile(values: Iterable[float], q: float) -> float:
    """The `q` quantile (0 … 1), nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]
