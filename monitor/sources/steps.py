"""Which column of a table is the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.errors import InvalidValue
from monitor.signals import plain_name
from monitor.sources.numbers import number
from monitor.wire import MAX_STEP

# In this order. An epoch is the last resort: several rows may share one.
WHOLE = (
    "global_step", "step", "trainer_global_step", "iteration", "iterations", "iter", "iters", "it", "n_iter", "itr", "update",
    "num_updates", "batches_done", "batch", "cur_nimg", "nimg", "images_seen", "tick", "epoch",
)  # fmt: skip
THOUSANDS = ("kimg", "progress_kimg")  # thousands of images, as StyleGAN counts
TIMES = ("timestamp", "wall_time", "time")

Row = Mapping[str, Any]


class Steps:
    """Takes the step out of each row, and the time where there is one.

    Attributes:
        name: the column, "" where rows are numbered. says: the same in words.
    """

    def __init__(self, first_rows: Sequence[Row], wanted: str = "") -> None:
        names = list(dict.fromkeys(name for row in first_rows for name in row))
        if wanted and wanted not in names:
            raise InvalidValue(f"there is no column {wanted!r}; there are {', '.join(map(repr, names))}")
        self.name, self._factor, self._count = wanted, 1, -1
        for plain, factor in (*((one, 1) for one in WHOLE), *((one, 1000) for one in THOUSANDS)) if not wanted else ():
            fits = [name for name in names if plain_name(name) == plain and _counts(first_rows, name, factor)]
            if fits:
                self.name, self._factor = fits[0], factor
                break
        self._time = next((name for plain in TIMES for name in names if plain_name(name) == plain), "")
        self.says = (
            self.name + (" × 1000" if self._factor > 1 else "") if self.name else "row numbers (no column of steps)"
        )

    def of(self, row: Row) -> int:
        """The row's step.

        Raises:
            ValueError: it has none that is usable.
        """
        self._count += 1
        if not self.name:
            return self._count
        return step_of(row.get(self.name), self._factor)

    def time_of(self, row: Row, otherwise: float) -> float:
        """Seconds since the epoch."""
        try:
            found = number(row.get(self._time))
        except ValueError:
            return otherwise
        return found if found is not None and 1e8 < found < 1e11 else otherwise

    def is_other(self, name: str) -> bool:
        """Whether a column holds values: it is neither the step nor the time."""
        return name not in (self.name, self._time)


def counts(name: str) -> bool:
    """Whether a column is called like a step, an epoch or a time."""
    return plain_name(name) in (*WHOLE, *THOUSANDS, *TIMES)


def step_of(token: Any, factor: int = 1) -> int:
    """A cell as a step, thousands of images as images.

    Raises:
        ValueError: it is no whole number from 0 to 2^53 - 1.
    """
    found = number(token)
    if found is None:
        raise ValueError("no step")
    scaled = round(found * factor, 3)
    if not (0 <= scaled <= MAX_STEP and (factor > 1 or scaled == int(scaled))):
        raise ValueError(f"the step {token!r} is no whole number from 0 on")
    return round(scaled)


def _counts(rows: Sequence[Row], name: str, factor: int) -> bool:
    """Whether a column is a step: whole numbers that do not fall, and rows of one step bring different values."""
    last, seen = -1, set[str]()
    for row in rows:
        try:
            step = step_of(row.get(name), factor)
        except ValueError:
            return False
        own = {key for key, value in row.items() if _filled(value) and plain_name(key) not in (*WHOLE, *TIMES)}
        if step < last or (step == last and own & seen):
            return False
        last, seen = step, own if step > last else own | seen
    return True


def _filled(value: Any) -> bool:
    return value not in (None, "")
