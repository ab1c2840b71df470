"""The singular values of each weight matrix: the largest, and how many matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from torch import Tensor

LARGEST = 512  # rows or columns, the fewer of them: beyond, all singular values cost too much

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

    def grams(self) -> dict[str, Tensor]:
        """W Wᵀ or Wᵀ W, whichever is smaller, float64 on its device: of each with 2 to `LARGEST` rows and columns."""
        found = {}
        for name, parameter in self._matrices:
            matrix = parameter.detach().flatten(1)
            if 2 <= min(matrix.shape) <= LARGEST:
                matrix = matrix.double()
                found[name] = matrix @ matrix.t() if matrix.shape[0] <= matrix.shape[1] else matrix.t() @ matrix
        return found

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


def effective_rank(gram: numpy.ndarray[Any, Any]) -> float | None:
    """exp(H(σ / Σσ)): how many singular values matter, from 1 to all of them; None when there is none that is finite.

    Args:
        gram: W Wᵀ or Wᵀ W, symmetric (n, n), whose eigenvalues are σ².

    Roy and Vetterli, "The effective rank: A measure of effective dimensionality", EUSIPCO 2007, definition 1.
    """
    import numpy

    if not numpy.isfinite(gram).all():
        return None
    sigma = numpy.sqrt(numpy.linalg.eigvalsh(gram).clip(0.0))
    total = sigma.sum()
    if not total:
        return None
    p = sigma[sigma > 0] / total
    return float(numpy.exp(-(p * numpy.log(p)).sum()))
