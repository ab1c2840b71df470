"""Losses by name. A new one is a subclass of `Loss` in a file of its own, and a line in `LOSSES`."""

from __future__ import annotations

import inspect
from typing import Any

from monitor.errors import InvalidValue
from trainer.losses.base import Loss, Usual
from trainer.losses.non_saturating import NonSaturating
from trainer.losses.wgan_gp import WassersteinGP

__all__ = ["LOSSES", "Loss", "NonSaturating", "Usual", "WassersteinGP", "build", "usual"]

LOSSES: dict[str, type[Loss]] = {"non-saturating": NonSaturating, "wgan-gp": WassersteinGP}


def build(name: str, **options: Any) -> Loss:
    """The loss of that name; options that are None are left to it.

    Raises:
        InvalidValue: no such loss, or an option that this loss does not have or allow.
    """
    kind = _named(name)
    given = {key: value for key, value in options.items() if value is not None}
    known = inspect.signature(kind).parameters
    for key, value in given.items():
        if key not in known:
            raise InvalidValue(f"{key}={value!r}: the loss {name!r} has no such option ({', '.join(known) or 'none'})")
    return kind(**given)


def usual(name: str) -> Usual:
    """The setting that the paper of the loss of that name trains with.

    Raises:
        InvalidValue: no such loss.
    """
    return _named(name).usual


def _named(name: str) -> type[Loss]:
    if name not in LOSSES:
        raise InvalidValue(f"no loss {name!r}; there are {', '.join(LOSSES)}")
    return LOSSES[name]
