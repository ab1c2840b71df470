"""Features that came with the batches: a network of the user's made them beside the training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

GIVEN = "module:"  # how the name of each begins: module:Class/hash of its weights/width


class Given:
    """Stands for a network that only the training has: it can't be asked for more features than were given."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, batch: Array) -> Array:
        """Raises InvalidValue: a batch came without features."""
        raise InvalidValue(
            f"this batch has no features of {self.name}: run.reference(…, extractor=module) made none of it"
        )
