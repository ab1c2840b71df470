"""The classes of a batch's rows, as users hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.errors import InvalidValue
from monitor.sdk.values import copied, is_numpy, is_torch, on_cpu

MOST = 9_999  # as wire.Label
MAX_NAME, MAX_NAMES = 100, 1_000


@dataclass(frozen=True, slots=True)
class Labels:
    """A copy of the labels, still on their device: `values` is None, a list, an array or a tensor of one axis."""

    values: Any = None
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Any, names: Sequence[str] = ()) -> Labels:
        """Takes labels without waiting for a device.

        Raises:
            InvalidValue: not one axis of whole numbers, or names that can't be taken.
        """
        names = tuple(str(name)[:MAX_NAME] for name in names)
        if len(names) > MAX_NAMES:
            raise InvalidValue(f"{len(names)} label_names, {MAX_NAMES} are allowed: not recorded")
        if values is None:
            return cls(None, names)
        if is_torch(values) or is_numpy(values):
            whole = not (values.dtype.is_floating_point or values.dtype.is_complex) if is_torch(values) else (
                values.dtype.kind in "iub"
            )  # fmt: skip
            if values.ndim != 1 or not whole:
                raise InvalidValue(
                    f"labels of shape {tuple(values.shape)}, dtype {values.dtype}: (N,) whole numbers are allowed"
                )
            return cls(copied(values) if is_torch(values) else values.copy(), names)
        if isinstance(values, list | tuple) and all(isinstance(one, int) for one in values):
            return cls(list(values), names)
        raise InvalidValue(f"labels are a list, an array or a tensor of whole numbers, not {type(values).__name__}")

    def check(self, rows: int) -> None:
        """Raises InvalidValue unless there is one for each row."""
        if self.values is not None and len(self.values) != rows:
            raise InvalidValue(f"{len(self.values)} labels for {rows} samples: one each is needed: not recorded")

    def first(self, count: int) -> list[int]:
        """The first ones as plain numbers. Waits for the device.

        Raises:
            InvalidValue: one of them is out of range.
        """
        if self.values is None:
            return []
        values = self.values if isinstance(self.values, list) else on_cpu(self.values).tolist()
        found = [int(one) for one in values[:count]]
        if found and not 0 <= min(found) <= max(found) <= MOST:
            raise InvalidValue(f"labels from {min(found)} to {max(found)}: 0 to {MOST} are allowed: not recorded")
        return found


NO_LABELS = Labels()
