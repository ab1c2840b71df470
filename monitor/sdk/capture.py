"""CUDA graphs: what is recorded into one runs again and again, so a guest adds nothing to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def capturing(tensor: Tensor) -> bool:
    """Whether what is computed from `tensor` now would be recorded into a CUDA graph."""
    import torch

    return tensor.is_cuda and torch.cuda.is_current_stream_capturing()
