"""An ONNX file of the user."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.extractors.outputs import CHUNK, as_features
from monitor.sample_metrics.extractors import scaled

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


class Onnx:
    """Its first input takes (N, C, H, W) or (N, D) float32, images in 0 … 1; its first output is read as by `TorchScript`.

    Raises:
        InvalidValue: onnxruntime is not installed, or the file is no ONNX model.
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

    def __call__(self, batch: Array) -> Array:
        """(N, D) or (N, C, H, W), uint8 or float → (N, F) float64."""
        import numpy

        values, name = scaled(batch).astype("f4"), self._session.get_inputs()[0].name
        try:
            parts = [self._session.run(None, {name: values[i : i + CHUNK]})[0] for i in range(0, len(values), CHUNK)]
        except Exception as error:  # noqa: BLE001 its errors have no common class
            raise InvalidValue(
                f"the extractor {self.name} can't take samples of shape {tuple(batch.shape[1:])}: {error}"
            ) from None
        return as_features(numpy.concatenate(parts), len(batch), self.name)
