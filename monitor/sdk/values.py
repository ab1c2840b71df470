"""What `run.log` takes for a number: Python's, numpy's, torch's; and how the others are told apart.

Nothing is imported here: whoever hands over a torch tensor has torch loaded.
"""

from __future__ import annotations

import operator
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from monitor.errors import InvalidValue
from monitor.wire import MAX_STEP

MAX_NAME = 200  # as wire.Name
MAX_VECTOR = 1 << 20  # numbers of a logits vector


class Later(NamedTuple):
    """Numbers that are still on a device, or a vector: copied without waiting, to be read by the worker thread.

    Attributes:
        data: a numpy array, or a tensor on a device. event: when the tensor is ready. vector: it holds more than one number.
    """

    data: Any
    event: Any
    vector: bool


def read(waiting: list[Later]) -> list[Any]:
    """The numbers of each as a float64 numpy array (n,). Waits for devices, and asks each only once for all."""
    import numpy

    found = [None if is_torch(later.data) else numpy.asarray(later.data, numpy.float64).ravel() for later in waiting]
    groups = defaultdict(list)
    for place, later in enumerate(waiting):
        if found[place] is None:
            groups[later.data.device, later.data.dtype].append(place)
    for places in groups.values():
        for place in places:
            if waiting[place].event is not None:
                waiting[place].event.synchronize()
        tensors = [waiting[place].data.reshape(-1) for place in places]
        flat = numpy.asarray(on_cpu(sys.modules["torch"].cat(tensors)), numpy.float64)
        ends = numpy.cumsum([len(tensor) for tensor in tensors])[:-1]
        for place, numbers in zip(places, numpy.split(flat, ends), strict=True):
            found[place] = numbers
    return found


def on_cpu(data: Any) -> Any:
    """A copy made by `copied` as a numpy array. Waits for the device."""
    if not is_torch(data):
        return data
    data = data.cpu()
    if data.layout != sys.modules["torch"].strided:
        data = data.to_dense()
    return (
        data.float() if data.is_floating_point() and data.dtype.itemsize == 2 else data
    ).numpy()  # no bfloat16 there


def is_torch(value: Any) -> bool:
    """Whether `value` is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_numpy(value: Any) -> bool:
    """Whether `value` is a numpy scalar or array, without importing numpy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic | numpy.ndarray)


def number(name: str, value: Any, takes_vector: Callable[[str], bool]) -> float | Later:
    """`value` as a float, or what will give it later. More than one number is only taken where `takes_vector(name)`.

    Raises:
        InvalidValue: it is no number; the message names it and its type.
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return _tensor(name, value, takes_vector)
    if isinstance(value, bool | int | float):
        try:
            return float(value)
        except OverflowError:
            raise InvalidValue(f"{name!r} is an integer beyond what a float holds: not logged") from None
    if is_numpy(value) and value.dtype.kind in "fiub":
        if value.size == 1:
            return float(value.item())
        if 0 < value.size <= MAX_VECTOR and takes_vector(name):
            return Later(value.copy(), None, True)
    raise _refusal(name, value)


def _tensor(name: str, value: Any, takes_vector: Callable[[str], bool]) -> float | Later:
    size = value.numel()
    if size == 1 and value.is_cpu:
        one = value.item()  # not float(value): that warns when the tensor requires grad
        if not isinstance(one, complex):
            return float(one)
    if value.is_complex() or not 0 < size <= MAX_VECTOR or (size > 1 and not takes_vector(name)):
        raise _refusal(name, value)
    copy = copied(value)
    return Later(copy, moment(copy), size > 1)


def copied(tensor: Any) -> Any:
    """A copy that training can't change: as a numpy array when it is on the CPU, else as a tensor, without waiting.

    Torch would copy by several threads, and waking those takes 10 ms on a busy machine where numpy needs 0.3.
    """
    tensor = tensor.detach()
    if tensor.is_cpu:
        try:
            return tensor.numpy().copy()
        except TypeError:  # numpy has no bfloat16, and no sparse arrays
            pass
    return tensor.clone()


def moment(tensor: Any) -> Any:
    """A mark on the device's stream behind the work that makes `tensor`; None for what is on the CPU."""
    if not getattr(tensor, "is_cuda", False):
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
