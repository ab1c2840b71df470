"""`monitor.init`: starts a run."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from monitor.errors import NashboardError, SettingError
from monitor.sdk.ending import register
from monitor.sdk.environment import environment, plain, rank
from monitor.sdk.guard import Guard
from monitor.sdk.inert import InertRun
from monitor.sdk.journal import Journal, LeftJournal, journals
from monitor.sdk.run import Run
from monitor.sdk.shipper import Shipper
from monitor.settings import ClientSettings, home, load
from monitor.wire import RunInfo

_FIRST = ("amber", "brave", "calm", "clear", "crisp", "eager", "fair", "gentle", "golden", "keen", "lucid", "quiet")
_SECOND = ("cedar", "comet", "condor", "delta", "falcon", "fjord", "heron", "lynx", "maple", "otter", "raven", "river")


def init(
    *,
    project: str | None = None,
    name: str | None = None,
    config: Any = None,
    group: str | None = None,
    tags: Sequence[str] | None = None,
    signals: Mapping[str, str] | None = None,
    total_steps: int | None = None,
    mode: Literal["online", "offline", "disabled"] | None = None,
    doctor: Literal["service", "local"] | None = None,
    server: str | None = None,
    token: str | None = None,
    resume: str | None = None,
    rewind_to: int | None = None,
    stop_on: Sequence[str] | None = None,
    extractor: str | None = None,
    all_ranks: bool = False,
    dir: str | Path | None = None,  # noqa: A002 the setting's name
    journal_bytes: int | None = None,
    segment_bytes: int | None = None,
    batch_bytes: int | None = None,
    batch_age: float | None = None,
    heartbeat: float | None = None,
    retry_max: float | None = None,
    flush_timeout: float | None = None,
    media_backlog: int | None = None,
    system_every: float | None = None,
    lang: Literal["", "en", "zh"] | None = None,
) -> Run:
    """Starts a run at once; nothing here waits for the network.

    Every keyword but `config`, `signals`, `total_steps` and `all_ranks` is a setting (docs/settings.md): what is not given
    comes from the environment (`NASHBOARD_PROJECT`, …), else from its default.

    Args:
        config: the run's hyperparameters: a mapping, or an object with attributes (argparse's Namespace, a dataclass).
        signals: what your own names mean, where the known aliases don't do: `{"loss/discriminator": "my_name"}`.
        total_steps: how many steps the run means to take, for progress and time left.
        resume: id of a run to go on with. rewind_to: then, the last step to keep.
        all_ranks: under torch.distributed only rank 0 records; True: this rank does in any case, as a run of its own.

    Returns:
        The run; one that does nothing in mode "disabled", on another rank than 0, or when no journal can be made (said).

    Raises:
        SettingError: a setting that is not allowed; the message names it, its value and what is allowed.
    """
    given = {key: value for key, value in locals().items() if key in ClientSettings.__struct_fields__}
    given["dir"] = None if dir is None else str(dir)
    settings, guard = load(ClientSettings, given), Guard()
    own_rank = rank()
    info = _info(settings, config, signals, total_steps)
    if settings.mode == "disabled" or (own_rank and not all_ranks):
        return InertRun(info, settings, guard)
    root = home(settings) / "journal"
    left = journals(root, info.id) if settings.resume else []
    journal = _journal(root, info, settings, guard)
    return InertRun(info, settings, guard) if journal is None else _started(info, settings, guard, journal, left)


def _journal(root: Path, info: RunInfo, settings: ClientSettings, guard: Guard) -> Journal | None:
    """The run's own; None: none can be made, which is said."""
    try:
        journal = Journal(root, info, settings.journal_bytes, settings.segment_bytes)
    except OSError as error:
        guard.say("journal", f"nashboard: no journal can be made in {root} ({error}): this run is not recorded")
        return None
    if journal.network:
        guard.say(
            "network", f"nashboard: {root} is on a network file system ({journal.network}): logging is slower there"
        )
    return journal


def _started(info: RunInfo, settings: ClientSettings, guard: Guard, journal: Journal, left: list[Path]) -> Run:
    shipper = None
    if settings.mode == "online":
        shipper = Shipper(journal, settings, guard, left=lambda: _open(left))
    run = Run(info, settings, guard, journal, shipper)
    if settings.resume:
        run._step_known = settings.rewind_to is not None
        if settings.rewind_to is not None:
            run._append(("e", settings.rewind_to, time.time(), "rewind", {}))
            run._step = settings.rewind_to
            run._alerts.reached = lambda: run._step
        else:
            run._append(("e", None, time.time(), "resume", {}))
    register(run)
    run._start_beside()
    if shipper is not None and not guard.begun(shipper, "shipping"):
        run._shipper = None  # the journal keeps everything, and `finish` says where
    return run


def _info(settings: ClientSettings, config: Any, signals: Mapping[str, str] | None, total_steps: int | None) -> RunInfo:
    values = {
        "id": settings.resume or secrets.token_hex(6),
        "project": settings.project,
        "name": settings.name or ("" if settings.resume else f"{secrets.choice(_FIRST)}-{secrets.choice(_SECOND)}"),
        "group": settings.group,
        "tags": list(settings.tags),
        "config": _config(config),
        "signals": dict(signals or {}),
        "total_steps": total_steps,
        "started_at": time.time(),
        "environment": environment(),
        "extractor": settings.extractor,
    }
    if settings.rewind_to is not None and not settings.resume:
        raise SettingError(f"rewind_to={settings.rewind_to} is only allowed together with resume", setting="rewind_to")
    if settings.rewind_to is not None and settings.rewind_to < 0:
        raise SettingError(f"rewind_to={settings.rewind_to} is not allowed: a step is 0 or more", setting="rewind_to")
    try:
        return msgspec.convert(values, RunInfo)
    except msgspec.ValidationError as error:
        shown = {key: values[key] for key in ("id", "group", "tags", "signals", "total_steps") if values[key]}
        raise SettingError(f"the run can't be declared: {error}; given were {plain(shown)}") from None


def _config(config: Any) -> dict[str, Any]:
    if config is None:
        return {}
    if not isinstance(config, Mapping):
        if not hasattr(config, "__dict__"):
            raise SettingError(
                f"config={config!r}: a mapping or an object with attributes is allowed", setting="config"
            )
        config = vars(config)
    result: dict[str, Any] = plain(config)
    return result


def _open(folders: list[Path]) -> list[Journal]:
    """Those of the run's earlier journals whose process is gone: they are shipped first, so that a rewind comes after them."""
    found: list[Journal] = []
    for folder in folders:
        try:
            found.append(LeftJournal(folder))
        except (NashboardError, OSError, msgspec.MsgspecError):
            continue  # in use or unreadable: `nashboard sync` will say so
    return found
