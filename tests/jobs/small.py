"""A kind of job that does what its batch's first number says."""

from __future__ import annotations

import os
import signal
import time
from typing import Any, ClassVar

import numpy as np

from monitor.errors import InvalidValue
from monitor.jobs.work import Result

DIES, HANGS, REFUSES, RAISES, PRINTS = -1.0, -2.0, -3.0, -4.0, -5.0
UNFIT = -6.0  # first number of a reference that nothing can be made of
TARGET = "tests.jobs.small:Small"


class Small:
    """Sums batches up, and remembers how many it has seen."""

    libraries: ClassVar[tuple[str, ...]] = ()

    def __init__(self, reference: Any, memory: dict[str, Any], extractor: Any = None, features: Any = None) -> None:
        if reference.flat[0] == UNFIT:
            raise ZeroDivisionError("this reference has no scale")
        self.total = float(reference.sum())
        self.memory = {"seen": [], **memory}

    def about_reference(self) -> Result:
        return Result(points={"sample/real": self.total})

    def about(self, batch: Any, name: str, step: int, features: Any = None) -> Result:
        first = float(batch.flat[0])
        if first == DIES:
            os.kill(os.getpid(), signal.SIGKILL)
        elif first == HANGS:
            time.sleep(60)
        elif first == REFUSES:
            raise InvalidValue("this batch is not allowed")
        elif first == RAISES:
            raise RuntimeError("something broke")
        elif first == PRINTS:
            os.write(1, b"noise on stdout")
        self.memory["seen"].append(step)
        seen = len(self.memory["seen"])
        columns = {"tsne_x": np.full(3, step, np.float32).tobytes()}
        return Result(points={"sample/sum": float(batch.sum()), "sample/seen": seen}, columns=columns)
