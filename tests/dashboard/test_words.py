"""Every text that people read has its Chinese, with the same values in it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dashboard
import monitor
import monitor.detectors
import monitor.notebook
import monitor.reports
from dashboard.figures.catalog import CHARTS, LAYERS
from dashboard.shell import header, pages
from monitor import failures
from monitor.doctor.remedies import PLANS, REMEDIES
from monitor.reports import groups, language, page, words
from monitor.storage.language import FIELDS, PREFIXES

SCRIPTS = Path(dashboard.__file__).parent / "assets" / "js"
TEXT = r'"((?:[^"\\]|\\.)*)"'
CALL = re.compile(rf"(?<![\w.])t\(\s*{TEXT}")
TITLE = re.compile(rf"static title = {TEXT}")
SENTENCE = re.compile(rf"^  {TEXT},$", re.MULTILINE)
ENTRY = re.compile(rf"^\s*(?:{TEXT}|(\w+)):\s*{TEXT},$", re.MULTILINE)
SHOWN = (
    "children",
    "title",
    "label",
    "placeholder",
    "headerName",
    "thumbLabel",
    "aria-label",
)  # as `translated` has it
NAMES = {"Nashboard", "FID", "EN"}  # the same in every language
ZH = SCRIPTS / "words" / "zh"


def plain(text: str) -> str:
    return str(json.loads(f'"{text}"'))


def table(*, reports: bool = True) -> dict[str, str]:
    """What there is Chinese for; the pages themselves do not load what reports alone say."""
    found: dict[str, str] = {}
    for path in sorted(ZH.glob("*.js")):
        if path.name in ("report.js", "lines.js") and not reports:
            continue
        for quoted, bare, translation in ENTRY.findall(path.read_text()):
            found[plain(quoted) if quoted else bare] = plain(translation)
    return found


def in_scripts() -> Iterator[str]:
    for path in sorted(SCRIPTS.rglob("*.js")):
        if "words" in path.relative_to(SCRIPTS).parts[0]:
            continue
        source = path.read_text()
        yield from map(plain, CALL.findall(source) + TITLE.findall(source))
        if path.name in ("alerts.js", "alerts_expert.js") and path.parent == SCRIPTS:
            yield from (plain(text) for _, _, text in ENTRY.findall(source))  # kinds and what they mean
        if path.name == "sentences.js":
            yield from map(plain, SENTENCE.findall(source))
        if path.name == "log.js":
            yield from map(plain, re.findall(rf'\["[^"]*", {TEXT}\]', source[source.index("const TITLES") :]))
        if path.name == "sections.js":
            yield from map(plain, re.findall(rf": {TEXT}", re.findall(r"const HEADS = {(.*?)}", source)[0]))
        if path.name == "bulk_bar.js":
            yield from map(
                plain, re.findall(rf": {TEXT}", "".join(re.findall(r"const (?:DID|NAMES) = {(.*?)};", source)))
            )
        if path.name == "system.js":
            tables = re.findall(r"const (?:TITLES|GPU_TITLES) = {(.*?)};", source, re.DOTALL)
            yield from map(plain, re.findall(rf": {TEXT}", "".join(tables)))
        if path.name == "registry.js":
            yield from map(plain, re.findall(rf"title: {TEXT}", source))
        if path.name == "keys.js":
            yield from map(plain, re.findall(rf'^  \["[^"]+", {TEXT},', source, re.MULTILINE))


def in_layout(node: Any, key: str = "") -> Iterator[str]:
    if isinstance(node, str) and key in SHOWN:
        yield node
    elif isinstance(node, list | tuple):
        for one in node:
            yield from in_layout(one, key)
    elif isinstance(node, dict):
        if node.get("type") in ("Pre", "Code"):
            return
        for name, value in node.items():
            yield from in_layout(value, name)
    elif hasattr(node, "to_plotly_json"):
        yield from in_layout(node.to_plotly_json(), key)


def in_catalog() -> Iterator[str]:
    for chart in CHARTS:
        yield from (chart["title"], chart.get("hint", ""), *(curve["label"] for curve in chart["curves"]))
    for title in LAYERS.values():
        yield from (title, f"{title} by layer")


def in_query() -> Iterator[str]:
    yield from (field.says for field in (*FIELDS.values(), *PREFIXES.values()))


def texts() -> set[str]:
    layouts = [header("/", "/static"), *pages().values()]
    found = {*in_scripts(), *in_catalog(), *in_query(), *(text for layout in layouts for text in in_layout(layout))}
    return {text for text in found if re.search(r"[A-Za-z]{2}", text)} - NAMES


def test_every_text_has_its_chinese() -> None:
    missing = sorted(texts() - table(reports=False).keys())
    assert missing == []


def written(folder: Path) -> Iterator[str]:
    """Every sentence that the detectors write, with 7 for each figure."""
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Finding", "Evidence"):
                continue
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values]
                yield "".join(parts)
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "says":
                yield str(getattr(node.value, "value", ""))


def test_what_the_doctor_says_has_its_chinese() -> None:
    known = SENTENCE.findall((SCRIPTS / "sentences.js").read_text())
    patterns = [re.compile(re.sub(r"\\\{\w+\\\}", "(.+?)", re.escape(plain(one)))) for one in known]
    said = [one for one in written(Path(monitor.detectors.__file__).parent) if len(re.findall("[a-z]{2,}", one)) > 2]
    assert len(said) > 30
    assert {why for plan in PLANS.values() for _, why in plan} <= table().keys()
    assert [one for one in said if not any(pattern.fullmatch(one) for pattern in patterns)] == []


def test_failures_have_the_same_names_everywhere() -> None:
    source = re.findall(r"export const KINDS = {(.*?)};", (SCRIPTS / "alerts.js").read_text(), re.DOTALL)[0]
    assert {bare or plain(quoted): plain(name) for quoted, bare, name in ENTRY.findall(source)} == failures.NAMES
    assert failures.NAMES.keys() == {one.kind for one in monitor.detectors.DETECTORS}


RAISED = ("InvalidValue", "NotFound", "Outcome", "Refused", "Busy", "Unauthorized", "_dropped")
UNSEEN = {"ingest/layers.py", "ingest/media.py", "storage/tokens.py"}  # a training is told, or a terminal
OF_SERVICE = ("api", "ingest", "jobs", "notify", "projections", "rules", "storage")


def messages(node: ast.AST) -> Iterator[str]:
    """What an expression says, with 7 for each value; of a choice both."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (text for part in (node.body, node.orelse) for text in messages(part))
    elif isinstance(node, ast.BinOp):
        yield from (a + b for a in messages(node.left) for b in messages(node.right))


def of_service() -> Iterator[str]:
    """What the service says of what went wrong: answers, deliveries, jobs."""
    for path in sorted(path for name in OF_SERVICE for path in (Path(monitor.__file__).parent / name).rglob("*.py")):
        if path.relative_to(Path(monitor.__file__).parent).as_posix() in UNSEEN:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in RAISED:
                yield from messages(node.args[0])


def patterns(name: str) -> list[re.Pattern[str]]:
    entries = ENTRY.findall((ZH / name).read_text())
    return [
        re.compile(re.sub(r"\\\{\w+\\\}", "(.+?)", re.escape(plain(quoted or bare)))) for quoted, bare, _ in entries
    ]


def test_what_the_service_says_of_faults_has_its_chinese() -> None:
    known, said = patterns("faults.js"), set(of_service())
    assert len(said) > 80
    assert sorted(one for one in said if not any(pattern.fullmatch(one) for pattern in known)) == []


def test_faults_of_a_log_have_their_chinese() -> None:
    known, said = patterns("lines.js"), set[str]()
    for path in (Path(monitor.__file__).parent / "sources").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("faults.add"):
                said |= {text for part in node.args for text in messages(part)}
    assert len(said) > 8
    assert sorted(one for one in said if not any(pattern.fullmatch(one) for pattern in known)) == []


def in_reports() -> Iterator[str]:
    """The texts of reports: those of the script in the page, and all that is translated in Python."""
    folder = Path(monitor.reports.__file__).parent
    yield from page.IN_SCRIPT.findall((folder / "static" / "report.js").read_text())
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "t"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)
    yield from re.findall(r'\bt\("([^"]+)"', Path(monitor.notebook.__file__).read_text())
    yield from (
        page.HELP,
        *page.GRIDS.values(),
        *failures.NAMES.values(),
        *words.NEEDED.values(),
        *(title for title, _ in groups.TOGETHER),
    )
    yield from (remedy.title for remedy in REMEDIES.values())


def test_every_text_of_a_report_has_its_chinese() -> None:
    found = set(in_reports())
    assert len(found) > 80
    assert sorted(found - table().keys()) == []


def test_no_text_has_two_translations() -> None:
    found: dict[str, set[str]] = {}
    for path in sorted(ZH.glob("*.js")):
        for quoted, bare, translation in ENTRY.findall(path.read_text()):
            found.setdefault(plain(quoted) if quoted else bare, set()).add(plain(translation))
    assert {text: said for text, said in found.items() if len(said) > 1} == {}


def test_reports_take_the_doctor_s_sentences_in_the_dashboard_s_order() -> None:
    known = [plain(one) for one in SENTENCE.findall((SCRIPTS / "sentences.js").read_text())]
    assert [text for text, _ in language._sentences("zh", language.SENTENCES)] == known


def test_translations_hold_the_values_of_their_texts() -> None:
    values = re.compile(r"\{\w+\}")
    wrong = {text: said for text, said in table().items() if set(values.findall(text)) != set(values.findall(said))}
    left_out = {text for text, said in wrong.items() if set(values.findall(said)) < set(values.findall(text))}
    sources = "\n".join((ZH / name).read_text() for name in ("faults.js", "lines.js"))
    faults = {plain(quoted or bare) for quoted, bare, _ in ENTRY.findall(sources)}
    wrong = {text: said for text, said in wrong.items() if text not in faults & left_out}  # a fault need not repeat all
    assert {text: said for text, said in wrong.items() if "equilibrium" not in text} == {}
    assert all(said.strip() for said in table().values())
