"""TensorBoard event files, read by tensorboard's own reader, without TensorFlow."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Any, NamedTuple

from monitor.errors import InvalidValue, NotInstalled
from monitor.sources.source import Faults, Source
from monitor.wire import MAX_STEP, Record, RunInfo, Scalars

PATTERN = "*tfevents*"
FRAME = 16  # bytes around a record: length and two checksums
PEEK = 200  # events that are looked at to tell runs from parts of one run


class Value(NamedTuple):
    """One value of one tag."""

    step: int
    time: float
    name: str
    value: float


class EventFiles(Source):
    """All event files of one run: of a folder, and of the folders in it that `add_scalars` makes.

    Files of one folder follow each other in the order of their names, which begin with the time; folders are joined by step.
    """

    kind = "TensorBoard event files"

    def __init__(self, path: Path, info: RunInfo) -> None:
        super().__init__(path, info)
        self.step_name = "step"
        self._root = path if path.is_dir() else path.parent
        self._folders = _folders(path)
        loose = self._root not in self._folders and len(self._folders) > 1
        if loose and any(len(self._tags(files[0])) > 1 for files in self._folders.values()):
            names = ", ".join(str(folder.relative_to(self._root)) for folder in sorted(self._folders)[:20])
            raise InvalidValue(f"{path} holds {len(self._folders)} runs, name one of them: {names}")

    def records(self) -> Iterator[Record]:
        """One record a step of all that was logged at it in a row."""
        self.faults = Faults()
        parts = [self._values(folder, files) for folder, files in sorted(self._folders.items())]
        values = merge(*parts, key=lambda value: value.step) if len(parts) > 1 else parts[0]
        for step, some in itertools.groupby(values, key=lambda value: value.step):
            found = list(some)
            yield Scalars(step, found[0].time, {value.name: value.value for value in found})

    def _values(self, folder: Path, files: list[Path]) -> Iterator[Value]:
        inside = "" if folder == self._root else str(folder.relative_to(self._root))
        for file in files:
            for event in self._events(file):
                if not 0 <= event.step <= MAX_STEP:
                    self.faults.add(file.name, f"the step {event.step}")
                    continue
                for value in event.summary.value:
                    found = _scalar(value)
                    if found is None:
                        self.texts.add(_name(inside, value.tag))
                    else:
                        yield Value(event.step, event.wall_time, _name(inside, value.tag), found)

    def _events(self, file: Path) -> Iterator[Any]:
        loader, event_type = _reader()
        used = 0
        for record in loader(str(file)).Load():
            used += len(record) + FRAME
            yield event_type.FromString(record)
        left = file.stat().st_size - used
        if left:
            self.faults.add(
                file.name, f"{left} bytes at its end can't be read: it was cut off, or is still being written"
            )

    def _tags(self, file: Path) -> set[str]:
        some = itertools.islice(self._events(file), PEEK)
        return {value.tag for event in some for value in event.summary.value if _scalar(value) is not None}


def is_event_file(path: Path) -> bool:
    """Whether a file is called like one, and begins with a record."""
    return "tfevents" in path.name


def _folders(path: Path) -> dict[Path, list[Path]]:
    if path.is_file():
        return {path.parent: [path]}
    found: dict[Path, list[Path]] = {}
    for file in sorted(path.rglob(PATTERN)):
        found.setdefault(file.parent, []).append(file)
    return found


def _name(inside: str, tag: str) -> str:
    """`add_scalars("loss", {"D": …})` writes the tag `loss` into the folder `loss_D`."""
    if not inside:
        return tag
    before = tag.replace("/", "_") + "_"
    return f"{tag}/{inside.removeprefix(before)}" if inside.startswith(before) else f"{inside}/{tag}"


def _scalar(value: Any) -> float | None:
    """The number of a summary, as TensorFlow 1 and PyTorch (`simple_value`) or TensorFlow 2 (a tensor) write it."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind != "tensor" or value.metadata.plugin_data.plugin_name not in ("", "scalars"):
        return None
    make = importlib.import_module("tensorboard.util.tensor_util").make_ndarray
    array = make(value.tensor)
    return float(array.item()) if array.size == 1 and array.dtype.kind in "fiub" else None


def _reader() -> tuple[Any, Any]:
    try:
        loader = importlib.import_module("tensorboard.backend.event_processing.event_file_loader").RawEventFileLoader
        return loader, importlib.import_module("tensorboard.compat.proto.event_pb2").Event
    except ModuleNotFoundError as error:
        raise NotInstalled("TensorBoard event files", "tensorboard", error.name or "tensorboard") from None
