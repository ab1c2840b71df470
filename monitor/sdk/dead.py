"""Units of a network that answer to nothing: looked for in the forward passes between two steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from monitor.sdk.capture import capturing

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module


class DeadUnits:
    """Which units of a network's ReLUs stay at 0 in all forward passes from `look` to `take`.

    A unit is a channel: the second axis of what the layer gives (N, units, …). Only modules `ReLU` and `ReLU6` are looked at:
    leaky ones can't die, and functions leave no place to look. Hooks are there from `look` to `take` only. Compiled
    networks are left alone: a hook would have them compiled again.

    Args:
        failed: told of what went wrong in a forward pass; looking is over then. spent: told of the seconds that each look took.
    """

    def __init__(self, module: Module, failed: Callable[[Exception], None], spent: Callable[[float], None]) -> None:
        from torch import nn

        compiled = any(hasattr(part, "_orig_mod") for part in module.modules())
        self._layers = {} if compiled else {
            name.removeprefix("module."): part for name, part in module.named_modules() if isinstance(part, nn.ReLU | nn.ReLU6)
        }  # fmt: skip
        self._failed, self._spent = failed, spent
        self._handles: list[Any] = []
        self._alive: dict[str, Tensor] = {}

    def look(self) -> None:
        """From now on."""
        self.stop()
        self._alive = {}
        self._handles = [layer.register_forward_hook(self._hook(name)) for name, layer in self._layers.items()]

    def take(self) -> dict[str, Tensor]:
        """The share of dead units of each layer that was seen, 0-d on its device; and no more looking."""
        self.stop()
        found = {name: 1 - alive.float().mean() for name, alive in self._alive.items()}
        self._alive = {}
        return found

    def stop(self) -> None:
        """Takes the hooks off."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def _hook(self, name: str) -> Callable[[Module, Any, Any], None]:
        import torch

        def hook(module: Module, inputs: Any, output: Any) -> None:
            """Notes which units (dimension 1 of `output`) were above 0 for some sample or place."""
            started = time.perf_counter()
            try:
                if output.dim() > 1 and not capturing(output):
                    with torch.no_grad():
                        alive = (output.detach() > 0).transpose(0, 1).flatten(1).any(1)  # (units,)
                    before = self._alive.get(name)
                    self._alive[name] = alive if before is None else before | alive
            except Exception as error:  # noqa: BLE001 a guest never raises into the forward pass
                self.stop()
                self._failed(error)
            self._spent(time.perf_counter() - started)

        return hook
