"""Features by a network of the user's: a copy of it, asked on the worker thread, so that the training stays what it was."""

from __future__ import annotations

import copy
import hashlib
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.errors import InvalidValue
from monitor.sdk.values import is_torch

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

WIDEST = 4096  # numbers of a sample
MAX_BYTES = 4 << 20  # of a batch's features: 512 rows of 2,048 numbers
AT_ONCE = 64  # rows that the network sees together
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class Features(NamedTuple):
    """Of the first rows of a batch: (n, D) float32, and who made them."""

    rows: Array
    extractor: str


class ModuleExtractor:
    """A copy of a module in eval mode. Made on the training thread, asked on the worker thread.

    Hooks of the user's are not copied along, and random numbers can't be drawn: both would reach into the training.

    Args:
        name: what it is called in results; "": its class.

    Attributes:
        label: "module:NAME/HASH/WIDTH", hash of its weights; "" until `of_reference` has gone well.

    Raises:
        InvalidValue: no torch module, or a name that is not allowed. What copying raises.
    """

    def __init__(self, module: Any, name: str = "") -> None:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(module, torch.nn.Module):
            raise InvalidValue(f"extractor={type(module).__name__}: a torch.nn.Module is needed")
        self.name = name or re.sub(r"[^A-Za-z0-9_.-]", "_", type(module).__name__)[:64]
        if not NAME.fullmatch(self.name):
            raise InvalidValue(f"extractor_name={name[:80]!r}: up to 64 letters, digits, _ . and - are allowed")
        with torch.no_grad():
            self._module = copy.deepcopy(module).eval().requires_grad_(False)
        _unhook(self._module)
        self._no_random = _no_random()
        with self._no_random:  # here, as torch loads its compiler for it, unless an optimizer has: see Painter
            torch.zeros(1)
        tensors = [*self._module.parameters(), *self._module.buffers()]
        self._device = tensors[0].device if tensors else None
        self._dtype = next((one.dtype for one in tensors if one.is_floating_point()), None)
        self.label = ""

    def of_reference(self, data: Any, most: int) -> Features:
        """Of the data, by which the extractor gets its `label`.

        Raises:
            InvalidValue: as `of`, and when they are not finite.
        """
        import numpy

        self.label = ""
        rows = self._rows(data, most)
        if not numpy.isfinite(rows).all():
            raise InvalidValue(f"{self.name} gives NaN or ±Inf for real samples")
        self.label = f"module:{self.name}/{self._hash()}/{rows.shape[1]}"
        return Features(rows, self.label)

    def of(self, data: Any, most: int) -> Features:
        """Of the first `most` rows of a batch (an array or a tensor), or of fewer when they would take more than 4 MB.

        Raises:
            InvalidValue: it gives no (N, …) tensor, too many numbers, other than of the reference, or draws random numbers.
        """
        rows = self._rows(data, most)
        if str(rows.shape[1]) != self.label.rpartition("/")[2]:
            raise InvalidValue(
                f"{self.name} gives {rows.shape[1]} numbers a sample, other than of the reference: {self.label}"
            )
        return Features(rows, self.label)

    def _rows(self, data: Any, most: int) -> Array:
        import numpy
        import torch

        batch = data if is_torch(data) else torch.from_numpy(data)
        found, at = list[Any](), 0
        with torch.no_grad(), self._no_random:
            while at < most:
                part = batch[at : min(most, at + AT_ONCE)].to(self._device)
                if self._dtype is not None and part.is_floating_point():
                    part = part.to(self._dtype)
                found.append(self._flat(self._module(part), len(part)))
                most = min(most, max(1, MAX_BYTES // (4 * found[0].shape[1])))
                at += len(part)
        rows: Array = numpy.concatenate(found)[:most]
        return numpy.ascontiguousarray(rows, "<f4")

    def _flat(self, output: Any, count: int) -> Array:
        """(count, D) float32."""
        if not is_torch(output):
            raise InvalidValue(f"{self.name} gives a {type(output).__name__}, a tensor is needed")
        if output.dim() == 0 or len(output) != count or output.is_complex():
            raise InvalidValue(
                f"{self.name} gives shape {tuple(output.shape)}, {output.dtype} for {count} samples: (N, …) numbers are needed"
            )
        flat = output.reshape(count, -1)
        if not 1 <= flat.shape[1] <= WIDEST:
            raise InvalidValue(f"{self.name} gives {flat.shape[1]} numbers a sample: 1 to {WIDEST} are allowed")
        found: Array = flat.float().cpu().numpy()
        return found

    def _hash(self) -> str:
        """Other weights are another extractor."""
        import torch

        digest = hashlib.sha256()
        for name, value in self._module.state_dict().items():
            digest.update(name.encode())
            if is_torch(value):
                digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
        return digest.hexdigest()[:8]


def _unhook(module: Any) -> None:
    """Takes off the copy's hooks, save those of torch itself that make weights (`torch.nn.utils.spectral_norm`)."""
    for part in module.modules():
        part._forward_hooks.clear()
        for key, hook in list(part._forward_pre_hooks.items()):
            if not type(hook).__module__.startswith("torch.nn.utils"):
                del part._forward_pre_hooks[key]


def _no_random() -> Any:
    """Within it, operations of this thread that draw random numbers raise: they would move on the training's generator."""
    from torch import Tag
    from torch.utils._python_dispatch import TorchDispatchMode

    class NoRandom(TorchDispatchMode):
        """Attention carries the mark too, but draws nothing without dropout."""

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            named = kwargs or {}
            if Tag.nondeterministic_seeded in func.tags and (
                "attention" not in str(func) or _dropout(func, args, named)
            ):
                raise InvalidValue(
                    f"it draws random numbers in eval mode too ({func}), which would change the training"
                )
            return func(*args, **named)

    return NoRandom()  # type: ignore[no-untyped-call]


def _dropout(func: Any, args: Any, named: dict[str, Any]) -> float:
    """The share that an operation of attention drops."""
    names = [one.name for one in func._schema.arguments]
    given = dict(zip(names, args, strict=False)) | named
    return float(given.get("dropout_p", 0.0))
