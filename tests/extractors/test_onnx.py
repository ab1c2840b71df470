"""ONNX files by a real onnxruntime: what a network gives there is what it gives in torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from monitor import extractors
from monitor.errors import InvalidValue
from monitor.jobs.metrics import Metrics

NET = torch.nn.Sequential(
    torch.nn.Conv2d(3, 5, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(5, 7, 3, stride=2)
).eval()
IMAGES = np.random.default_rng(0).integers(0, 256, (150, 3, 10, 10), dtype=np.uint8)


def save(path: Path, nodes: list[Any], inputs: dict[str, Any], outputs: dict[str, Any], weights: Any = ()) -> None:
    """An ONNX file; `inputs` and `outputs`: name → shape of floats, or (type, shape)."""

    def values(named: dict[str, Any]) -> list[Any]:
        typed = {k: v if isinstance(v, tuple) else (TensorProto.FLOAT, v) for k, v in named.items()}
        return [helper.make_tensor_value_info(name, *one) for name, one in typed.items()]

    graph = helper.make_graph(nodes, "net", values(inputs), values(outputs), list(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def save_net(path: Path, batch: Any = "n") -> None:
    """`NET`, for batches of `batch` samples."""
    state = {name: value.detach().numpy() for name, value in NET.state_dict().items()}
    nodes = [
        helper.make_node("Conv", ["x", "0.weight", "0.bias"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "2.weight", "2.bias"], ["y"], strides=[2, 2]),
    ]
    weights = [numpy_helper.from_array(value, name) for name, value in state.items()]
    save(path, nodes, {"x": [batch, 3, 10, 10]}, {"y": [batch, 7, 4, 4]}, weights)


@pytest.mark.parametrize("batch", ["n", 1, 40, 128, 400])
def test_features_are_those_of_the_network_in_torch(tmp_path: Path, batch: Any) -> None:
    save_net(tmp_path / "net.onnx", batch)
    found = extractors.load("net", tmp_path)
    with torch.inference_mode():
        truth = NET(torch.from_numpy(IMAGES / np.float32(255))).mean(dim=(2, 3)).numpy()
    given = found(IMAGES)
    assert (given.shape, given.dtype) == ((150, 7), np.float64)
    np.testing.assert_allclose(given, truth, atol=1e-5)
    assert found.name.startswith("net/")
    kind = Metrics(IMAGES[:100], {}, found)
    assert kind.memory["extractor"] == found.name
    assert kind.about(IMAGES[100:], "random", 3).points["sample/coverage"] > 0.5


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"\x08no model at all")
    with pytest.raises(InvalidValue, match=r"net\.onnx can't be loaded as an ONNX model"):
        extractors.load("net", tmp_path)
    (tmp_path / "net.onnx").write_bytes(b"")
    with pytest.raises(InvalidValue, match=r"net\.onnx"):
        extractors.load("net", tmp_path)


def test_a_model_of_other_images_says_which_were_given(tmp_path: Path) -> None:
    save_net(tmp_path / "net.onnx")
    with pytest.raises(InvalidValue, match=r"extractor net/\w{8} can't take samples of shape \(1, 10, 10\)"):
        extractors.load("net", tmp_path)(IMAGES[:, :1])


def test_a_model_of_two_inputs_is_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Add", ["x", "z"], ["y"])]
    save(tmp_path / "net.onnx", nodes, {"x": ["n", 4], "z": ["n", 4]}, {"y": ["n", 4]})
    with pytest.raises(InvalidValue, match="has the inputs x, z: a model of one input is needed"):
        extractors.load("net", tmp_path)


@pytest.mark.parametrize(
    ("node", "output", "says"),
    [
        (
            helper.make_node("Identity", ["x"], ["y"]),
            ["n", 5000],
            r"gave \(9, 5000\) for 9 samples: \(9, F\) with F from 1 to",
        ),
        (helper.make_node("ReduceSum", ["x"], ["y"], keepdims=0), [], r"gave \(\) for 9 samples"),
        (helper.make_node("Shape", ["x"], ["y"]), (TensorProto.INT64, [2]), r"gave \(2,\) for 9 samples"),
    ],
)
def test_outputs_that_are_no_features_are_refused(tmp_path: Path, node: Any, output: Any, says: str) -> None:
    save(tmp_path / "net.onnx", [node], {"x": ["n", 5000]}, {"y": output})
    with pytest.raises(InvalidValue, match=says):
        extractors.load("net", tmp_path)(np.ones((9, 5000), "f4"))
