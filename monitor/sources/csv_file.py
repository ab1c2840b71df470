"""CSV: any of the usual separators; cells that are missing are no values."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from monitor.errors import InvalidValue
from monitor.sources.numbers import number
from monitor.sources.source import Faults
from monitor.sources.tabular import Tabular

SEPARATORS = ",;\t|"
LONGEST = 1 << 20  # characters of a cell
DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+([eE][+-]?\d+)?\s*$")


class CsvFile(Tabular):
    """A table with a line of names on top."""

    kind = "CSV"

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Lines of as many cells as the head has; others are faults."""
        csv.field_size_limit(LONGEST)
        separator = self._separator()
        with open_text(self.path) as file:
            reader = csv.reader(_without_nul(whole_lines(file, self.faults)), delimiter=separator)
            try:
                head = [name.strip() for name in next(reader, [])]
            except csv.Error as error:
                raise InvalidValue(f"{self.path} is no CSV: {error}") from None
            self._check(head)
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    self.faults.add(f"line {reader.line_num}", str(error))
                    continue
                if separator != ",":
                    cells = [_with_point(cell) for cell in cells]
                if len(cells) == len(head):
                    yield reader.line_num, dict(zip(head, cells, strict=True))
                elif cells:
                    self.faults.add(f"line {reader.line_num}", f"{len(cells)} cells, the head has {len(head)}")

    def _separator(self) -> str:
        with open_text(self.path) as file:
            head = file.readline(LONGEST)
        return max(SEPARATORS, key=head.count)

    def _check(self, head: list[str]) -> None:
        if not any(head):
            raise InvalidValue(f"{self.path} is empty")
        double = sorted({name for name in head if head.count(name) > 1})
        if double:
            raise InvalidValue(f"{self.path}: the columns {', '.join(map(repr, double))} come twice")
        if all(_is_number(name) for name in head):
            raise InvalidValue(f"{self.path} has no line of names on top: the first line is {','.join(head)[:80]!r}")


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


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    """A machine that lost its power leaves zeros at the end of a file."""
    for line in lines:
        yield line.replace("\0", "")


def _is_number(cell: str) -> bool:
    try:
        return number(cell) is not None
    except ValueError:
        return False
