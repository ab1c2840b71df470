"""CSV: any of the usual separators; cells that are missing are no values."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from msgspec import Struct

from monitor.errors import InvalidValue
from monitor.sources.numbers import number
from monitor.sources.source import Faults
from monitor.sources.tabular import Tabular

SEPARATORS = ",;\t|"
LONGEST = 1 << 20  # characters of a cell
COMMENT = "#"
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)  # the first line that spreadsheets write and read
DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+([eE][+-]?\d+)?\s*$")


class Top(Struct, frozen=True):
    """What comes before the rows: `comment` is the last line of those that begin with `#`, without that."""

    separator: str
    comment: str


class CsvFile(Tabular):
    """A table with a line of names on top, which may be a comment, as numpy's `savetxt` writes it."""

    kind = "CSV"

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Lines of as many cells as the head has; others are faults."""
        csv.field_size_limit(LONGEST)
        top = self._top()
        with open_text(self.path) as file:
            reader = csv.reader(_without_comments(whole_lines(file, self.faults)), delimiter=top.separator)
            try:
                first = next((cells for cells in reader if cells), [])
            except csv.Error as error:
                raise InvalidValue(f"{self.path} is no CSV: {error}") from None
            head = _names(first, top)
            self._check(head or first)
            if head:
                yield reader.line_num, dict(zip(head, _cells(first, top), strict=True))
            head = head or [name.strip() for name in first]
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    self.faults.add(f"line {reader.line_num}", str(error))
                    continue
                if len(cells) == len(head):
                    yield reader.line_num, dict(zip(head, _cells(cells, top), strict=True))
                elif cells:
                    self.faults.add(f"line {reader.line_num}", f"{len(cells)} cells, the head has {len(head)}")

    def _top(self) -> Top:
        separator, comment, line = "", "", ""
        with open_text(self.path) as file:
            for at, line in enumerate(whole_lines(file, Faults())):
                said = None if at else SEPARATOR_LINE.match(line)
                if said:
                    separator = said[1]
                elif line.lstrip().startswith(COMMENT):
                    comment = line.strip().lstrip(COMMENT).strip()
                elif line.strip():
                    break
        return Top(separator or _separator(line, comment), comment)

    def _check(self, head: list[str]) -> None:
        if not any(head):
            raise InvalidValue(f"{self.path} is empty")
        double = sorted({name for name in head if head.count(name) > 1})
        if double:
            raise InvalidValue(f"{self.path}: the columns {', '.join(map(repr, double))} come twice")
        if all(_is_number(name) for name in head):
            raise InvalidValue(f"{self.path} has no line of names on top: the first line is {','.join(head)[:80]!r}")


def _names(first: list[str], top: Top) -> list[str]:
    """The names that a comment holds, where the first line is of values already and has as many; else none."""
    if not (top.comment and any(map(_is_number, first))):
        return []
    named = [name.strip() for name in next(csv.reader([top.comment], delimiter=top.separator))]
    return named if len(named) == len(first) else []


def _cells(cells: list[str], top: Top) -> list[str]:
    return cells if top.separator == "," else [_with_point(cell) for cell in cells]


def _separator(line: str, comment: str) -> str:
    """The one that there is most of; where the line before, a comment, has as many of another, that one."""
    named = max(SEPARATORS, key=comment.count)
    if comment.count(named) and comment.count(named) == line.count(named):
        return named
    return max(SEPARATORS, key=line.count)


def open_text(path: Path) -> TextIO:
    """A file as text, unpacked if it ends in `.gz`; bytes that are no UTF-8 are replaced."""
    with path.open("rb") as file:
        start = file.read(2)
    encoding = "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if start == b"\x1f\x8b":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open(encoding=encoding, errors="replace", newline="")


def whole_lines(file: TextIO, faults: Faults) -> Iterator[str]:
    """A file's lines; where a packed one was cut off or is damaged they end, which is a fault."""
    count = 0
    try:
        for line in file:
            count += 1
            yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        faults.add(f"after line {count}", f"the packed file can't be read on: {error}")


def _with_point(cell: str) -> str:
    """A number whose decimals follow a comma, as many a country writes it, with a point."""
    return cell.replace(",", ".") if DECIMAL_COMMA.match(cell) else cell


def _without_comments(lines: Iterable[str]) -> Iterator[str]:
    """Lines without zeros, which a machine that lost its power leaves; what is said about the table becomes an empty line."""
    for at, line in enumerate(lines):
        about = line.lstrip().startswith(COMMENT) or (at == 0 and SEPARATOR_LINE.match(line))
        yield "\n" if about else line.replace("\0", "")


def _is_number(cell: str) -> bool:
    try:
        return number(cell) is not None
    except ValueError:
        return False
