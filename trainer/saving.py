"""Where and how often a training is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trainer.checkpoint import Checkpoint


@dataclass(frozen=True)
class Saving:
    """A training's file, and copies of it from before.

    Attributes:
        path: the newest. every: steps between two; also when the training stops, for whatever reason.
        keep: how many older ones to keep beside it as `<name>-<step>`, and with them the one of step 0.
    """

    path: Path
    every: int
    keep: int = 0

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes the file.

        Raises:
            OSError: the disk would not take it.
        """
        checkpoint.save(self.path)

    def save_copy(self, checkpoint: Checkpoint) -> None:
        """Writes the file and, where older ones are kept, its copy; those too many are removed.

        Raises:
            OSError: the disk would not take it.
        """
        self.save(checkpoint)
        if self.keep:
            checkpoint.save(self._copy(checkpoint.step))
            for step in [step for step in self.kept() if step > 0][: -self.keep]:
                self._copy(step).unlink(missing_ok=True)

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
