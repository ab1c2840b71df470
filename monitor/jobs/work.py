"""What the service and its workers tell each other, and what a kind of job has to offer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from msgspec import Struct

from monitor.errors import InvalidValue
from monitor.extractors.given import GIVEN

if TYPE_CHECKING:
    import numpy

    from monitor.sample_metrics import Extractor

    Array = numpy.ndarray[Any, Any]


DTYPES = {"uint8": "u1", "float32": "<f4"}
HEAD = 8  # bytes before each message between service and worker: its length, little-endian


class Source(Struct, frozen=True):
    """A batch in a file, C order: (N, D) float32, or (N, C, H, W) uint8.

    Attributes:
        features: file of the (N, D) float32 that came with it, "" when none did. extractor: who made them.
    """

    path: str
    dtype: str
    shape: tuple[int, ...]
    features: str = ""
    extractor: str = ""


class Step(Struct, frozen=True):
    """A batch of generated samples to work on, and the job that asks for it."""

    job: int
    name: str
    step: int
    source: Source


class Task(Struct, frozen=True):
    """What one worker process does: jobs of one run and kind, by step.

    Attributes:
        extractor: its name, see `monitor.extractors.load`. folder: of the user's own extractors.
        target: "module:Class" of the kind. memory: what the kind left behind last time (msgpack), empty at first.
        reference_job: the job that is about the reference alone, when it is among them.
    """

    target: str
    reference: Source
    steps: list[Step]
    extractor: str
    folder: str
    memory: bytes = b""
    reference_job: int | None = None


class Result(Struct, frozen=True):
    """What came out for one batch.

    Attributes:
        points: series name → value, to be stored at the batch's step (those of the reference at step 0).
        columns: of a map: name → 32-bit floats in machine order, all of one length.
    """

    points: dict[str, float] = {}
    columns: dict[str, bytes] = {}


class Refusal(Struct, frozen=True):
    """Why a batch came to nothing; `final`: it would again."""

    reason: str
    final: bool


class Outcome(Struct, frozen=True):
    """What a worker gives back: results and refusals by job, and what the kind wants to remember (msgpack)."""

    results: dict[int, Result]
    refusals: dict[int, Refusal]
    memory: bytes


class Kind(Protocol):
    """A kind of job: made once a worker, then asked batch after batch, steps ascending.

    Attributes:
        libraries: modules that are loaded before the worker makes itself nice to others: beside a training that takes all cores
            their loading would else take ten times as long.
        memory: kept between the workers of a run: anything of JSON, and bytes. A rewind or a new reference empties it.

    Args:
        reference: (N, D) float32 or (N, C, H, W) uint8. memory: as an earlier worker left it. extractor: the run's.
        features: of the reference, when they came with it, (N, D) float32; None: the extractor makes them.
    """

    libraries: ClassVar[tuple[str, ...]]
    memory: dict[str, Any]

    def __init__(
        self, reference: Array, memory: dict[str, Any], extractor: Extractor, features: Array | None = None
    ) -> None: ...

    def about_reference(self) -> Result:
        """What is to be known of the reference itself."""
        ...

    def about(self, batch: Array, name: str, step: int, features: Array | None = None) -> Result:
        """What is to be known of a generated batch; `features` as above.

        Raises:
            InvalidValue: the batch can't be worked on; it is not tried again.
        """
        ...


def require(extractor: Extractor, memory: dict[str, Any]) -> None:
    """Raises InvalidValue when a run's earlier values were made with another extractor: the two can't be compared."""
    before = memory.get("extractor", extractor.name)
    if before != extractor.name:
        raise InvalidValue(
            f"the run's earlier values were made with the extractor {before}, now it is {extractor.name}: put the earlier one "
            "back, or start another run"
        )


def features_of(source: Source, extractor: str) -> Array | None:
    """The features that came with a batch, (N, D) float32; None when `extractor`, the run's, is the service's own.

    Raises:
        InvalidValue: there are none, or another network made them.
    """
    import numpy

    if not extractor.startswith(GIVEN):
        return None
    if source.extractor != extractor:
        made = f"those of {source.extractor}" if source.extractor else "none"
        raise InvalidValue(f"the run is measured with features of {extractor}; with this batch came {made}")
    found: Array = numpy.fromfile(source.features, "<f4").reshape(source.shape[0], -1)
    return found


def load(source: Source) -> Array:
    """The batch of a file.

    Raises:
        InvalidValue: the file does not hold what its type and shape say, or these are not allowed.
    """
    import numpy

    if source.dtype not in DTYPES or len(source.shape) not in (2, 4) or 0 in source.shape:
        raise InvalidValue(
            f"a batch of {source.dtype!r} {source.shape} can't be worked on: {' or '.join(DTYPES)} "
            "of shape (N, D) or (N, C, H, W) is allowed"
        )
    flat = numpy.fromfile(source.path, numpy.dtype(DTYPES[source.dtype]))
    if flat.size != math.prod(source.shape):
        raise InvalidValue(f"the batch has {flat.size} values, its shape {source.shape} says otherwise")
    shaped: Array = flat.reshape(source.shape)
    return shaped
