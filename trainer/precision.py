"""Mixed precision: the networks compute in half precision, weights and losses stay in float32."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

KINDS: dict[str, torch.dtype | None] = {"none": None, "bf16": torch.bfloat16, "fp16": torch.float16}


class Precision:
    """Runs forward passes under autocast; with fp16 it scales the losses, so that small gradients don't become 0.

    A step whose scaled gradients are not finite is left out, and the scale is halved. Terms that differentiate the discriminator
    by its input (gradient penalties), unrolling and feature matching compute in float32.

    Micikevicius et al., "Mixed Precision Training", ICLR 2018.
    """

    def __init__(self, kind: str, device: torch.device) -> None:
        self._dtype, self._device = KINDS[kind], device.type
        self._scalers = {
            turn: torch.amp.GradScaler(device.type, enabled=kind == "fp16") for turn in ("discriminator", "generator")
        }

    def run(self, network: torch.nn.Module, batch: Tensor) -> Tensor:
        """`network(batch)`, float32."""
        if self._dtype is None:
            plain: Tensor = network(batch)
            return plain
        with torch.autocast(self._device, self._dtype):
            found: Tensor = network(batch)
        return found.float()

    def backward(self, turn: str, loss: Tensor) -> None:
        """Adds the gradients of `loss`, 0-d; scaled until `unscale`."""
        self._scalers[turn].scale(loss).backward()

    def unscale(self, turn: str, optimizer: torch.optim.Optimizer) -> None:
        """Makes the gradients what they are without scale."""
        self._scalers[turn].unscale_(optimizer)

    def step(self, turn: str, optimizer: torch.optim.Optimizer) -> None:
        """Moves the weights, unless the gradients are not finite because of the scale."""
        self._scalers[turn].step(optimizer)
        self._scalers[turn].update()

    def state_dict(self) -> dict[str, Any]:
        """The scales."""
        return {turn: scaler.state_dict() for turn, scaler in self._scalers.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on with them."""
        for turn, scaler in self._scalers.items():
            scaler.load_state_dict(state[turn])
