"""The language of a report. Texts are written in English where they are used, and looked up in the dashboard's dictionary."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

SENTENCES, LINES = "sentences.js", "lines.js"  # what the doctor says; what readers say of a log's lines
LANGUAGES = {"en": "en", "zh": "zh-CN"}  # → as HTML calls it
TABLES = "assets/js/words"  # of the dashboard: a folder a language, of files `"English": "translation",`
TEXT = r'"((?:[^"\\]|\\.)*)"'
ENTRY = re.compile(rf"^\s*(?:{TEXT}|(\w+)):\s*{TEXT},$", re.MULTILINE)
VALUE = re.compile(r"\{(\w+)\}")
COUNTS = ("step", "n", "m")  # values of a sentence that are whole numbers; the others run on to what follows

_spoken: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """What is written meanwhile is in this language: one of LANGUAGES."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def language() -> str:
    """The one that is spoken."""
    return _spoken.get()


def t(text: str, **values: object) -> str:
    """A text in the language that is spoken; `{name}` in it is replaced by a value. What has no translation stays as it is."""
    found = text if language() == "en" else _words(language()).get(text, text)
    return VALUE.sub(lambda match: str(values.get(match[1], match[0])), found)


def said(sentence: str, table: str = SENTENCES) -> str:
    """A sentence that was written in English with figures in it, by the doctor or by those of another table.

    One that is not known stays as it is.
    """
    if language() == "en":
        return sentence
    for text, pattern in _sentences(language(), table):
        match = pattern.fullmatch(sentence)
        if match:
            return t(text, **{name: said(t(value), table) for name, value in match.groupdict().items()})
    return sentence


def joined(*sentences: str) -> str:
    """Sentences in a row; Chinese has no space between them."""
    return ("" if language() == "zh" else " ").join(one for one in sentences if one)


@cache
def _words(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((files("dashboard") / TABLES / language).iterdir(), key=lambda path: path.name):
        found |= _table(path.read_text(encoding="utf-8"))
    return found


@cache
def _sentences(language: str, table: str) -> list[tuple[str, re.Pattern[str]]]:
    source = (files("dashboard") / TABLES / language / table).read_text(encoding="utf-8")
    return [(text, _pattern(text)) for text in _table(source)]


def _table(source: str) -> dict[str, str]:
    return {_plain(quoted) if quoted else bare: _plain(said) for quoted, bare, said in ENTRY.findall(source)}


def _plain(quoted: str) -> str:
    return str(json.loads(f'"{quoted}"'))


def _pattern(text: str) -> re.Pattern[str]:
    parts = VALUE.split(text)  # text, name, text, …
    patterns = [
        (rf"(?P<{part}>(?:over )?[\d,]+)" if part in COUNTS else rf"(?P<{part}>.+?)") if at % 2 else re.escape(part)
        for at, part in enumerate(parts)
    ]
    return re.compile("".join(patterns))
