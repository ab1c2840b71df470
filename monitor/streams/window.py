"""The last few values."""

from __future__ import annotations

from statistics import median

from msgspec import Struct, field


class Window(Struct):
    """The last `size` pairs (step, value), oldest first.

    >>> window = Window(3)
    >>> for step in range(5):
    ...     window.push(step, step * 10.0)
    >>> window.values, window.first_step, window.median()
    ([20.0, 30.0, 40.0], 2, 30.0)
    """

    size: int
    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def push(self, step: int, value: float) -> None:
        """Adds one; the oldest goes when there are more than `size`."""
        if len(self.values) == self.size:
            del self.steps[0], self.values[0]
        self.steps.append(step)
        self.values.append(value)

    @property
    def full(self) -> bool:
        """Whether `size` values are there."""
        return len(self.values) == self.size

    @property
    def first_step(self) -> int:
        """Step of the oldest; IndexError when empty."""
        return self.steps[0]

    def median(self) -> float:
        """Of the values; ValueError when there are none."""
        return median(self.values)

    def clear(self) -> None:
        """Forgets all."""
        self.steps.clear()
        self.values.clear()

    def __len__(self) -> int:
        return len(self.values)
