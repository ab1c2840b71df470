"""Reports in Chinese."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.cli import main
from monitor.reports.language import LANGUAGES, joined, language, said, spoken, t
from monitor.rules import Change, Followed, NoData, NotFinite, Rule, Threshold
from tests.reports.logs import broken, csv_file


def diagnose(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["diagnose", *map(str, arguments)], env={"COLUMNS": "100"})


def test_what_is_said_is_in_the_language_that_is_spoken() -> None:
    assert (t("step {n}", n="7"), language()) == ("step 7", "en")
    with spoken("zh"):
        assert t("step {n}", n="7") == "第 7 步"
        assert t("no text of ours, {n}") == "no text of ours, {n}"
        assert joined("甲。", "", "乙。") == "甲。乙。"
        with spoken("en"):
            assert t("Samples") == "Samples"
        assert t("Samples") == "样本"
    assert joined("A.", "", "B.") == "A. B."


def test_the_doctor_s_sentences_keep_their_figures() -> None:
    text = "Mode collapse since step 3,200: the samples fill 2 of 10 of the data's clusters"
    assert said(text) == text
    with spoken("zh"):
        assert said(text) == "自第 3,200 步起模式坍塌：样本只落在数据 2 of 10 的聚类中"
        assert said("the generator's gradient is 7 times its usual size") == "生成器的梯度是平常的 7 倍"
        assert (
            said("the generator's gradient is over 1,000,000 times its usual size")
            == "生成器的梯度是平常的 超过 1,000,000 倍"
        )
        assert said("my rule came true") == "my rule came true"


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_diagnosis_in_chinese(tmp_path: Path, form: str) -> None:
    path = csv_file(tmp_path / "a.csv", 1000, broken)
    done = diagnose(path, "--format", form, "--lang", "zh")
    assert done.exit_code == 1, done.output
    assert "自第 700 步起 loss/" in done.stdout
    assert "非有限数值" in done.stdout
    assert "回到此前的最后一个检查点" in done.stdout  # the remedy's name
    assert "权重一旦变成 NaN 就一直是 NaN" in done.stdout.replace("\n", "")  # and why
    assert "无法判断的问题" in done.stdout
    assert "读取" in done.stdout
    for english in ("What to try", "Since step", "could not be told", ", limit", "rows, step"):
        assert english not in done.stdout


def test_faults_of_single_lines_are_told_in_chinese(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", 50)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, "1", "x" + lines[3]]) + "\n")
    said_ = re.sub(r" {2,}|\n", "", diagnose(path, "--step", "iteration", "--lang", "zh").stdout)
    assert re.search(r"第 52 行：1 个单元格，表头有 \d+ 个", said_)
    assert re.search(r"第 53 行：无法转成数：'x\d+'", said_)
    path = tmp_path / "b.jsonl"
    path.write_text('{"step": 1, "loss_d": 1.0}\n{"step": 2, "loss_d"}\n[1]\n' + '{"step": 3, "loss_d": 1.0}\n' * 20)
    said_ = re.sub(r" {2,}|\n", "", diagnose(path, "--lang", "zh").stdout)
    assert "第 2 行：不是 JSON：此处应为“:”（第 21 列）" in said_
    assert "第 3 行：是 list，应为对象" in said_


def test_a_page_says_its_language(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", 300)
    for name, called in LANGUAGES.items():
        page = diagnose(path, "--format", "html", "--lang", name).stdout
        assert f'<html lang="{called}">' in page
        assert ("曲线" in page) == ("全部步" in page) == (name == "zh")
        assert set(re.findall(r"https?://[^\s\"'<)]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_json_is_the_same_in_every_language(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", 1000, broken)
    assert diagnose(path, "--format", "json", "--lang", "zh").stdout == diagnose(path, "--format", "json").stdout


def test_another_language_is_refused(tmp_path: Path) -> None:
    done = diagnose(csv_file(tmp_path / "a.csv", 30), "--lang", "tlh")
    assert (done.exit_code, "'tlh' is not one of 'en', 'zh'" in done.output) == (2, True)


@pytest.mark.parametrize("note", ["", "Look whether the machine is up."])
@pytest.mark.parametrize(
    ("condition", "says"),
    [
        (Threshold(">", 5), "loss/discriminator 为 7，高于 5，另有 1 个信号"),
        (Threshold(">=", 5), "不低于 5"),
        (Threshold("<", 10), "低于 10"),
        (Threshold("<=", 10), "不高于 10"),
        (NotFinite(), "loss/discriminator 不是数"),
        (Change(by=0.5, window=10), "loss/discriminator 为 14，比此前 10 步的均值 7 高 100%"),
        (NoData(10), "loss/* 已有 10 分钟没有数据；最后一个在第 29 步"),
    ],
)
def test_what_rules_say_is_in_chinese(condition: Any, says: str, note: str) -> None:
    rule, found = Followed(Rule("mine", condition, "loss/*", note=note)), []
    for step in range(30):
        value = (
            math.nan if isinstance(condition, NotFinite) else 7.0 * (1 + (isinstance(condition, Change) and step > 20))
        )
        found += rule.observe(step, {"loss/generator": value, "loss/discriminator": value}, step / 10)
    found += rule.tick(30, 1e6)
    summary = next(one.summary for one in found if one.state == "open")
    with spoken("zh"):
        assert says in said(summary)
        assert said(summary).endswith(note)
        assert not re.search(r" (is|its|since|and|at|for) ", said(summary).removesuffix(note))
