"""Norms of gradients and weights, and what they are called."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module
    from torch.optim import Optimizer


def layers_of(module: Module) -> list[tuple[str, Tensor]]:
    """(layer, parameter) of each parameter that is trained; wrappers' prefixes are left out of the names."""
    found: list[tuple[str, Tensor]] = []
    for name, parameter in module.named_parameters():
        for prefix in ("module.", "_orig_mod."):
            name = name.removeprefix(prefix)
        name = (
            name.partition(".parametrizations.")[0] if ".parametrizations." in name else name.rpartition(".")[0] or name
        )
        if parameter.requires_grad:
            found.append((name, parameter))
    return found


def held(optimizer: Optimizer) -> int:
    """How many parameters an optimizer holds."""
    return sum(len(group["params"]) for group in optimizer.param_groups)


def dense_norms(grads: list[Any]) -> list[Tensor]:
    """`norms_of` gradients, of which some may be sparse."""
    return norms_of([grad.coalesce().values() if grad.is_sparse else grad for grad in grads])


def norms_of(tensors: list[Tensor]) -> list[Tensor]:
    """L2 norm of each tensor, 0-d, on its device; half precision is summed in float32, where it can't overflow."""
    import torch

    low = [tensor.dtype in (torch.float16, torch.bfloat16) for tensor in tensors]
    if any(low):
        tensors = [tensor.float() if small else tensor for tensor, small in zip(tensors, low, strict=True)]
    return list(torch._foreach_norm(tensors))


def read_norms(norms: list[Tensor]) -> list[float]:
    """The numbers; waits for the device."""
    import torch

    if norms[0].is_cpu:
        return [norm.item() for norm in norms]
    device = norms[0].device
    numbers: list[float] = torch.stack([norm.to(device, torch.float64) for norm in norms]).tolist()
    return numbers


def by_layer(network: str, layers: list[str], norms: list[float], detailed: bool) -> dict[str, float]:
    """The network's norm, and each layer's (weight and bias together) when detailed."""
    squares: defaultdict[str, float] = defaultdict(float)
    for layer, norm in zip(layers, norms, strict=True):
        squares[layer] += norm * norm
    values = {network: math.sqrt(sum(squares.values()))}
    if detailed:
        values |= {f"{network}/{layer}": math.sqrt(square) for layer, square in squares.items()}
    return values
