"""A training on disk: written whole or not at all, and only taken up again by the config that wrote it."""

from __future__ import annotations

import os
import pickle
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from monitor.errors import InvalidValue
from trainer.config import Config

FORMAT = 1


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds.

    Attributes:
        config: as a dict. run: id of the run that it belongs to. training, showing: their states.
    """

    config: dict[str, Any]
    run: str
    training: dict[str, Any]
    showing: dict[str, Any]

    @property
    def step(self) -> int:
        """How many steps had been made."""
        return int(self.training["step"])

    def save(self, path: Path) -> None:
        """Writes the file; a crash meanwhile leaves the one before.

        Raises:
            OSError: the disk would not take it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                torch.save({"format": FORMAT, **vars(self)}, file)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except RuntimeError as error:  # torch's own word for a write that failed
            raise error.__context__ if isinstance(error.__context__, OSError) else OSError(str(error)) from error
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """Reads a file, its tensors to the CPU; nothing in it is executed.

        Raises:
            InvalidValue: no such file, or none of ours.
        """
        try:
            found = torch.load(path, map_location="cpu", weights_only=True)
            if found.pop("format") != FORMAT:
                raise KeyError("format")
            return cls(**found)
        except FileNotFoundError:
            raise InvalidValue(f"there is no checkpoint {path}") from None
        except (
            OSError,
            RuntimeError,
            EOFError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            pickle.UnpicklingError,
        ) as error:
            raise InvalidValue(f"{path} is no checkpoint of this trainer: {error}") from None

    def check(self, config: Config) -> None:
        """Raises InvalidValue, naming the keys, when `config` would not go on as this one began."""
        now = asdict(config)
        changed = [
            f"{key} (was {self.config.get(key)!r}, is {now.get(key)!r})"
            for key in sorted(self.config.keys() | now.keys())
            if self.config.get(key) != now.get(key)
        ]
        if changed:
            raise InvalidValue(f"the checkpoint at step {self.step} has another config: {', '.join(changed)}")
