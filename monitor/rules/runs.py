"""Which runs a rule is for."""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec import Struct

from monitor.rules.rule import RunFilter


class RunFacts(Struct, frozen=True):
    """What filters look at."""

    project: str = "default"
    name: str = ""
    tags: list[str] = []


def fits(run: RunFacts, wanted: RunFilter) -> bool:
    """Whether a run is meant, but for the query: the database answers that.

    >>> fits(RunFacts("faces", tags=["baseline"]), RunFilter(projects=["fa*"], tags=["baseline", "old"]))
    True
    """
    return (
        (not wanted.projects or any(fnmatchcase(run.project, glob) for glob in wanted.projects))
        and (not wanted.tags or not set(wanted.tags).isdisjoint(run.tags))
        and (not wanted.name or fnmatchcase(run.name, wanted.name))
    )
