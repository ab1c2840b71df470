"""Rows to columns: records of the same keys are turned over together, which is much cheaper than value by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, ValuesView

from monitor.wire import Scalars

Names = tuple[str, ...]
Group = tuple[list[int], list[ValuesView[float]]]


def gather(records: Sequence[Scalars]) -> Iterator[tuple[Names, list[int], Iterator[tuple[float, ...]]]]:
    """Names, steps, and a column of values for each name.

    Names may come again, but for each of them the values come in the order in which they were logged: groups live side by
    side only as long as they share no name.
    """
    groups: dict[Names, Group] = {}
    owned: set[str] = set()
    for record in records:
        names = tuple(record.values)
        group = groups.get(names)
        if group is None:
            if not owned.isdisjoint(names):
                yield from _columns(groups)
                groups, owned = {}, set()
            owned.update(names)
            group = groups[names] = ([], [])
        group[0].append(record.step)
        group[1].append(record.values.values())
    yield from _columns(groups)


def _columns(groups: dict[Names, Group]) -> Iterator[tuple[Names, list[int], Iterator[tuple[float, ...]]]]:
    for names, (steps, rows) in groups.items():
        yield names, steps, zip(*rows, strict=True)
