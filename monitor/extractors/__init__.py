"""What turns batches into features, by name. Loaded in worker processes alone: some of them need torch or ONNX."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from monitor.errors import InvalidValue
from monitor.extractors.given import GIVEN, Given
from monitor.sample_metrics import Extractor, Identity, PooledPixels, RandomConvolutions

__all__ = ["BUILT_IN", "SUFFIXES", "load"]

SUFFIXES = (".npz", ".pt", ".onnx")  # of `train-extractor`, TorchScript and ONNX
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def _digits(folder: Path) -> Extractor:
    return _file(Path(__file__).with_name("digits.npz"), "digits")


def _inception(folder: Path) -> Extractor:
    from monitor.extractors.inception import Inception

    return Inception(folder)


BUILT_IN: dict[str, Callable[[Path], Extractor]] = {
    "pooled-pixels": lambda folder: PooledPixels(),
    "identity": lambda folder: Identity(),
    "random-conv": lambda folder: RandomConvolutions(),
    "digits": _digits,
    "inception": _inception,
}


def load(name: str, folder: Path) -> Extractor:
    """The extractor of that name: a built-in one, or a file `<name>.npz`, `.pt` (TorchScript) or `.onnx` in `folder`.

    "module:…" stands for a network of the user's, whose features come with the batches.

    Raises:
        InvalidValue: there is none, or it can't be loaded here; the message says what there is, or what to install.
    """
    if name.startswith(GIVEN):
        return Given(name)
    if name in BUILT_IN:
        return BUILT_IN[name](folder)
    files = [folder / f"{name}{suffix}" for suffix in SUFFIXES] if NAME.fullmatch(name) else []
    for path in files:
        if path.is_file():
            return _file(path, name)
    found = sorted(path.stem for path in folder.glob("*") if path.suffix in SUFFIXES)
    raise InvalidValue(
        f"no extractor {name!r}; there are {', '.join([*BUILT_IN, *found])}; a file of that name in {folder} makes another "
        f"({', '.join(SUFFIXES)})"
    )


def _file(path: Path, name: str) -> Extractor:
    """What a file holds. Its name carries a hash of its content: another file is another extractor."""
    try:
        full = f"{name}/{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"
    except OSError as error:
        raise InvalidValue(f"the extractor {name}: {path} can't be read: {error.strerror}") from None
    if path.suffix == ".npz":
        from monitor.extractors.classifier import Classifier

        return Classifier.load(path, full)
    if path.suffix == ".pt":
        from monitor.extractors.torchscript import TorchScript

        return TorchScript(path, full)
    from monitor.extractors.onnx import Onnx

    return Onnx(path, full)
