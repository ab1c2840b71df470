"""The query language: what is understood, what is refused and how, and that any text is one of the two."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql

from monitor.errors import InvalidValue
from monitor.settings import ServiceSettings
from monitor.storage import facts
from monitor.storage.database import migrate, open_engine, url_of
from monitor.storage.filters import Compiler
from monitor.storage.language import FIELDS, PREFIXES, Term, field_of, number, parse
from monitor.storage.tables import runs, series

SETTINGS = ServiceSettings()


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("  dcgan\tfaces ", [Term("", ":", ("dcgan",)), Term("", ":", ("faces",))]),
        ("loss:wgan-gp -tag:old", [Term("loss", ":", ("wgan-gp",)), Term("tag", ":", ("old",), negated=True)]),
        ('name:"a, \\"b\\"",c*', [Term("name", ":", ('a, "b"', "c*"))]),
        ("step>=5000 config.opt.lr<1e-3", [Term("step", ">=", ("5000",)), Term("config.opt.lr", "<", ("1e-3",))]),
        ("last.sample/coverage!=0.5", [Term("last.sample/coverage", "!=", ("0.5",))]),
        ('-"two words" a,b', [Term("", ":", ("two words",), negated=True), Term("", ":", ("a,b",))]),
        ("state:Running,stale", [Term("state", ":", ("Running", "stale"))]),
        ("name:x:y=z", [Term("name", ":", ("x:y=z",))]),
    ],
)
def test_what_is_understood(text: str, terms: list[Term]) -> None:
    assert parse(text) == terms


@pytest.mark.parametrize(
    ("text", "named", "allowed"),
    [
        ("colour:red", "'colour:red'", "name, id, project"),
        ("config.:1", "'config.'", "config.…"),
        ("a tag:", "'tag:'", "field:value"),
        ("tag:a,,b", "'tag:a,,b'", "field:value"),
        ("name<3", "name can't be compared by <", ": = and !="),
        ("step>many", "'many'", "5000"),
        ("step>1,2", "takes one value", "not 2"),
        ("config.lr<fast", "'fast'", "1e-3"),
        ("health:ill", "'ill'", "healthy, watch, critical"),
        ('name:"open', '"open', "closing quote"),
        ("-", "'-'", "field:value"),
        ("a\x00b", "\\x00", "control characters"),
        ("x" * 1001, "1001", "1000"),
        ("x " * 51, "51 terms", "50"),
    ],
)  # fmt: skip
def test_what_is_refused_names_the_term_and_what_is_allowed(text: str, named: str, allowed: str) -> None:
    with pytest.raises(InvalidValue) as error:
        parse(text)
    assert named in str(error.value)
    assert allowed in str(error.value)


def test_units() -> None:
    told = {
        "5000": 5000,
        "50%": 0.5,
        "2h": 7200,
        "3min": 180,
        "1.5k": 1500,
        "2M": 2e6,
        "-1e-3": -1e-3,
        "7d": 604800,
        "+.5": 0.5,
    }
    assert {text: number("step", text) for text in told} == told


def test_every_field_is_documented_and_its_example_is_understood() -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "query-language.md").read_text()
    for name, field in (FIELDS | {f"{prefix}…": one for prefix, one in PREFIXES.items()}).items():
        assert f"`{name}`" in page
        (term,) = parse(field.example)
        assert field_of(term.field) == field


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A database with four runs."""
    engine = open_engine(url_of(tmp_path_factory.mktemp("language")))
    migrate(engine)
    now = time.time()
    usual: dict[str, Any] = {
        "project": "faces", "group": "", "notes": "", "signals": {}, "environment": {}, "reason": "", "state": "running",
        "created_at": now - 7200, "started_at": now, "heartbeat_at": now, "points": 0, "samples": 0, "tags": [], "config": {},
    }  # fmt: skip
    rows = [
        {"id": "a", "name": "DCGAN-1", "tags": ["baseline", "50%"], "config": {"loss": "wgan-gp", "lr": 1e-3}, "last_step": 9},
        {"id": "b", "name": "dcgan_2", "config": {"opt": {"lr": 2e-4}, "flags": [True, 3]}, "health": 3, "last_step": None},
        {"id": "c", "name": "x", "notes": "seen overnight", "total_steps": 100, "last_step": 49, "project": "digits"},
        {"id": "d", "name": 'say "hi", you', "state": "finished", "finished_at": now, "told_duration": 60.0, "last_step": 0},
    ]  # fmt: skip
    with engine.execution_options(writes=True).begin() as writer:
        for row in rows:
            writer.execute(insert(runs).values(usual | row))
            run: dict[str, Any] = usual | row
            some = [*facts.of_config(run["config"]), *facts.of_tags(run["tags"]), *facts.of_notes(run["notes"])]
            for prefix in ("config", "tag", "notes"):
                facts.replace(writer, run["id"], prefix, [one for one in some if one[0].partition(".")[0] == prefix])
        counted = {"count": 1, "nan_count": 0, "inf_count": 0, "first_step": 0, "last_step": 0}
        writer.execute(insert(series).values(run_id="a", name="errG", signal="loss/generator", last=0.5, **counted))
    with engine.connect() as reader:
        yield reader
    engine.dispose()


def found(connection: Connection, text: str) -> str:
    condition = Compiler(SETTINGS, time.time()).all_of(parse(text))
    return "".join(connection.execute(select(runs.c.id).where(condition).order_by(runs.c.id)).scalars())


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", "abcd"), ("dcgan", "ab"), ("name:dcgan*", "ab"), ("name:dcgan_2", "b"), ("name:dcgan?2", ""), ("name:*", "abcd"),
        ("%", ""), ("_2", "b"), ("tag:50%", "a"), ("tag:BASELINE", "a"), ("-tag:baseline", "bcd"), ("tag!=baseline", "bcd"),
        ("loss:wgan-gp", "a"), ("config.lr:0.001", "a"), ("config.lr<=1e-3", "a"), ("config.opt.lr<1e-3", "b"),
        ("config.flags:true", "b"), ("config.flags:3", "b"), ("config.flags>2", "b"), ("config.loss>0", ""), ("config.l:1", ""),
        ("health:critical", "b"), ("health:unknown", "acd"), ("step>5", "ac"), ("-step>5", "bd"), ("step!=9", "bcd"),
        ("progress:50%", "c"), ("overnight", "c"), ("notes:seen*", "c"), ('name:"say \\"hi\\", you"', "d"),
        ("project:faces,digits x", "c"), ("state:finished", "d"), ("state:running,finished", "abcd"), ("duration<2min", "d"),
        ("duration>1h", "abc"), ("age>1h", "abcd"), ("last.errG<1", "a"),
        ("last.loss/generator:0.5", "a"), ("last.errG>1", ""), ("id:a,b -name:*2", "a"),
    ],
)  # fmt: skip
def test_what_is_found(connection: Connection, text: str, ids: str) -> None:
    assert found(connection, text) == ids


# what words are looked for in
TOLD = {"a": ("DCGAN-1", "a"), "b": ("dcgan_2", "b"), "c": ("x", "c", "seen overnight"), "d": ('say "hi", you', "d")}


def folded(text: str) -> str:
    """In small letters, of A to Z alone, as SQLite does it."""
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in text)


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@settings(deadline=None)  # a busy machine is no fault of the parser
@given(WORDS)
def test_quoted_text_is_taken_as_it_is(connection: Connection, text: str) -> None:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert parse(f"-name:{quoted},b x") == [Term("name", ":", (text, "b"), negated=True), Term("", ":", ("x",))]
    held = [run for run, told in TOLD.items() if any(folded(text) in folded(one) for one in told)]
    assert found(connection, quoted) == "".join(held)


@settings(deadline=None)  # a busy machine is no fault of the parser
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from([*FIELDS, "config.a", "<", ">=", ":", '"', "-", ",", "5", "%", " ", "'", ";", "--", "\\"])
    ).map("".join)
)
def test_any_text_is_understood_or_refused_and_never_becomes_sql(connection: Connection, text: str) -> None:
    try:
        terms = parse(text)
    except InvalidValue as error:
        assert str(error)  # noqa: PT017 either is right
        return
    condition = Compiler(SETTINGS, 0.0).all_of(terms)
    connection.execute(select(runs.c.id).where(condition)).all()
    shape = str(condition.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert not set(re.sub(r"'(%%|/|\\+)'", "", shape)) & set("';"), "no value stands in the statement itself"
