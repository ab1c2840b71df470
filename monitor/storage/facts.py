"""What is looked for in runs beyond their columns: config values, tags and notes, one row each, so that indexes find them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert

from monitor.storage.tables import run_facts

MOST = 1000  # values of one config that can be looked for
LONGEST = 400  # characters kept of one of them
LOSS = ("config.loss", "config.loss_family")  # where a config declares its loss family

Fact = tuple[str, int, str, float | None]  # key, place in a list, text, number


def of_config(config: Mapping[str, Any]) -> list[Fact]:
    """A config's values by their path: {"opt": {"lr": 1}} is `config.opt.lr`. A list is several values of one key."""
    found = []
    for path, at, value in _leaves("config", config):
        found.append((path[:LONGEST], at, *_told(value)))
        if len(found) == MOST:
            break
    return list({fact[:2]: fact for fact in found}.values())


def _leaves(path: str, value: Any) -> Iterator[tuple[str, int, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}", inner)
    elif isinstance(value, list | tuple):
        yield from ((path, at, inner) for at, inner in enumerate(value))
    else:
        yield path, 0, value


def _told(value: Any) -> tuple[str, float | None]:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value], None
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return str(value)[:LONGEST], None
        return str(value)[:LONGEST], number if math.isfinite(number) else None
    return str(value)[:LONGEST], None


def of_tags(tags: list[str]) -> list[Fact]:
    """Each tag."""
    return [("tag", at, tag, None) for at, tag in enumerate(tags)]


def of_notes(notes: str) -> list[Fact]:
    """The notes, where there are any."""
    return [("notes", 0, notes, None)] if notes else []


def replace(connection: Connection, run_id: str, prefix: str, facts: list[Fact]) -> None:
    """Puts `facts` in the place of all that the run has under `prefix` ("config", "tag" or "notes")."""
    mine = (run_facts.c.run_id == run_id) & (
        (run_facts.c.key == prefix) | run_facts.c.key.startswith(f"{prefix}.", autoescape=True)
    )
    connection.execute(delete(run_facts).where(mine))
    if facts:
        rows = [{"run_id": run_id, "key": k, "at": at, "text": text, "number": n} for k, at, text, n in facts]
        connection.execute(insert(run_facts), rows)
