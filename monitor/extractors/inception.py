"""torch-fidelity's Inception-v3, the extractor of the published FIDs, where it and its weights are on this machine."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.extractors.outputs import in_chunks

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

WEIGHTS = "weights-inception-2015-12-05-6726825d.pth"
SOURCE = f"https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/{WEIGHTS}"


class Inception:
    """2,048 features of its last pooling; images only, grey ones as three equal channels. Nothing is ever downloaded.

    Raises:
        InvalidValue: torch-fidelity or its weights are not there; the message says where to get them and where to put them.
    """

    name = "inception-v3-compat/2048"

    def __init__(self, folder: Path) -> None:
        try:
            module: Any = importlib.import_module("torch_fidelity.feature_extractor_inceptionv3")
            hub: Any = importlib.import_module("torch.hub")
        except ModuleNotFoundError as error:
            raise InvalidValue(
                f"the extractor 'inception' needs {error.name}, which is not installed: pip install torch-fidelity"
            ) from None
        places = [folder / WEIGHTS, Path(hub.get_dir()) / "checkpoints" / WEIGHTS]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise InvalidValue(
                f"the extractor 'inception' needs its weights, and nothing is downloaded here: get {SOURCE} "
                f"and put it at {places[0]}"
            )
        self._net = module.FeatureExtractorInceptionV3(
            "inception-v3-compat", ["2048"], feature_extractor_weights_path=str(path)
        ).eval()

    def __call__(self, batch: Array) -> Array:
        """(N, C, H, W) uint8 → (N, 2048) float64."""
        import numpy

        if batch.ndim != 4 or batch.dtype != numpy.uint8:
            raise InvalidValue(f"samples of shape {tuple(batch.shape[1:])}, {batch.dtype}: Inception takes images")
        images = numpy.repeat(batch, 3, axis=1) if batch.shape[1] == 1 else batch[:, :3].copy()
        return in_chunks(self._ask, images, self.name)

    def _ask(self, images: Array) -> Any:
        import torch

        with torch.inference_mode():
            return self._net(torch.from_numpy(images))[0].numpy()
