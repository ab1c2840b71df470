"""An ONNX file of the user."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.extractors.outputs import CHUNK, in_chunks
from monitor.sample_metrics.extractors import scaled

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


class Onnx:
    """Its first input takes (N, C, H, W) or (N, D) float32, images in 0 … 1; its first output is read as by `TorchScript`.

    A model that was exported for so many samples (as exporters do unless told otherwise) is asked for as many at a time; the last
    ones are filled up with zeros.

    Raises:
        InvalidValue: onnxruntime is not installed, or the file is no ONNX model of one input.
    """

    def __init__(self, path: Path, name: str) -> None:
        try:
            runtime: Any = importlib.import_module("onnxruntime")
        except ModuleNotFoundError:
            raise InvalidValue(
                f"the extractor {path.name} needs onnxruntime, which is not installed: pip install 'nashboard[onnx]'"
            ) from None
        self.name = name
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 its errors have no common class
            raise InvalidValue(f"{path} can't be loaded as an ONNX model: {error}") from None
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            names = ", ".join(one.name for one in inputs) or "none"
            raise InvalidValue(f"{path} has the inputs {names}: a model of one input is needed")
        self._input = inputs[0].name
        first = inputs[0].shape[0] if inputs[0].shape else None
        self._fixed = first if isinstance(first, int) and first > 0 else None

    def __call__(self, batch: Array) -> Array:
        """(N, D) or (N, C, H, W), uint8 or float → (N, F) float64."""
        return in_chunks(self._ask, scaled(batch).astype("f4"), self.name, self._fixed or CHUNK)

    def _ask(self, values: Array) -> Any:
        import numpy

        rows, wanted = len(values), self._fixed or len(values)
        filled = numpy.concatenate([values, numpy.zeros((wanted - rows, *values.shape[1:]), "f4")])
        try:
            found = self._session.run(None, {self._input: filled})[0]
        except Exception as error:  # noqa: BLE001 its errors have no common class
            raise InvalidValue(
                f"the extractor {self.name} can't take samples of shape {tuple(values.shape[1:])}: {error}"
            ) from None
        return found[:rows] if wanted > rows else found
