"""Ships journals that crashes, absent services and offline runs left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from monitor.errors import JournalLocked
from monitor.sdk.client import Client, ShippingError, UnknownRun
from monitor.sdk.courier import Courier
from monitor.sdk.guard import Guard
from monitor.sdk.journal import RUN_FILE, Journal, LeftJournal, journals
from monitor.sdk.patience import insist
from monitor.settings import ClientSettings

CRASHED = "the process ended without finish; its journal was shipped later"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one journal.

    Attributes:
        state: "shipped" (all acknowledged, journal removed), "in use", "unreadable", "damaged" (shipped, but some of it could not
            be read: the files are kept beside, as `<folder>.damaged`), or "failed" (the rest stays for the next time).
        records: acknowledged now. refused: those that the service would not have. detail: why.
    """

    folder: Path
    run: str
    state: str
    records: int = 0
    refused: int = 0
    detail: str = ""


def folders(place: Path) -> list[Path]:
    """Journals at `place`: a Nashboard folder, its `journal` folder, or one journal. Oldest first."""
    if (place / RUN_FILE).is_file():
        return [place]
    return journals(place / "journal" if (place / "journal").is_dir() else place)


def sync(
    found: list[Path], settings: ClientSettings, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Iterator[Result]:
    """Ships journals one after the other, oldest first; yields what became of each.

    `progress(run, done, all)` is called after each batch. When the service can't be reached, the rest fails at once.
    """
    client, away = Client(settings.server, settings.token), ""
    for number, folder in enumerate(found):
        run_id = folder.name.rpartition("-")[0]
        try:
            journal = LeftJournal(folder)
        except JournalLocked as error:
            yield Result(folder, run_id, "in use", detail=error.message)
            continue
        except (OSError, msgspec.MsgspecError) as error:
            yield Result(folder, run_id, "unreadable", detail=str(error))
            continue
        last_of_run = not any(other.name.rpartition("-")[0] == run_id for other in found[number + 1 :])
        result = (
            Result(folder, run_id, "failed", detail=away)
            if away
            else _ship(journal, client, settings, progress, last_of_run)
        )
        away = result.detail if result.state == "failed" else ""
        if result.state == "failed":
            journal.release()
        else:
            journal.remove()
        yield result
    client.close()


def _ship(
    journal: LeftJournal,
    client: Client,
    settings: ClientSettings,
    progress: Callable[[str, int, int], None],
    last_of_run: bool,
) -> Result:
    courier = Courier(journal, client, Guard(), settings.batch_bytes)
    run_id = journal.info.id
    whole = sum(lane.pending for lane in journal.lanes)
    again = (UnknownRun,)  # the courier declares it anew
    try:
        insist(courier.declare)
        while insist(courier.round, again):
            progress(run_id, courier.shipped, whole)
        if last_of_run and not journal.finished:
            insist(lambda: _say_crashed(journal, courier), again)
        if courier.untold:
            insist(courier.heartbeat, again)
    except ShippingError as error:
        return Result(journal.folder, run_id, "failed", courier.shipped, detail=error.message)
    refused = sum(lane.refused for lane in journal.lanes)
    if journal.damaged or journal.bad:
        detail = f"{journal.damaged} bytes can't be read" + (
            f", {len(journal.bad)} files are no segments" if journal.bad else ""
        )
        return Result(journal.folder, run_id, "damaged", courier.shipped, refused, detail)
    return Result(journal.folder, run_id, "shipped", courier.shipped, refused)


def _say_crashed(journal: Journal, courier: Courier) -> int:
    """The last record of a process that could not write it. Its number is the same however often this is repeated."""
    assert isinstance(journal, LeftJournal)
    body = msgspec.msgpack.encode(("f", journal.last_time, "crashed", CRASHED))
    lane = journal.scalars
    number = max(lane.last_seq, courier.acked.get(lane.sender, 0)) + 1
    return courier.client.send(journal.info.id, lane.sender, number, [body], lane.refused).acked
