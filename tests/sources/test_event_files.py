"""Event files as tensorboard's own writer makes them."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util.tensor_util import make_tensor_proto

from monitor.errors import InvalidValue, NotInstalled
from monitor.sources import open_source
from monitor.wire import Scalars


def write(folder: Path, rows: Mapping[int, Mapping[str, float]], suffix: str = "", tensors: bool = False) -> Path:
    """PyTorch's way (`simple_value`), or TensorFlow 2's (`tensors`)."""
    writer = EventFileWriter(str(folder), filename_suffix=suffix)
    for step, values in rows.items():
        for tag, value in values.items():
            if tensors:
                metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
                one = Summary.Value(tag=tag, tensor=make_tensor_proto(value), metadata=metadata)
            else:
                one = Summary.Value(tag=tag, simple_value=value)
            writer.add_event(Event(wall_time=1.7e9 + step, step=step, summary=Summary(value=[one])))
    writer.close()
    return folder


def read(path: Path) -> dict[int, dict[str, float]]:
    return {record.step: record.values for record in open_source(path).records() if isinstance(record, Scalars)}


@pytest.mark.parametrize("tensors", [False, True])
def test_values_come_back(tmp_path: Path, tensors: bool) -> None:
    rows = {step: {"Loss/D": 1.5 + step, "Loss/G": 0.25} for step in range(50)} | {50: {"Loss/D": math.nan}}
    found = read(write(tmp_path, rows, tensors=tensors))
    assert math.isnan(found.pop(50)["Loss/D"])
    assert found == {step: rows[step] for step in range(50)}


def test_folders_of_add_scalars_are_parts_of_one_run(tmp_path: Path) -> None:
    write(tmp_path, {1: {"lr": 0.1}, 2: {"lr": 0.1}})
    write(tmp_path / "losses_D", {1: {"losses": 1.0}, 2: {"losses": 2.0}})
    write(tmp_path / "errG", {1: {"loss": 3.0}})
    assert read(tmp_path)[1] == {"lr": pytest.approx(0.1), "losses/D": 1.0, "errG/loss": 3.0}


def test_several_runs_are_not_mixed(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write(tmp_path / name, {1: {"d_loss": 1.0, "g_loss": 2.0}})
    with pytest.raises(InvalidValue, match="holds 2 runs, name one of them: first, second"):
        read(tmp_path)
    assert read(tmp_path / "second")[1] == {"d_loss": 1.0, "g_loss": 2.0}


def test_a_torn_end_is_said(tmp_path: Path) -> None:
    write(tmp_path, {step: {"d_loss": 1.0} for step in range(20)})
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    source = open_source(file)
    assert len(list(source.records())) == 19
    assert "bytes at its end can't be read" in source.faults.listed[0].says


def test_without_tensorboard_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {1: {"d_loss": 1.0}})
    monkeypatch.setitem(sys.modules, "tensorboard.backend.event_processing.event_file_loader", None)
    with pytest.raises(NotInstalled, match=r"pip install 'nashboard\[tensorboard\]'"):
        read(tmp_path)
