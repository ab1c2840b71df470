"""Gradients as the last backward pass left them, before anybody clips them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from monitor.sdk.capture import capturing

if TYPE_CHECKING:
    from torch import Tensor

Norms = Callable[[list["Tensor"]], list["Tensor"]]


class Arrival:
    """The L2 norm of each parameter's gradient at the end of the last backward pass that reached the network.

    From `wait` to `take` there is a hook on the first and the last parameter; when a backward pass comes to one of them, the
    norms are read at its end. Several passes before a step are no matter (gradients add up, the last reading counts), nor are
    passes of the other network's loss, since zeroing and the own pass come after them. With several processes nothing is read:
    what a pass leaves in one of them may not have been averaged yet.

    Args:
        parameters: of one network. norms: gives the norms of tensors, 0-d each. failed: told of what went wrong; spent: of the
            seconds that reading took.
    """

    def __init__(
        self,
        parameters: list[Tensor],
        norms: Norms,
        failed: Callable[[Exception], None],
        spent: Callable[[float], None],
    ) -> None:
        self._parameters, self._norms, self._failed, self._spent = parameters, norms, failed, spent
        self._ends = [parameters[0], parameters[-1]][: len(parameters)] if parameters else []
        self._handles: list[Any] = []
        self._asked = False
        self._found: dict[int, Tensor] = {}

    def wait(self) -> None:
        """From now on."""
        self._found = {}
        if not self._handles and not _several_processes():
            self._handles = [end.register_post_accumulate_grad_hook(self._came) for end in self._ends if end.is_leaf]

    def take(self) -> dict[int, Tensor]:
        """Place of the parameter → norm, 0-d on its device; empty when no backward pass came. No more waiting."""
        self.stop()
        found, self._found = self._found, {}
        return found

    def stop(self) -> None:
        """Takes the hooks off."""
        for handle in self._handles:
            handle.remove()
        self._handles, self._asked = [], False

    def _came(self, parameter: Tensor) -> None:
        """A gradient is there; the others of the same pass follow."""
        if self._asked or capturing(parameter):
            return
        try:
            from torch.autograd import Variable

            self._asked = True
            Variable._execution_engine.queue_callback(self._read)
        except Exception as error:  # noqa: BLE001 a guest never raises into the backward pass
            self._failed(error)

    def _read(self) -> None:
        import torch

        started, self._asked = time.perf_counter(), False
        try:
            there = [(place, p.grad) for place, p in enumerate(self._parameters) if p.grad is not None]
            with torch.no_grad():
                norms = self._norms([grad for _, grad in there])
            self._found = {place: norm for (place, _), norm in zip(there, norms, strict=True)}
        except Exception as error:  # noqa: BLE001 a guest never raises into the backward pass
            self._failed(error)
        self._spent(time.perf_counter() - started)


def _several_processes() -> bool:
    from torch import distributed

    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1
