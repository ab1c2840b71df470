"""Where and how often a training is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trainer.checkpoint import Checkpoint

logger = logging.getLogger("nashboard")


@dataclass
class Saving:
    """A training's file, and copies of it from before. A disk that will not take them ends no training.

    Attributes:
        path: the newest. every: steps between two; also when the training stops, for whatever reason.
        keep: how many older ones to keep beside it as `<name>-<step>`, and with them the one of step 0.
        failure: why the last one could not be written, "" when it was. What was written before is then left as it was.
        unsaved: where the training stopped, when that could not be written.
    """

    path: Path
    every: int
    keep: int = 0
    failure: str = ""
    unsaved: Checkpoint | None = None

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes the file, of a training that has stopped. Each failure is said."""
        self.failure = ""
        self._write(lambda: checkpoint.save(self.path), checkpoint.step)
        self.unsaved = checkpoint if self.failure else None

    def save_copy(self, checkpoint: Checkpoint) -> None:
        """Writes the file and, where older ones are kept, its copy; those too many are removed. The first failure of a row is
        said."""

        def write() -> None:
            checkpoint.save(self.path)
            if self.keep:
                checkpoint.save(self._copy(checkpoint.step))
                for step in [step for step in self.kept() if step > 0][: -self.keep]:
                    self._copy(step).unlink(missing_ok=True)

        self._write(write, checkpoint.step)

    def _write(self, write: Callable[[], None], step: int) -> None:
        try:
            write()
        except OSError as error:
            if not self.failure:
                left = "the one before is kept" if self.path.is_file() else "there is none yet"
                logger.warning("the checkpoint of step %d can't be written, %s: %s", step, left, error)
            self.failure = str(error)
        else:
            self.failure = ""

    def newest(self) -> Checkpoint:
        """Where the training stopped, also when that could not be written.

        Raises:
            InvalidValue: there is no file, or none of ours.
        """
        return self.unsaved or Checkpoint.load(self.path)

    def kept(self) -> list[int]:
        """Steps of the copies, in order."""
        found = (
            path.stem.rpartition("-")[2] for path in self.path.parent.glob(f"{self.path.stem}-*{self.path.suffix}")
        )
        return sorted(int(step) for step in found if step.isdigit())

    def before(self, step: int) -> Checkpoint | None:
        """The newest copy of at most `step` steps; None: there is none."""
        known = [one for one in self.kept() if one <= step]
        return Checkpoint.load(self._copy(known[-1])) if known else None

    def forget_after(self, step: int) -> None:
        """Removes copies of more than `step` steps: the training took another way."""
        for later in [one for one in self.kept() if one > step]:
            self._copy(later).unlink(missing_ok=True)

    def _copy(self, step: int) -> Path:
        return self.path.with_name(f"{self.path.stem}-{step}{self.path.suffix}")
