"""One table of settings. Each is a field here, an environment variable `NASHBOARD_<NAME>`, and a row of docs/settings.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from monitor.errors import SettingError

PREFIX = "NASHBOARD_"
DEFAULT_DIR = "~/.nashboard"
DEFAULT_SERVER = "http://127.0.0.1:8642"

LISTS = ("tags", "stop_on", "allowed_hosts")  # comma-separated in the environment
TOKEN = "^(.{16,})?$"
ALERTS = (
    "^(critical|warning|info|non_finite|exploding_gradient|vanishing_gradient|discriminator_dominates|generator_dominates|"
    "mode_collapse|oscillation|quality_fluctuation|non_convergence|discriminator_overfit|spectral_collapse|rule:.{1,58})$"
)

Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]


class ClientSettings(Struct, frozen=True, kw_only=True):
    """What `monitor.init` takes as keywords of the same name, each also from the environment."""

    server: Annotated[str, Meta(pattern="^https?://", description="Address of the service.")] = DEFAULT_SERVER
    token: Annotated[str, Meta(description="Ingest token, needed when the service is not on loopback.")] = ""
    mode: Annotated[
        Literal["online", "offline", "disabled"],
        Meta(
            description="online: ship while training; offline: journal only, for `nashboard sync`; disabled: do nothing."
        ),
    ] = "online"
    doctor: Annotated[
        Literal["service", "local"],
        Meta(
            description="Who looks at the run: service: the service's doctor; local: one in the training's process, without any."
        ),
    ] = "service"
    dir: Annotated[str, Meta(description="Where journals, the database and blobs live.")] = DEFAULT_DIR
    project: Annotated[str, Meta(min_length=1, max_length=200, description="Project of the run.")] = "default"
    name: Annotated[str, Meta(max_length=200, description="Name of the run; made up when empty.")] = ""
    group: Annotated[str, Meta(max_length=200, description="Group of the run (seeds of one setting).")] = ""
    tags: Annotated[tuple[str, ...], Meta(description="Tags of the run; in the environment: comma-separated.")] = ()
    extractor: Annotated[
        str,
        Meta(
            pattern="^([A-Za-z0-9][A-Za-z0-9_.-]{0,99})?$",
            description="What turns the run's samples into features (see docs/sample-metrics.md); empty: what the service has.",
        ),
    ] = ""
    stop_on: Annotated[
        tuple[Annotated[str, Meta(pattern=ALERTS)], ...],
        Meta(
            description="Kinds or severities of alerts that set `Run.should_stop`: critical, mode_collapse, rule:NAME, …; "
            "comma-separated."
        ),
    ] = ()
    resume: Annotated[str, Meta(description="Id of the run to go on with.")] = ""
    rewind_to: Annotated[
        int | None, Meta(description="When resuming: the last step to keep; later points are dropped.")
    ] = None
    journal_bytes: Annotated[
        int, Meta(ge=1 << 20, description="Largest size of a run's journal on disk, in bytes.")
    ] = 512 << 20
    segment_bytes: Annotated[
        int, Meta(ge=1 << 16, description="Size of one preallocated journal segment, in bytes.")
    ] = 4 << 20
    batch_bytes: Annotated[int, Meta(ge=1024, description="The shipper sends at most so many bytes at once.")] = 1 << 20
    batch_age: Annotated[
        float,
        Meta(ge=0, le=60, description="The shipper sends a record at the latest after so many seconds."),
    ] = 0.1
    heartbeat: Annotated[float, Meta(gt=0, description="Seconds between signs of life when nothing is logged.")] = 5.0
    retry_max: Annotated[
        float, Meta(gt=0, description="Longest pause between two tries to reach the service, in seconds.")
    ] = 30.0
    flush_timeout: Annotated[
        float,
        Meta(ge=0, description="How long `finish` waits for the service to take what is left, in seconds."),
    ] = 5.0
    media_backlog: Annotated[
        Count,
        Meta(description="Sample batches that may wait to be encoded; further ones are dropped and counted."),
    ] = 8
    system_every: Annotated[
        float,
        Meta(ge=0, description="Seconds between two readings of CPU, memory, GPU and disk (`system/…`); 0: none."),
    ] = 10.0
    lang: Annotated[
        Literal["", "en", "zh"],
        Meta(
            description="Language of what a notebook shows; empty: a live page as the browser says, a report in English."
        ),
    ] = ""


class ServiceSettings(Struct, frozen=True, kw_only=True):
    """What `nashboard serve` takes as options of the same name, each also from the environment."""

    host: Annotated[str, Meta(min_length=1, description="Address to bind; any but loopback needs tokens.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(ge=0, le=65535, description="Port of API and dashboard; 0: a free one.")] = 8642
    dir: Annotated[str, Meta(description="Where journals, the database and blobs live.")] = DEFAULT_DIR
    database_url: Annotated[str, Meta(description="SQLAlchemy URL of the database; empty: SQLite in `dir`.")] = ""
    root_path: Annotated[
        str, Meta(pattern="^(/.*[^/])?$", description="Path prefix under which a reverse proxy serves us.")
    ] = ""
    auth: Annotated[
        Literal["auto", "always"],
        Meta(description="auto: tokens are needed unless bound to loopback; always: needed there too."),
    ] = "auto"
    ingest_token: Annotated[
        str,
        Meta(
            pattern=TOKEN,
            description="A token for trainings, beside those of `nashboard tokens`; 16 characters or more.",
        ),
    ] = ""
    read_token: Annotated[
        str,
        Meta(
            pattern=TOKEN, description="A token for people, beside those of `nashboard tokens`; 16 characters or more."
        ),
    ] = ""
    allowed_hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="Names that a service without tokens answers to beside loopback, for a proxy before it; comma-separated."
        ),
    ] = ()
    max_body_bytes: Annotated[int, Meta(ge=1024, description="Largest request body, in bytes.")] = 32 << 20
    queue_bytes: Annotated[
        int,
        Meta(ge=1024, description="Bytes of batches that may wait for the writer; beyond, 429 is answered."),
    ] = 64 << 20
    max_width: Annotated[Count, Meta(description="Largest `width` (rows of a series) a query may ask for.")] = 20_000
    live_points: Annotated[
        Count,
        Meta(description="Points that the live cursor can go back; an older cursor is told to start anew."),
    ] = 200_000
    live_wait: Annotated[Seconds, Meta(description="Longest `wait` of the live endpoint, in seconds.")] = 25.0
    stale_after: Annotated[Seconds, Meta(description="A run without a sign of life for so many seconds is stale.")] = (
        20.0
    )
    job_workers: Annotated[
        int,
        Meta(
            ge=0,
            le=64,
            description="Processes that may work on maps and sample metrics, and one more for metrics alone; 0: neither is made.",
        ),
    ] = 1
    extractor: Annotated[
        str,
        Meta(
            pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$",
            description="What turns samples into features, for runs that name none: pooled-pixels, random-conv, …, "
            "or a file in `dir`/extractors.",
        ),
    ] = "pooled-pixels"
    media_bytes: Annotated[
        int,
        Meta(
            ge=1 << 20,
            description="Bytes of a run's grids, batches and fields; beyond, those of some steps are removed, and that is told.",
        ),
    ] = 1 << 30
    trash_days: Annotated[
        float, Meta(ge=0, description="Days after which a run in the trash is deleted for good; 0: it stays there.")
    ] = 30.0
    job_seconds: Annotated[
        Seconds, Meta(description="A worker process that takes longer is ended, and what it did is tried again.")
    ] = 120.0
    job_queue: Annotated[
        Count, Meta(description="Steps of a run that may wait for a worker; beyond, every second of them is skipped.")
    ] = 200
    public_url: Annotated[
        str,
        Meta(
            pattern="^(https?://.+)?$",
            description="Address under which people reach the dashboard, for links in messages; empty: host, port and root_path.",
        ),
    ] = ""
    notify_private: Annotated[
        bool,
        Meta(description="true: messages may also go to private, loopback and link-local addresses."),
    ] = False
    notify_timeout: Annotated[Seconds, Meta(description="A webhook has to answer within so many seconds.")] = 10.0
    notify_attempts: Annotated[
        int, Meta(ge=1, le=50, description="Tries until a message that can't be delivered is given up.")
    ] = 8
    notify_backoff: Annotated[
        Seconds,
        Meta(description="Seconds before the second try; each further pause is three times as long, up to an hour."),
    ] = 5.0
    notify_log: Annotated[Count, Meta(description="Messages of the delivery log that are kept.")] = 2000
    crashed_after: Annotated[
        Seconds, Meta(description="A run without a sign of life for so many seconds is taken for crashed.")
    ] = 300.0


S = TypeVar("S", bound=Struct)


def load(table: type[S], given: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> S:
    """Settings from `given` (None means not given), else from the environment, else the defaults.

    Raises:
        SettingError: names the setting, its source, the bad value and what is allowed.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for column in msgspec.structs.fields(table):
        value, source = (given or {}).get(column.name), column.name
        if value is None:
            source = PREFIX + column.name.upper()
            if source not in environ:
                continue
            value = environ[source]
            if column.name in LISTS:
                value = [part.strip() for part in value.split(",") if part.strip()]
        try:
            values[column.name] = msgspec.convert(value, column.type, strict=not isinstance(value, str))
        except msgspec.ValidationError as error:
            shown = "…" if column.name.endswith("token") else repr(value)
            raise SettingError(f"{source}={shown} is not allowed: {error}", setting=column.name) from None
    return table(**values)


def home(settings: ClientSettings | ServiceSettings) -> Path:
    """The folder of `settings.dir`, with `~` resolved. It is not made here."""
    return Path(settings.dir).expanduser()
