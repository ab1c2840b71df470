"""What an experiment's file says."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from monitor.errors import InvalidValue
from trainer.config import Config

KEYS = ("name", "seeds", "baseline", "collapsed_below", "base", "variants")


@dataclass(frozen=True)
class Job:
    """One training of an experiment. `key` changes with everything that decides its outcome."""

    variant: str
    seed: int
    config: Config

    @property
    def key(self) -> str:
        """Names its result's file."""
        told = json.dumps(asdict(self.config), sort_keys=True).encode()
        return f"{self.variant}-{self.seed}-{hashlib.sha256(told).hexdigest()[:12]}"


@dataclass(frozen=True)
class Plan:
    """An experiment.

    Attributes:
        name: of its project. baseline: the variant that the others are held against. jobs: all trainings.
        collapsed_below: the share of known modes captured under which a training counts as collapsed.
    """

    name: str
    baseline: str
    collapsed_below: float
    jobs: tuple[Job, ...]

    @property
    def variants(self) -> list[str]:
        """Their names, the baseline first."""
        names = list(dict.fromkeys(job.variant for job in self.jobs))
        return [self.baseline, *(name for name in names if name != self.baseline)]


def read(path: Path) -> Plan:
    """The experiment in a TOML file; docs/experiments.md shows one.

    Raises:
        InvalidValue: names the file, and the key or value that is not allowed.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidValue(f"{path} can't be read as TOML: {error}") from None
    _known(path, "", told, KEYS)
    base, variants = told.get("base", {}), told.get("variants", {})
    if (
        not isinstance(variants, dict)
        or not variants
        or not all(isinstance(one, dict) for one in [base, *variants.values()])
    ):
        raise InvalidValue(f"{path}: [base] and at least one [variants.NAME] are needed, as tables")
    settings = [one.name for one in fields(Config) if one.name != "seed"]
    _known(path, "base.", base, settings)
    for name, changes in variants.items():
        _known(path, f"variants.{name}.", changes, settings)
    baseline = told.get("baseline", next(iter(variants)))
    if baseline not in variants:
        raise InvalidValue(f"{path}: baseline={baseline!r} is no variant; there are {', '.join(variants)}")
    below = told.get("collapsed_below", 0.5)
    if not isinstance(below, int | float) or not 0 <= below <= 1:
        raise InvalidValue(f"{path}: collapsed_below={below!r} is not allowed: a share from 0 to 1")
    jobs = tuple(
        Job(name, seed, Config.of(**base | changes | {"seed": seed}))
        for seed in _seeds(path, told.get("seeds", 3))
        for name, changes in variants.items()
    )
    return Plan(str(told.get("name", path.stem)), baseline, float(below), jobs)


def _seeds(path: Path, seeds: Any) -> list[int]:
    found = list(range(seeds)) if type(seeds) is int else seeds
    if not isinstance(found, list) or not found or not all(type(seed) is int for seed in found):
        raise InvalidValue(f"{path}: seeds={seeds!r} is not allowed: how many (1 or more), or a list of whole numbers")
    return sorted(set(found))


def _known(path: Path, where: str, told: dict[str, Any], allowed: Any) -> None:
    for key in told:
        if key not in allowed:
            raise InvalidValue(f"{path}: there is no {where}{key}; there are {', '.join(allowed)}")
