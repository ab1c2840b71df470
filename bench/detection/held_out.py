"""Stand-ins for a run, between the training and the journal."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor, nn

from monitor.streams import auc

EVERY = 10
TRUTH = "truth/train_above_held_out"  # no detector looks at it


class Watched:
    """Passes all on, and has gradients read every tenth step, however busy the machine is: the truth rests on them."""

    def __init__(self, run: Any) -> None:
        self._run = run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)

    def watch(self, **networks: Any) -> None:
        """As the run's, at a fixed pace."""
        self._run.watch(**networks, every=EVERY)


class HeldOut(Watched):
    """Logs `logits/validation` and, as the truth, how the discriminator ranks the reals it learns from above held-out ones.

    Args:
        run: to log to. train, held_out: (N, 1, H, W) images.
    """

    def __init__(self, run: Any, train: numpy.ndarray[Any, Any], held_out: numpy.ndarray[Any, Any]) -> None:
        super().__init__(run)
        self._train, self._held_out = torch.from_numpy(train), torch.from_numpy(held_out)
        self._discriminator: nn.Module | None = None

    def watch(self, **networks: Any) -> None:
        """Keeps the discriminator in sight."""
        self._discriminator = networks["discriminator"]
        super().watch(**networks)

    def log(self, values: dict[str, Any], step: int) -> None:
        """Adds what is held out, every tenth step."""
        if "loss/generator" in values and step % EVERY == 0 and self._discriminator is not None:
            with torch.no_grad():
                seen: Tensor = self._discriminator(self._train)
                unseen: Tensor = self._discriminator(self._held_out)
            above = auc(seen.tolist(), unseen.tolist())
            values = values | {"logits/validation": unseen, TRUTH: 0.5 if above is None else above}
        self._run.log(values, step=step)
