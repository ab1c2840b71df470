"""Many small modules as one file: a browser asks for a page's scripts once, and not sixty times over six connections.

Modules stay as they are written. Each becomes a function in the pack, called when it is first imported; imports and exports,
which stand at the beginning of a line, become constants and what the function returns. Lines stay lines, so that a source map of
whole lines leads a debugger to the files themselves; a console gets at one of them by `(await import(address)).use("format.js")`.
"""

from __future__ import annotations

import json
import posixpath
import re
from graphlib import TopologicalSorter
from pathlib import Path

# What the page starts with, and the words of other languages, which only their readers fetch: a pack each.
ENTRIES = ("start.js", "words/zh.js")

IMPORT = re.compile(r'^import (?:\* as (?P<whole>\w+)|(?P<names>\{[^}]*\})) from "(?P<path>\.[^"]+)";$', re.MULTILINE)
LATER = re.compile(r'\bimport\("(\.[^"]+)"\)')
EXPORT = re.compile(r"^export (?=(?:class|const|function|async function)\b\*? (\w+))", re.MULTILINE)
LISTED = re.compile(r"^export \{ ([\w, ]+) \};$", re.MULTILINE)
LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)

HEAD = """const made = new Map();
const use = (name) => (made.has(name) || made.set(name, modules[name]()), made.get(name));
const later = async (name) => use(name);
const modules = {
"""


def pack(folder: Path, entry: str) -> tuple[str, str]:
    """The pack of a module and all that it imports, now or later, but for what has a pack of its own; and its source map.

    Args:
        folder: where the modules are. entry: path of a module below it, with "/".

    Raises:
        ValueError: a module has an import or export that is none of those that are understood, or modules import each other in
            a circle (`graphlib.CycleError`).
    """
    modules = _reached(folder, entry)
    order = TopologicalSorter({name: _imports(name, text) for name, text in modules.items()}).static_order()
    lines, sections, exports = HEAD, [], dict[str, str]()
    for name in order:
        body, names = _function(name, modules[name], entry)
        exports[name] = f"{{ {', '.join(names)} }}"
        lines += f"{json.dumps(name)}: () => {{\n"
        steps = ";".join(["AAAA"] + ["AACA"] * modules[name].count("\n"))
        whole = {
            "version": 3,
            "sources": [f"modules/{name}"],
            "sourcesContent": [modules[name]],
            "names": [],
            "mappings": steps,
        }
        sections.append({"offset": {"line": lines.count("\n"), "column": 0}, "map": whole})
        lines += f"{body}return {exports[name]};\n}},\n"
    lines += f"}};\nexport {{ use }};\nexport const {exports[entry]} = use({json.dumps(entry)});\n"
    lines += f"//# sourceMappingURL={posixpath.basename(entry)}.map\n"
    return lines, json.dumps({"version": 3, "sections": sections}, separators=(",", ":"))


def _reached(folder: Path, entry: str) -> dict[str, str]:
    """Texts by name: of the entry and of all that it needs."""
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found or (name in ENTRIES and name != entry):
            continue
        found[name] = (folder / name).read_text()
        waiting += _imports(name, found[name]) + [_path(name, one) for one in LATER.findall(found[name])]
    return found


def _imports(name: str, text: str) -> list[str]:
    return [_path(name, match["path"]) for match in IMPORT.finditer(text)]


def _path(name: str, relative: str) -> str:
    """The path of a module that another calls `relative`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), relative))


def _function(name: str, text: str, entry: str) -> tuple[str, list[str]]:
    """A module's text as the body of a function, on as many lines, and the names that it exports."""
    home = posixpath.dirname(entry) or "."

    def imported(match: re.Match[str]) -> str:
        names = match["whole"] or re.sub(r"\b(\w+) as (\w+)\b", r"\1: \2", match["names"])
        return f"const {names} = use({json.dumps(_path(name, match['path']))});"

    def fetched(match: re.Match[str]) -> str:
        path = _path(name, match[1])
        return f'import("./{posixpath.relpath(path, home)}")' if path in ENTRIES else f"later({json.dumps(path)})"

    exports = EXPORT.findall(text) + [one for names in LISTED.findall(text) for one in names.split(", ")]
    body = LISTED.sub("", EXPORT.sub("", LATER.sub(fetched, IMPORT.sub(imported, text))))
    if left := LEFT.search(body):
        raise ValueError(
            f"{name}: only imports and exports like those of the other modules are understood, not: {left[0]}"
        )
    return body, exports
