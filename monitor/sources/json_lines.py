"""JSON lines: an object a line, also nested ones, as wandb, mmcv, StyleGAN and many a loop of one's own write them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from monitor.sources.csv_file import open_text, whole_lines
from monitor.sources.tabular import Tabular

DEEPEST = 6
STATISTICS = frozenset(("num", "mean", "std"))  # StyleGAN's statistics of a value


class JsonLines(Tabular):
    """One object a line; names of nested values are joined by `/`."""

    kind = "JSON lines"

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Lines that are objects; others are faults."""
        with open_text(self.path) as file:
            for number, line in enumerate(whole_lines(file, self.faults), 1):
                text = line.strip().strip("\0")
                if not text:
                    continue
                try:
                    found = json.loads(text)  # takes NaN and Infinity, as Python writes them
                except (ValueError, RecursionError) as error:
                    self.faults.add(f"line {number}", f"no JSON: {error}")
                    continue
                if isinstance(found, dict):
                    yield number, dict(flat(found))
                else:
                    self.faults.add(f"line {number}", f"a {type(found).__name__}, an object is needed")


def flat(values: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """(name, value) of nested mappings. `{"mean": …, "std": …}` is a value with its deviation."""
    if values.keys() >= {"mean", "std"} and values.keys() <= STATISTICS and before:
        yield before.removesuffix("/"), values["mean"]
        yield f"{before}std", values["std"]
        return
    for name, value in values.items():
        if isinstance(value, dict) and depth < DEEPEST:
            yield from flat(value, f"{before}{name}/", depth + 1)
        else:
            yield before + name, value
