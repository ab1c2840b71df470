"""The largest singular value of each weight matrix, followed through training."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

FIRST, NEXT = 20, 2  # power iterations: from a fixed start, and from where the last reading ended


class Spectrum:
    """Top singular values by power iteration, each reading started where the one before ended.

    A convolution's weight is taken as the matrix (first axis, all others): what spectral normalization divides by, not the
    convolution's norm as an operator. It draws no random numbers: the first start is a fixed vector. An estimate is never above
    the true value; it is behind it when weights moved far since the last reading, or when two values lie close together.

    Args:
        layers: (name, parameter); those with fewer than two axes are left out.
    """

    def __init__(self, layers: list[tuple[str, Tensor]]) -> None:
        self._matrices = [(name, parameter) for name, parameter in layers if parameter.dim() > 1]
        self._starts: dict[int, Tensor] = {}
        self.names = [name for name, _ in self._matrices]

    def read(self) -> list[Tensor]:
        """σ₁ of each, 0-d on its device, in the order of `names`. Called without gradients being recorded."""
        return [self._top(place, parameter.detach()) for place, (_, parameter) in enumerate(self._matrices)]

    def _top(self, place: int, weight: Tensor) -> Tensor:
        import torch

        matrix = weight.flatten(1).float() if weight.dtype.itemsize < 4 else weight.flatten(1)  # (rows, columns)
        if place in self._starts:
            # Weights that were NaN for a while leave a start that is; asking whether it is would wait for the device.
            right, rounds = self._starts[place].nan_to_num(nan=1.0), NEXT
        else:
            right, rounds = torch.arange(1, matrix.shape[1] + 1, device=matrix.device).cos().to(matrix), FIRST
        tiny = torch.finfo(matrix.dtype).tiny
        top = right
        for _ in range(rounds):
            left = torch.mv(matrix, right)
            left = left / left.norm().clamp_min(tiny)
            right = torch.mv(matrix.t(), left)
            top = right.norm()
            right = right / top.clamp_min(tiny)
        self._starts[place] = right
        return top
