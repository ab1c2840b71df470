"""A small classifier of the user's own labelled data: its last hidden layer as features, its opinion for the Inception Score."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.sample_metrics import PooledPixels, RandomConvolutions

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

HIDDEN = (128, 64)
LIMIT = 1024  # numbers of an image that it looks at
ALPHA, EPOCHS = 0.1, 80  # weight decay, and passes over the data
HELD_OUT = 0.2  # share of the labelled samples that tell its accuracy
FEWEST = 2  # samples a class
FORMAT = 1


@dataclass(frozen=True)
class Classifier:
    """Layers of ReLU on average-pooled pixels, for images also on random convolutions; numpy alone.

    Attributes:
        name: recorded with every value. shape: of one sample, (D,) or (C, H, W).
        layers: (weights, bias) of each; the last one gives logits. center, scale: of the inputs.
        classes: the label of each logit. accuracy: share of the held-out samples told right.
    """

    name: str
    shape: tuple[int, ...]
    layers: tuple[tuple[Array, Array], ...]
    center: Array
    scale: Array
    classes: tuple[int, ...]
    accuracy: float

    def __call__(self, batch: Array) -> Array:
        """Features: the last hidden layer, (N, 64)."""
        return self._hidden(batch)

    def probabilities(self, batch: Array) -> Array:
        """p(class | sample), (N, classes): softmax of the logits."""
        import numpy

        weights, bias = self.layers[-1]
        logits = self._hidden(batch) @ weights + bias
        logits -= logits.max(axis=1, keepdims=True)
        odds = numpy.exp(logits)
        found: Array = odds / odds.sum(axis=1, keepdims=True)
        return found

    def _hidden(self, batch: Array) -> Array:
        import numpy

        if tuple(batch.shape[1:]) != self.shape:
            raise InvalidValue(
                f"samples of shape {tuple(batch.shape[1:])}: the extractor {self.name} was trained on {self.shape}"
            )
        values = (inputs(batch) - self.center) / self.scale
        for weights, bias in self.layers[:-1]:
            values = numpy.maximum(values @ weights + bias, 0.0)
        return values

    def save(self, path: Path) -> None:
        """Writes it as numpy's .npz, 32-bit."""
        import numpy

        arrays = {f"weights{i}": weights.astype("f4") for i, (weights, _) in enumerate(self.layers)}
        arrays |= {f"bias{i}": bias.astype("f4") for i, (_, bias) in enumerate(self.layers)}
        held: dict[str, Any] = arrays | {
            "format": FORMAT,
            "shape": self.shape,
            "center": self.center.astype("f4"),
            "scale": self.scale.astype("f4"),
            "classes": self.classes,
            "accuracy": self.accuracy,
        }
        numpy.savez_compressed(path, **held)

    @classmethod
    def load(cls, path: Path, name: str) -> Classifier:
        """What `save` wrote.

        Raises:
            InvalidValue: the file is none of `train-extractor`.
        """
        import numpy

        try:
            with numpy.load(path, allow_pickle=False) as held:
                if int(held["format"]) != FORMAT:
                    raise InvalidValue(f"{path} is of format {held['format']}, {FORMAT} is known")
                count = sum(key.startswith("weights") for key in held)
                layers = tuple(
                    (held[f"weights{i}"].astype(float), held[f"bias{i}"].astype(float)) for i in range(count)
                )
                return cls(
                    name,
                    tuple(held["shape"].tolist()),
                    layers,
                    held["center"].astype(float),
                    held["scale"].astype(float),
                    tuple(held["classes"].tolist()),
                    float(held["accuracy"]),
                )
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InvalidValue(f"{path} is no extractor of `nashboard train-extractor`: {error}") from None


def inputs(batch: Array) -> Array:
    """What the layers see: at most 1,024 pooled pixels; of larger images also the means of random convolutions."""
    import numpy

    pixels = PooledPixels(LIMIT)(batch)
    small = batch.ndim == 2 or numpy.prod(batch.shape[1:]) <= LIMIT
    return pixels if small else numpy.concatenate([pixels, RandomConvolutions()(batch)], axis=1)


def train(batch: Array, labels: Array, name: str, seed: int = 0) -> Classifier:
    """Trains one by scikit-learn's Adam with weight decay. Deterministic by `seed`.

    Args:
        batch: (N, D) or (N, C, H, W). labels: (N,) whole numbers.

    Raises:
        InvalidValue: fewer than two classes, or one with fewer than two samples.
    """
    import numpy
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier

    classes, counts = numpy.unique(labels, return_counts=True)
    if len(labels) != len(batch) or len(classes) < 2 or counts.min() < FEWEST:
        raise InvalidValue(
            f"{len(batch)} samples with {len(labels)} labels of {len(classes)} classes, the smallest of "
            f"{counts.min(initial=0)}: a label each, two classes and {FEWEST} samples a class are needed"
        )
    values = inputs(batch)
    center, scale = values.mean(axis=0), values.std(axis=0)
    scale[scale < 1e-6] = 1.0
    values = (values - center) / scale
    parts = train_test_split(values, labels, test_size=max(HELD_OUT, len(classes) / len(labels)), random_state=seed)
    net = MLPClassifier(HIDDEN, alpha=ALPHA, max_iter=EPOCHS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it might go on for longer
        net.fit(parts[0], parts[2])
    accuracy = float(net.score(parts[1], parts[3]))
    layers = tuple(zip(net.coefs_, net.intercepts_, strict=True))
    if len(classes) == 2:  # one logit says both
        weights, bias = layers[-1]
        layers = (*layers[:-1], (numpy.hstack([0 * weights, weights]), numpy.hstack([0 * bias, bias])))
    told = tuple(int(one) for one in net.classes_)
    return Classifier(name, tuple(batch.shape[1:]), layers, center, scale, told, accuracy)
