"""Terms of the query language as SQL conditions on `runs`: bound values alone, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, case, false, func, not_, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from monitor.errors import InvalidValue
from monitor.settings import ServiceSettings
from monitor.storage.facts import LOSS
from monitor.storage.language import HEALTH, STATES, Term, number
from monitor.storage.tables import run_facts, runs, series

Condition = ColumnElement[bool]
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ":": operator.eq, "=": operator.eq, "!=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
TEXTS = {
    "name": runs.c.name,
    "id": runs.c.id,
    "project": runs.c.project,
    "group": runs.c.group,
    "trouble": runs.c.trouble,
}
COUNTS = {"step": runs.c.last_step, "steps": runs.c.total_steps, "points": runs.c.points, "samples": runs.c.samples}


class Compiler:
    """Makes conditions of terms, as of `now`."""

    def __init__(self, settings: ServiceSettings, now: float) -> None:
        self._settings, self.now = settings, now

    def all_of(self, terms: Sequence[Term]) -> Condition:
        """All terms hold."""
        return and_(true(), *(self._term(term) for term in terms))

    def in_state(self, state: str) -> Condition:
        """The run is in that state now; see `monitor.storage.runs.state_of`."""
        stale, crashed = self.now - self._settings.stale_after, self.now - self._settings.crashed_after
        running, beat = runs.c.state == "running", runs.c.heartbeat_at
        return {
            "running": running & (beat >= stale),
            "stale": running & (beat < stale) & (beat >= crashed),
            "crashed": (runs.c.state == "crashed") | (running & (beat < crashed)),
            "finished": runs.c.state == "finished",
        }[state]

    def state(self) -> ColumnElement[str]:
        """The state's name."""
        return case(*((self.in_state(state), state) for state in STATES), else_="")

    def duration(self) -> ColumnElement[float]:
        """Seconds from start to end, or to the last sign of life."""
        last = case((self.in_state("running"), self.now), else_=runs.c.heartbeat_at)
        spent = func.coalesce(runs.c.finished_at, last) - runs.c.created_at
        told = runs.c.told_duration.is_not(None) & runs.c.finished_at.is_not(None)
        return case((told, runs.c.told_duration), else_=spent)

    def progress(self) -> ColumnElement[Any]:
        """0 to 1; NULL where nobody said how many steps it means to take."""
        return (runs.c.last_step + 1) * 1.0 / runs.c.total_steps

    def _term(self, term: Term) -> Condition:
        found = or_(*(self._one(term, value) for value in term.values))
        turned = term.negated != (term.operator == "!=")
        return not_(func.coalesce(found, false())) if turned else found

    def _one(self, term: Term, value: str) -> Condition:
        field = term.field
        if not field:
            inside = f"%{escaped(value)}%"
            words = or_(*(Alike(column, inside) for column in (runs.c.name, runs.c.id, runs.c.group)))
            return words | _fact("notes", Alike(run_facts.c.text, inside))
        if field in TEXTS:
            return like(TEXTS[field], value)
        if field in ("tag", "notes"):
            return _fact(field, like(run_facts.c.text, value))
        if field == "loss":
            return or_(*(_fact(key, like(run_facts.c.text, value)) for key in LOSS))
        if field == "state":
            return self.in_state(value.lower())
        if field == "health":
            return runs.c.health == HEALTH.index(value.lower())
        return self._measured(term, value)

    def _measured(self, term: Term, value: str) -> Condition:
        compare = OPERATORS[term.operator]
        if term.field.startswith("config."):
            return _config(term, value)
        wanted = number(term.field, value)
        if term.field.startswith("last."):
            name = term.field.removeprefix("last.")
            named = select(series.c.run_id).where(or_(series.c.name == name, series.c.signal == name))
            return runs.c.id.in_(named.where(compare(series.c.last, wanted)))
        columns = COUNTS | {
            "progress": self.progress(),
            "duration": self.duration(),
            "age": self.now - runs.c.created_at,
        }
        condition: Condition = compare(columns[term.field], wanted)
        return condition


def like(column: ColumnElement[str], value: str) -> Condition:
    """Equal but for case, `*` standing for any characters."""
    return Alike(column, escaped(value).replace("*", "%"))


def escaped(value: str) -> str:
    """A text in a pattern, where it means itself."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class Alike(FunctionElement[bool]):
    """A column that fits a pattern, whatever the case of its letters.

    SQLite's LIKE is so by itself; SQLAlchemy's `ilike` calls lower() for every row there, which takes twice the time.
    """

    type = Boolean()
    inherit_cache = True


@compiles(Alike)
def _ilike(element: Alike, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = element.clauses
    return compiler.process(column.ilike(pattern, escape="\\"), **options)


@compiles(Alike, "sqlite")
def _like(element: Alike, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = element.clauses
    return compiler.process(column.like(pattern, escape="\\"), **options)


def _fact(key: str, condition: Condition) -> Condition:
    return runs.c.id.in_(select(run_facts.c.run_id).where(run_facts.c.key == key, condition))


def _config(term: Term, value: str) -> Condition:
    """A config's value: as a number where it is one, else as text."""
    compare, text = OPERATORS[term.operator], like(run_facts.c.text, value)
    try:
        same = compare(run_facts.c.number, number(term.field, value))
    except InvalidValue:  # the parser has seen to it that what is ordered is a number
        return _fact(term.field, text)
    return _fact(term.field, same | text if term.operator in (":", "=", "!=") else same)
