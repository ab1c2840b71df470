"""Tells what a path is."""

from __future__ import annotations

import hashlib
from pathlib import Path

from monitor.errors import InvalidValue
from monitor.sdk.journal import RUN_FILE, journals
from monitor.sources.csv_file import CsvFile, open_text
from monitor.sources.event_files import PATTERN, EventFiles, is_event_file
from monitor.sources.journal_folder import JournalFolder
from monitor.sources.json_lines import JsonLines
from monitor.sources.source import Source
from monitor.wire import RunInfo

TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".csv.gz", ".jsonl.gz")


def open_source(path: Path, step_name: str = "") -> Source:
    """The log at `path`: a journal, a folder of TensorBoard's, a CSV or JSON lines file, or a folder with one of these.

    Args:
        step_name: which column is the step, where it is not found by its name.

    Raises:
        InvalidValue: there is no log, or there are several; the message says what was looked for. NotInstalled: TensorBoard's.
    """
    if not path.exists():
        raise InvalidValue(f"{path} does not exist")
    if path.is_dir():
        return _of_folder(path, step_name)
    if is_event_file(path):
        return EventFiles(path, _info(path))
    with open_text(path) as file:
        start = next((line.strip() for line in file if line.strip()), "")
    if "\0" in start:
        raise InvalidValue(f"{path} is no text: CSV, JSON lines, TensorBoard's event files or a journal can be read")
    if start.startswith("{") and not path.name.endswith((".csv", ".tsv")):
        return JsonLines(path, _info(path), step_name)
    return CsvFile(path, _info(path), step_name)


def _of_folder(path: Path, step_name: str) -> Source:
    if (path / RUN_FILE).is_file():
        return JournalFolder(path)
    if next(path.rglob(PATTERN), None) is not None:
        return EventFiles(path, _info(path))
    left = journals(path / "journal" if (path / "journal").is_dir() else path)
    tables = sorted(file for file in path.iterdir() if file.name.endswith(TABLES))
    if len(left) + len(tables) == 1:
        return JournalFolder(left[0]) if left else open_source(tables[0], step_name)
    if left or tables:
        names = ", ".join(one.name for one in (left or tables)[:20])
        raise InvalidValue(f"{path} holds {len(left) or len(tables)} logs, name one of them: {names}")
    raise InvalidValue(
        f"{path} holds no log: a journal, TensorBoard event files, or a {', '.join(TABLES[:4])} file was looked for"
    )


def _info(path: Path) -> RunInfo:
    """A run made of a file is the same run when it is made again: its id comes from where the file lies."""
    at = path.resolve()
    digest = hashlib.sha256(str(at).encode()).hexdigest()[:12]
    name = (
        at.parent.name if at.name.startswith("metrics.") or is_event_file(at) else at.name.partition(".")[0]
    ) or "log"
    return RunInfo(id=digest, project="imported", name=name[:200], started_at=at.stat().st_mtime)
