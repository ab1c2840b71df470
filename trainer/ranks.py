"""Several processes that train one GAN together: each takes its share of every batch, and all keep the same weights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from monitor.errors import InvalidValue


@dataclass(frozen=True)
class Ranks:
    """The processes of a training. All draw the same noise and the same real samples, and each takes its own rows of them: the
    mean of their gradients is the gradient of the whole batch, as one process would have it.

    Attributes:
        rank: this process's place. count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that records, saves and shows."""
        return self.rank == 0

    def check(self, batch_size: int, pack: int) -> None:
        """Raises InvalidValue when a batch can't be shared evenly."""
        if batch_size % (self.count * pack):
            packs = f" in packs of {pack}" if pack > 1 else ""
            raise InvalidValue(f"batch_size={batch_size} can't be shared by {self.count} processes{packs}")

    def share(self, batch: Tensor) -> Tensor:
        """This process's rows of (N, …): (N / count, …)."""
        size = len(batch) // self.count
        return batch[self.rank * size : (self.rank + 1) * size]

    def own(self, rng: torch.Generator, seed: int, step: int) -> torch.Generator:
        """Random numbers for what each process draws for its own rows: `rng` itself when there is one process only."""
        if self.count == 1:
            return rng
        return torch.Generator().manual_seed((seed * 1_000_003 + step) * self.count + self.rank)

    def mean_gradients(self, network: nn.Module) -> None:
        """Puts the mean over all processes in place of each gradient."""
        if self.count > 1:
            self._mean([p.grad for p in network.parameters() if p.grad is not None])

    @torch.no_grad()
    def mean_buffers(self, network: nn.Module) -> None:
        """The same of running statistics, which each process has of its own rows."""
        if self.count > 1:
            self._mean([buffer for buffer in network.buffers() if buffer.is_floating_point()])

    def mean(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        """0-d values by name, each the mean over all processes."""
        if self.count == 1 or not values:
            return values
        means = torch.stack([value.detach().float() for value in values.values()])
        self._mean([means])
        return dict(zip(values, means.unbind(), strict=True))

    def most(self, number: int) -> int:
        """The largest of all processes' numbers."""
        if self.count == 1:
            return number
        told = torch.tensor(number)
        dist.all_reduce(told, dist.ReduceOp.MAX)
        return int(told)

    def tell(self, word: Any) -> Any:
        """What the first process says, to all of them."""
        if self.count == 1:
            return word
        words = [word]
        dist.broadcast_object_list(words)
        return words[0]

    def _mean(self, tensors: list[Tensor]) -> None:
        if not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        flat /= self.count
        for tensor, mean in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(mean.view_as(tensor))


@contextmanager
def joined(device: torch.device) -> Iterator[Ranks]:
    """The processes that `torchrun` has started, connected while it is open; this one alone without it."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Ranks()
        return
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    try:
        yield Ranks(dist.get_rank(), count)
    finally:
        dist.destroy_process_group()


def device_of(name: str) -> torch.device:
    """ "auto": a CUDA device where there is one (under `torchrun` this process's own), else the CPU.

    Raises:
        InvalidValue: no such device here.
    """
    place = int(os.environ.get("LOCAL_RANK", "0"))
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        if not torch.cuda.is_available():
            raise InvalidValue("device='cuda': torch finds no CUDA device here; auto and cpu are allowed")
        torch.cuda.set_device(place)
        return torch.device("cuda", place)
    return torch.device("cpu")
