"""What the loss was multiplied by before the backward pass: told, or found where torch's `GradScaler` lets the optimizer step."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue

if TYPE_CHECKING:
    from torch import Tensor

Scale = Callable[[], "Tensor | None"]  # 0-d; None: the loss was not scaled
FRAMES = 8  # between a hook of an optimizer and `GradScaler.step`


def scale_of(told: Any) -> Scale:
    """How to get the scale of a step that is about to be made.

    Args:
        told: a scaler with `get_scale()` (torch's, apex's, one's own), a function of no arguments, a number or a tensor of one
            element; None: torch's `GradScaler` is looked for.

    Raises:
        InvalidValue: it is none of these.
    """
    if told is None:
        return grad_scaler_at_work
    if hasattr(told, "_scale") and hasattr(told, "get_scale"):  # torch's: without waiting for the device
        return lambda: _tensor(told._scale) if told._scale is not None else _tensor(told.get_scale())
    asked = getattr(told, "get_scale", told)
    if callable(asked):
        return lambda: _tensor(asked())
    _tensor(told)
    return lambda: _tensor(told)


def _tensor(value: Any) -> Tensor:
    import torch

    try:
        found = torch.as_tensor(value)
        sound = found.numel() == 1 and not (found.is_cpu and not 0 < float(found) < math.inf)
    except (TypeError, ValueError, RuntimeError):
        sound = False
    if not sound:
        raise InvalidValue(
            f"loss_scale={value!r}: a scaler with get_scale(), a function, or a number above 0 is allowed: not watched"
        )
    return found.detach().reshape(())


def grad_scaler_at_work() -> Tensor | None:
    """What a `GradScaler` multiplied the loss by, 0-d on its device, when it is what lets the optimizer step; else None.

    The scaler unscales gradients between the backward pass and the step, and leaves no trace of it at the optimizer; but a hook
    of the optimizer is called below its `step`.
    """
    grad_scaler = getattr(sys.modules.get("torch.amp.grad_scaler"), "GradScaler", None)
    frame = sys._getframe(1)
    for _ in range(FRAMES):
        if grad_scaler is None or frame.f_back is None:
            return None
        frame = frame.f_back
        owner = frame.f_locals.get("self") if frame.f_code.co_name == "step" else None
        if isinstance(owner, grad_scaler):
            scale: Tensor | None = getattr(owner, "_scale", None)  # a scaler that is switched off has none
            return scale
    return None
