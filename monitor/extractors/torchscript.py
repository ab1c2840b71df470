"""A TorchScript file of the user: any network, exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.extractors.outputs import in_chunks
from monitor.sample_metrics.extractors import scaled

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


class TorchScript:
    """Takes (N, C, H, W) or (N, D) float32, images in 0 … 1; gives (N, F), or maps that are averaged over places.

    Raises:
        InvalidValue: torch is not installed, or the file is no TorchScript.
    """

    def __init__(self, path: Path, name: str) -> None:
        try:
            import torch
        except ModuleNotFoundError:
            raise InvalidValue(
                f"the extractor {path.name} needs torch, which is not installed: pip install torch"
            ) from None
        self.name = name
        try:
            self._module = torch.jit.load(str(path), map_location="cpu").eval()
        except (RuntimeError, ValueError) as error:
            raise InvalidValue(f"{path} can't be loaded as TorchScript: {str(error).splitlines()[0]}") from None

    def __call__(self, batch: Array) -> Array:
        """(N, D) or (N, C, H, W), uint8 or float → (N, F) float64."""
        return in_chunks(self._ask, scaled(batch).astype("f4"), self.name)

    def _ask(self, values: Array) -> Any:
        import torch

        try:
            with torch.inference_mode():
                found = self._module(torch.from_numpy(values))
        except RuntimeError as error:
            raise InvalidValue(
                f"the extractor {self.name} can't take samples of shape {tuple(values.shape[1:])}: "
                f"{str(error).strip().splitlines()[-1]}"
            ) from None
        return found.double().numpy() if isinstance(found, torch.Tensor) else found
