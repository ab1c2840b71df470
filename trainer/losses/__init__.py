"""Losses by name. A new one is a subclass of `Loss` in a file of its own, and a line in `LOSSES`."""

from __future__ import annotations

from monitor.errors import InvalidValue
from trainer.losses.base import HARD, Equilibrium, Loss, Targets, Usual
from trainer.losses.hinge import Hinge
from trainer.losses.lsgan import LeastSquares
from trainer.losses.minimax import Minimax
from trainer.losses.non_saturating import NonSaturating
from trainer.losses.relativistic import RelativisticAverage
from trainer.losses.wgan import Wasserstein, WassersteinGP

__all__ = ["HARD", "LOSSES", "Equilibrium", "Loss", "Targets", "Usual", "build"]

LOSSES: dict[str, Loss] = {
    "non-saturating": NonSaturating(),
    "minimax": Minimax(),
    "wgan": Wasserstein(),
    "wgan-gp": WassersteinGP(),
    "lsgan": LeastSquares(),
    "hinge": Hinge(),
    "relativistic": RelativisticAverage(),
}


def build(name: str) -> Loss:
    """The loss of that name.

    Raises:
        InvalidValue: no such loss.
    """
    if name not in LOSSES:
        raise InvalidValue(f"no loss {name!r}; there are {', '.join(LOSSES)}")
    return LOSSES[name]
