"""Which runs a rule is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from monitor.rules.rule import COMPARE, RunFilter

ASKS = re.compile(r"^([A-Za-z_][\w./-]*)(:|<=|>=|<|>)(.+)$")


class RunFacts(Struct, frozen=True):
    """What filters look at."""

    id: str
    project: str = "default"
    name: str = ""
    group: str = ""
    tags: list[str] = []
    state: str = "running"
    config: dict[str, Any] = {}


def fits(run: RunFacts, wanted: RunFilter) -> bool:
    """Whether a run is meant.

    >>> fits(RunFacts("a1", project="faces", config={"loss": "wgan-gp"}), RunFilter(projects=["fa*"], query="loss:wgan*"))
    True
    """
    return (
        (not wanted.projects or any(fnmatchcase(run.project, glob) for glob in wanted.projects))
        and (not wanted.tags or not set(wanted.tags).isdisjoint(run.tags))
        and (not wanted.name or fnmatchcase(run.name, wanted.name))
        and all(_word(run, word) for word in wanted.query.split())
    )


def _word(run: RunFacts, word: str) -> bool:
    asked = ASKS.match(word)
    if asked is None:
        text = " ".join([run.name, run.id, run.group, run.project, *run.tags]).lower()
        return word.lower() in text
    key, sign, value = asked.groups()
    return any(_is(found, sign, value) for found in _values(run, key))


def _values(run: RunFacts, key: str) -> list[Any]:
    if key == "tag":
        return list(run.tags)
    if key in ("id", "project", "name", "group", "state"):
        return [getattr(run, key)]
    found = _setting(run.config, key)
    return [] if found is None else [found]


def _setting(config: Mapping[str, Any], key: str) -> Any:
    """A setting by its own name, or by a path with dots."""
    if key in config:
        return config[key]
    first, _, rest = key.partition(".")
    inner = config.get(first)
    return _setting(inner, rest) if rest and isinstance(inner, dict) else None


def _is(found: Any, sign: str, value: str) -> bool:
    if sign == ":":
        return fnmatchcase(str(found).lower(), value.lower())
    try:
        return COMPARE[sign](float(found), float(value))  # type: ignore[index]
    except (TypeError, ValueError):
        return False
