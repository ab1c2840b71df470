"""What `run.log` takes for a number: Python's, numpy's, torch's; and how the others are told apart.

Nothing is imported here: whoever hands over a torch tensor has torch loaded.
"""

from __future__ import annotations

import operator
import sys
from typing import Any

from monitor.errors import InvalidValue
from monitor.wire import MAX_STEP

MAX_NAME = 200  # as wire.Name
MAX_VECTOR = 1 << 20  # numbers of a logits vector


class Later:
    """Numbers that are still on a device, or a vector: copied without waiting, to be read by the worker thread."""

    __slots__ = ("_event", "_tensor", "vector")

    def __init__(self, tensor: Any, event: Any, *, vector: bool) -> None:
        self._tensor, self._event, self.vector = tensor, event, vector

    def array(self) -> Any:
        """The numbers as a float64 numpy array (n,). Waits for the device."""
        import numpy

        if self._event is not None:
            self._event.synchronize()
        tensor = self._tensor
        if not isinstance(tensor, numpy.ndarray):
            tensor = tensor.cpu().double().numpy()
        return tensor.astype(numpy.float64).reshape(-1)


def is_torch(value: Any) -> bool:
    """Whether `value` is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_numpy(value: Any) -> bool:
    """Whether `value` is a numpy scalar or array, without importing numpy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic | numpy.ndarray)


def number(name: str, value: Any, *, vector: bool) -> float | Later:
    """`value` as a float, or what will give it later. A vector is only taken where `vector` is true.

    Raises:
        InvalidValue: it is no number; the message names it and its type.
    """
    if isinstance(value, bool | int | float):
        try:
            return float(value)
        except OverflowError:
            raise InvalidValue(f"{name!r} is an integer beyond what a float holds: not logged") from None
    if is_torch(value):
        return _tensor(name, value, vector=vector)
    if is_numpy(value) and value.dtype.kind in "fiub":
        if value.size == 1 and not (vector and value.ndim):
            return float(value.item())
        if vector and 0 < value.size <= MAX_VECTOR:
            return Later(value.copy(), None, vector=True)
    raise _refusal(name, value)


def _tensor(name: str, value: Any, *, vector: bool) -> float | Later:
    if value.is_complex() or not 0 < value.numel() <= MAX_VECTOR or (value.numel() > 1 and not vector):
        raise _refusal(name, value)
    on_device = value.device.type != "cpu"
    one = value.numel() == 1 and not (vector and value.ndim)
    if one and not on_device:
        return float(value.item())
    copy = value.detach().clone().reshape(-1)
    return Later(copy, moment(copy), vector=not one)


def moment(tensor: Any) -> Any:
    """A mark on the device's stream behind the work that makes `tensor`; None on the CPU."""
    if not tensor.is_cuda:
        return None
    event = sys.modules["torch"].cuda.Event()
    event.record()
    return event


def step_number(step: Any) -> int:
    """`step` as a whole number.

    Raises:
        InvalidValue: it is none, or out of range.
    """
    try:
        whole = int(step) if isinstance(step, float) and step.is_integer() else operator.index(step)
    except TypeError:
        raise InvalidValue(f"step={step!r} ({type(step).__name__}) is no whole number: not logged") from None
    if not 0 <= whole <= MAX_STEP:
        raise InvalidValue(f"step={whole} is out of range, 0 to {MAX_STEP} is allowed: not logged")
    return whole


def check_name(name: Any) -> None:
    """Raises InvalidValue unless `name` can name a series."""
    if not isinstance(name, str):
        raise InvalidValue(f"the name {name!r} is of type {type(name).__name__}, a string is needed: not logged")
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidValue(
            f"the name {name[:40]!r}… has {len(name)} characters, 1 to {MAX_NAME} are allowed: not logged"
        )
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InvalidValue(f"the name {name!r} can't be written as UTF-8: not logged") from None


def _refusal(name: str, value: Any) -> InvalidValue:
    kind = type(value)
    shown = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    shape = getattr(value, "shape", None)
    if shape is not None:
        shown += f" of shape {tuple(shape)}, dtype {getattr(value, 'dtype', '?')}"
    return InvalidValue(
        f"{name!r} is a {shown}: only single numbers are logged (Python, numpy, torch), and vectors under logits/…"
    )
