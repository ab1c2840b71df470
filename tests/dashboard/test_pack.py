"""Modules as one file: what they say stays what it was, and what is not understood is refused."""

from __future__ import annotations

import json
from graphlib import CycleError
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from dashboard import index
from dashboard.pack import pack

MODULES = {
    "start.js": """// The first.
import { add as plus, COUNT } from "./parts/add.js";
import * as all from "./parts/add.js";

export const three = plus(1, 2);
export async function late() {
  const { name } = await import("./late.js");
  return [name, all.COUNT === COUNT, all.made()];
}
""",
    "parts/add.js": """export const COUNT = 2;
let times = 0;
export function add(a, b) {
  times += 1;
  return a + b;
}
export function* each() {}
const made = () => times;
export { made };
""",
    "late.js": """import { made } from "./parts/add.js";
import {
  three,
} from "./start.js";
export class Late {}
export const name = `late ${made()} ${three}`;
export const where = () => {
  throw new Error("here");
};
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in MODULES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_modules_do_what_they_did(folder: Path, page: Page) -> None:
    text, _ = pack(folder, "start.js")
    run = """async (text) => {
      const made = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
      return [made.three, ...(await made.late())];
    }"""
    assert page.evaluate(run, text) == [3, "late 1 3", True, 1]


def test_lines_lead_to_the_files(folder: Path) -> None:
    text, source_map = pack(folder, "start.js")
    sections = json.loads(source_map)["sections"]
    assert {section["map"]["sources"][0] for section in sections} == {f"modules/{name}" for name in MODULES}
    lines = text.split("\n")
    for section in sections:
        told: dict[str, Any] = section["map"]
        (source,) = told["sourcesContent"]
        first = section["offset"]["line"]
        for at, line in enumerate(source.rstrip("\n").split("\n")):
            packed = lines[first + at]
            assert packed == line or line.startswith(("import", "export", "} from", "  const { name }")), (line, packed)
        assert told["mappings"].count("AACA") == source.count("\n")


@pytest.mark.parametrize(
    "line", ['import late from "./late.js";', "export default 3;", 'export * from "./late.js";', "export let a;"]
)
def test_what_is_not_understood_is_refused(folder: Path, line: str) -> None:
    (folder / "late.js").write_text(f"{line}\n")
    with pytest.raises(ValueError, match=r"late\.js: .* not: (import|export)"):
        pack(folder, "start.js")


def test_modules_that_import_each_other_are_refused(folder: Path) -> None:
    (folder / "parts/add.js").write_text('import { three } from "../start.js";\n' + MODULES["parts/add.js"])
    with pytest.raises(CycleError):
        pack(folder, "start.js")


def test_all_of_ours_are_in_a_pack() -> None:
    made = index.made()
    packs = b"".join(text for name, text in made.items() if name.endswith(".js")).decode()
    for path in (index.ASSETS / "js").rglob("*.js"):
        name = path.relative_to(index.ASSETS / "js").as_posix()
        if name not in ("words/zh/report.js", "words/zh/lines.js"):  # for reports alone, which read them themselves
            assert packs.count(f"{json.dumps(name)}: () => {{\n") == 1, name
    for path in (index.ASSETS / "css").rglob("*.css"):
        assert path.read_bytes() in made["all.css"], path
