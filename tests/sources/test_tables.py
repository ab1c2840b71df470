from __future__ import annotations

import gzip
import json
import math
import random
from pathlib import Path

import numpy
import pytest

from monitor.errors import InvalidValue
from monitor.sources import Source, open_source
from monitor.wire import Scalars


def rows(source: Source) -> dict[int, dict[str, float]]:
    found: dict[int, dict[str, float]] = {}
    for record in source.records():
        assert isinstance(record, Scalars)
        found.setdefault(record.step, {}).update(record.values)
    return found


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(("separator", "name"), [(",", "a.csv"), (";", "b.csv"), ("\t", "c.tsv"), ("|", "d.txt")])
def test_separators_blanks_and_words_for_no_number(tmp_path: Path, separator: str, name: str) -> None:
    lines = ["step,d_loss,note", "0,1.5,hello", "1,NaN,", "2,,x", "3,-inf,y", "4,None,y", "5,tensor(0.25),y"]
    source = open_source(written(tmp_path, name, "\n".join(lines).replace(",", separator)))
    found = rows(source)
    assert found.keys() == {0, 1, 3, 5}  # an empty cell and None are no values
    assert math.isnan(found[1]["d_loss"])
    assert (found[0]["d_loss"], found[3]["d_loss"], found[5]["d_loss"]) == (1.5, -math.inf, 0.25)
    assert source.texts == {"note"}
    assert not source.faults.count


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=!"])
def test_a_first_line_that_names_the_separator_is_heeded(tmp_path: Path, first: str) -> None:
    separator = first.strip('"')[-1]
    lines = [first, "step,d_loss,a|b|c", "0,1,1", "1,2,1", "2,3"]
    source = open_source(written(tmp_path, "a.csv", "\n".join(lines).replace(",", separator)))
    assert rows(source) == {0: {"d_loss": 1.0, "a|b|c": 1.0}, 1: {"d_loss": 2.0, "a|b|c": 1.0}}
    assert [(one.where, one.says) for one in source.faults.listed] == [("line 5", "2 cells, the head has 3")]


def test_comment_lines_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    text = "\n# made by hand; a, b, c\n\nstep,d_loss\n0,1\n# the second epoch, and more\n  # indented\n\n1,2\n2,3,4\n# the end"
    source = open_source(written(tmp_path, "a.csv", text))
    assert rows(source) == {0: {"d_loss": 1.0}, 1: {"d_loss": 2.0}}
    assert [one.where for one in source.faults.listed] == ["line 10"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_names_in_a_comment_above_values_are_names(tmp_path: Path, separator: str) -> None:
    table = numpy.column_stack([numpy.arange(4), numpy.linspace(0, 1, 4), numpy.full(4, numpy.nan)])
    name = tmp_path / "a.csv"
    about = "from my loop\n" + separator.join(("step", "d_loss", "g_loss"))
    numpy.savetxt(name, table, fmt="%g", delimiter=separator, header=about)
    source = open_source(name)
    found = rows(source)
    assert (source.step_name, found[3]["d_loss"]) == ("step", 1.0)
    assert math.isnan(found[0]["g_loss"])
    assert not source.faults.count


def test_a_comment_is_no_head_unless_it_has_a_name_for_each_column(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="no line of names on top"):
        rows(open_source(written(tmp_path, "a.csv", "# two, names\n1,2,3\n4,5,6\n")))


def test_ragged_lines_and_bad_steps_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "step,d_loss\n0,1\n1,2,3\n2\n3,4\nx,5\n-1,5\n1.5,6\n7,8\n" + "\n"
    source = open_source(written(tmp_path, "a.csv", text), "step")
    assert rows(source) == {0: {"d_loss": 1.0}, 3: {"d_loss": 4.0}, 7: {"d_loss": 8.0}}
    assert [fault.where for fault in source.faults.listed] == ["line 3", "line 4", "line 6", "line 7", "line 8"]
    assert "3 cells, the head has 2" in source.faults.listed[0].says


@pytest.mark.parametrize(
    ("head", "first", "second", "steps", "says"),
    [
        ("global_step,epoch,d_loss", "10,0,1", "20,0,2", {10, 20}, "global_step"),
        ("Epoch,Iteration,d_loss", "0,5,1", "0,6,2", {5, 6}, "Iteration"),
        ("epoch,d_loss", "3,1", "4,2", {3, 4}, "epoch"),
        ("epoch,d_loss", "0,1", "0,2", {0, 1}, "row numbers (no column of steps)"),  # two rows of one epoch
        ("d_loss,g_loss", "3,1", "4,2", {0, 1}, "row numbers (no column of steps)"),
        ("kimg,d_loss", "0.1,1", "4.2,2", {100, 4200}, "kimg × 1000"),
        ("trainer/global_step,step,d_loss", "5,7,1", "6,8,2", {7, 8}, "step"),
    ],
)
def test_the_column_of_steps_is_found(
    tmp_path: Path, head: str, first: str, second: str, steps: set[int], says: str
) -> None:
    source = open_source(written(tmp_path, "a.csv", f"{head}\n{first}\n{second}\n"))
    assert rows(source).keys() == steps
    assert source.step_name == says


def test_rows_of_one_step_in_pieces_as_lightning_writes_them(tmp_path: Path) -> None:
    text = "d_loss,epoch,g_loss,step\n1.0,0,,49\n,0,2.0,49\n1.1,0,,99\n,0,2.1,99\n"
    source = open_source(written(tmp_path, "metrics.csv", text))
    assert rows(source)[49] == {"d_loss": 1.0, "g_loss": 2.0, "epoch": 0.0}


def test_json_lines_nested_with_nan_and_bad_lines(tmp_path: Path) -> None:
    lines = [
        '{"iter": 1, "loss": {"d": 1.5, "g": NaN}, "mode": "train"}',
        "not json",
        "[1]",
        '{"iter": 2, "loss": {"d": "NaN", "g": null}}',
        "",
    ]
    source = open_source(written(tmp_path, "log.jsonl", "\n".join(lines)))
    found = rows(source)
    assert found[1]["loss/d"] == 1.5
    assert math.isnan(found[1]["loss/g"])
    assert math.isnan(found[2]["loss/d"])
    assert "loss/g" not in found[2]
    assert [fault.where for fault in source.faults.listed] == ["line 2", "line 3"]
    assert source.texts == {"mode"}


def test_stylegan_statistics(tmp_path: Path) -> None:
    one = {"num": 32, "mean": 0.5, "std": 0.1}
    text = "\n".join(
        json.dumps({"Loss/scores/real": one, "Progress/kimg": {"num": 1, "mean": kimg, "std": 0.0}, "timestamp": 1.7e9})
        for kimg in (0.0, 4.0)
    )
    source = open_source(written(tmp_path, "stats.jsonl", text))
    assert rows(source)[4000] == {"Loss/scores/real": 0.5, "Loss/scores/real/std": 0.1, "Progress/kimg/std": 0.0}


def test_packed_and_marked_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"step,d_loss\n1,2\n"))
    (tmp_path / "b.csv").write_bytes(
        "\ufeffstep,d_loss\n1,2\n\0\0\0".encode()
    )  # a byte order mark, zeros after a crash
    for name in ("a.csv.gz", "b.csv"):
        assert rows(open_source(tmp_path / name)) == {1: {"d_loss": 2.0}}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "", "is empty"),
        ("a.csv", "1,2\n3,4\n", "no line of names on top"),
        ("a.csv", "step,d_loss,d_loss\n1,2,3\n", "'d_loss' come twice"),
        ("a.csv", "step,d_loss\n", "holds no row"),
        ("a.jsonl", '{"a": \n', "line 1: no JSON"),
    ],
)
def test_what_can_not_be_read_is_said(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        rows(open_source(written(tmp_path, name, text)))


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="does not exist"):
        open_source(tmp_path / "none")
    with pytest.raises(InvalidValue, match="holds no log"):
        open_source(tmp_path)
    written(tmp_path, "metrics.csv", "step,d_loss\n1,2\n")
    assert open_source(tmp_path).kind == "CSV"
    written(tmp_path, "other.jsonl", "{}")
    with pytest.raises(InvalidValue, match=r"2 logs, name one of them: metrics.csv, other.jsonl"):
        open_source(tmp_path)


def test_a_comma_before_decimals_is_read_where_it_separates_nothing(tmp_path: Path) -> None:
    text = "step;d_loss;note\n0;1,25;a,b\n1;-3,5e-2;1,2,3\n2;nan;\n"
    source = open_source(written(tmp_path, "a.csv", text))
    found = rows(source)
    assert (found[0], found[1]) == ({"d_loss": 1.25}, {"d_loss": -0.035})
    assert math.isnan(found[2]["d_loss"])
    assert source.texts == {"note"}


@pytest.mark.parametrize(("name", "head"), [("a.csv.gz", "step,d_loss\n"), ("a.jsonl.gz", "")])
def test_of_a_packed_file_that_was_cut_off_the_first_part_is_read(tmp_path: Path, name: str, head: str) -> None:
    chance = random.Random(0)
    losses = [chance.random() for _ in range(5000)]
    form = "{},{}\n" if head else '{{"step": {}, "d_loss": {}}}\n'
    packed = gzip.compress((head + "".join(form.format(step, loss) for step, loss in enumerate(losses))).encode())
    path = tmp_path / name
    path.write_bytes(packed[: len(packed) // 2])
    source = open_source(path)
    found = rows(source)
    assert 1000 < len(found) < 4000
    assert all(found[step]["d_loss"] == losses[step] for step in list(found)[:-1])
    assert "the packed file can't be read on" in source.faults.listed[-1].says


def test_a_whole_number_beyond_all_floats_is_infinite(tmp_path: Path) -> None:
    text = "".join(f'{{"step": {step}, "d_loss": {sign}{"9" * 400}}}\n' for step, sign in ((1, ""), (2, "-")))
    source = open_source(written(tmp_path, "a.jsonl", text))
    assert rows(source) == {1: {"d_loss": math.inf}, 2: {"d_loss": -math.inf}}
