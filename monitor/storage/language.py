"""The query language of run lists: `loss:wgan-gp health:critical step>5000 -tag:old dcgan`. Text to terms; no SQL here.

A query is terms between spaces, all of which must hold. A term is `field:value`, `field=value`, `field!=value`, or for numbers
also `<`, `<=`, `>` and `>=`; a word without a field is looked for in name, id, group and notes. `a,b` means either, `*` stands
for any characters, quotes keep spaces and commas (`name:"my run"`), and `-` before a term turns it round.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.errors import InvalidValue

MAX_LENGTH, MAX_TERMS = 1000, 50
OPERATORS = ("<=", ">=", "!=", ":", "=", "<", ">")
STATES = ("running", "stale", "crashed", "finished")
HEALTH = ("unknown", "healthy", "watch", "critical")  # in order: their numbers are stored
UNITS = {"": 1.0, "%": 0.01, "k": 1e3, "M": 1e6, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}

_FIELD = re.compile(r"([A-Za-z_][\w./-]*)(<=|>=|!=|:|=|<|>)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%|k|M|s|min|h|d|)")


@dataclass(frozen=True)
class Field:
    """What can be asked of a run.

    Attributes:
        kind: "text", "number" or "choice"; "any" is both text and number, as a config's values are.
        says: what it is, in a few words. example: a term with it. allowed: of a choice.
    """

    kind: str
    says: str
    example: str
    allowed: tuple[str, ...] = ()


FIELDS: dict[str, Field] = {
    "name": Field("text", "the run's name", "name:dcgan*"),
    "id": Field("text", "the run's id", "id:a1b2*"),
    "project": Field("text", "its project", "project:faces"),
    "group": Field("text", "its group", "group:baseline"),
    "tag": Field("text", "one of its tags", "tag:baseline"),
    "notes": Field("text", "its notes", "notes:*overnight*"),
    "loss": Field("text", "the loss family that its config declares", "loss:wgan-gp"),
    "state": Field("choice", "how it stands", "state:running,stale", STATES),
    "health": Field("choice", "what the doctor says", "health:critical", HEALTH),
    "trouble": Field("text", "its gravest open failure", "trouble:mode_collapse"),
    "step": Field("number", "its last step", "step>5000"),
    "steps": Field("number", "how many steps it means to take", "steps>=100k"),
    "progress": Field("number", "how far it is, 0 to 1 or in %", "progress<50%"),
    "points": Field("number", "points stored", "points>1M"),
    "samples": Field("number", "grids stored", "samples:0"),
    "duration": Field("number", "how long it has run: s, min, h, d", "duration>2h"),
    "age": Field("number", "since it began: s, min, h, d", "age<7d"),
}
PREFIXES: dict[str, Field] = {
    "config.": Field("any", "a value of its config, nested keys with dots", "config.lr<1e-3"),
    "last.": Field("number", "the last value of a signal", "last.sample/coverage>0.5"),
}


@dataclass(frozen=True)
class Term:
    """One condition. `field` is "" for a word that is looked for; `values`: any of them will do."""

    field: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False


def parse(text: str) -> list[Term]:
    """The terms of a query; none of an empty one.

    Raises:
        InvalidValue: names the term that is wrong and what is allowed.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidValue(f"the query has {len(text)} characters, {MAX_LENGTH} are allowed")
    if bad := re.search(r"[\x00-\x08\x0b-\x1f]", text):
        raise InvalidValue(f"the query holds {bad.group()!r}: control characters are not allowed")
    terms, at = [], _space(text, 0)
    while at < len(text):
        term, at = _term(text, at)
        terms.append(term)
        at = _space(text, at)
    if len(terms) > MAX_TERMS:
        raise InvalidValue(f"the query has {len(terms)} terms, {MAX_TERMS} are allowed")
    return terms


def field_of(name: str) -> Field | None:
    """What a field's name stands for; None: there is none."""
    for prefix, field in PREFIXES.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return field
    return FIELDS.get(name)


def number(field: str, text: str) -> float:
    """A number with its unit, in base units (seconds, shares).

    Raises:
        InvalidValue: it is none.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        units = ", ".join(unit for unit in UNITS if unit)
        raise InvalidValue(f"{field}: {text!r} is no number; allowed are numbers such as 5000, 1e-3 or 2h ({units})")
    return float(found[1]) * UNITS[found[2]]


def _space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _term(text: str, start: int) -> tuple[Term, int]:
    negated = text[start] == "-"
    at = start + negated
    found = _FIELD.match(text, at)
    if found is None:
        values, at = _values(text, at, alternatives=False)
        return Term("", ":", values, negated), at
    name, operator = found[1], found[2]
    values, at = _values(text, found.end(), alternatives=True)
    _check(name, operator, values, text[start:at])
    return Term(name, operator, values, negated), at


def _values(text: str, at: int, alternatives: bool) -> tuple[tuple[str, ...], int]:
    start, values = at, []
    while True:
        value, at = _value(text, at, alternatives)
        values.append(value)
        if not (alternatives and at < len(text) and text[at] == ","):
            break
        at += 1
    if "" in values:
        raise InvalidValue(
            f"{_head(text, start) + text[start:at]!r} lacks a value; a term is field:value, as in tag:baseline"
        )
    return tuple(values), at


def _value(text: str, at: int, alternatives: bool) -> tuple[str, int]:
    if text[at : at + 1] == '"':
        found = _QUOTED.match(text, at)
        if found is None:
            raise InvalidValue(
                f'{_head(text, at) + text[at:]!r} lacks the closing quote; inside of quotes \\" is a quote'
            )
        return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL), found.end()
    end = at
    while end < len(text) and not text[end].isspace() and not (alternatives and text[end] == ","):
        end += 1
    return text[at:end], end


def _head(text: str, at: int) -> str:
    """What of a term stands before its value."""
    return re.split(r"\s", text[:at])[-1]


def _check(name: str, operator: str, values: tuple[str, ...], term: str) -> None:
    field = field_of(name)
    if field is None:
        known = ", ".join([*FIELDS, *(f"{prefix}…" for prefix in PREFIXES)])
        raise InvalidValue(
            f'{term!r}: there is no field {name!r}; there are {known} ("quotes" look for the text itself)'
        )
    ordered = operator in ("<", "<=", ">", ">=")
    if ordered and field.kind in ("text", "choice"):
        raise InvalidValue(f"{term!r}: {name} can't be compared by {operator}; allowed are : = and !=")
    if ordered and len(values) > 1:
        raise InvalidValue(f"{term!r}: {operator} takes one value, not {len(values)}")
    if field.kind == "number" or (field.kind == "any" and ordered):
        for value in values:
            number(name, value)
    for value in values if field.kind == "choice" else ():
        if value.lower() not in field.allowed:
            raise InvalidValue(f"{term!r}: {name} is never {value!r}; allowed are {', '.join(field.allowed)}")
