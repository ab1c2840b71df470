"""Comes back to a service that asks to."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from monitor.sdk.client import Busy, ShippingError

T = TypeVar("T")
TRIES = 8


def insist(action: Callable[[], T], also: tuple[type[ShippingError], ...] = ()) -> T:
    """What `action` gives; tried again when the service is busy, or when it fails with one of `also`.

    Raises:
        ShippingError: another one, or the same for the last time.
    """
    passing: tuple[type[ShippingError], ...] = (Busy, *also)
    for attempt in range(1, TRIES):
        try:
            return action()
        except passing as error:
            time.sleep(max(error.retry_after, random.uniform(0, 0.1 * 2**attempt)))
    return action()
