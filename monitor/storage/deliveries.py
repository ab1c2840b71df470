"""What is to be sent, and what became of it. All but reading is the writer's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from monitor.errors import InvalidValue, NotFound
from monitor.storage.tables import alerts, channels, deliveries

STATES = ("pending", "sent", "dead", "dropped")
OVER = ("sent", "dead", "dropped")
AT_ONCE = 1000  # messages of a channel that are taken up at a time


class DeliveryInfo(Struct, frozen=True):
    """A message on its way to a channel.

    Attributes:
        event: opened, escalated, resolved, reminded, test. state: "pending", "sent", "dead" (given up; it can be sent again), or
            "dropped" (not sent on purpose; `error` says why).
        digest: it goes with others in one message. attempts: so far. due_at: when it is sent, or tried again.
    """

    id: int
    channel: int
    channel_name: str
    event: str
    alert: int | None
    run: str | None
    kind: str
    severity: str
    title: str
    state: str
    digest: bool
    attempts: int
    error: str
    created_at: float
    due_at: float
    done_at: float | None


def list_deliveries(
    connection: Connection, channel: int | None = None, states: tuple[str, ...] = (), limit: int = 200
) -> list[DeliveryInfo]:
    """The newest first; of one channel, of some states when given."""
    query = select(deliveries, channels.c.name).join(channels).order_by(deliveries.c.id.desc()).limit(limit)
    if channel is not None:
        query = query.where(deliveries.c.channel_id == channel)
    if states:
        query = query.where(deliveries.c.state.in_(states))
    return [_info(row) for row in connection.execute(query).mappings()]


def find(connection: Connection, key: int) -> DeliveryInfo:
    """One.

    Raises:
        NotFound: there is none.
    """
    query = select(deliveries, channels.c.name).join(channels).where(deliveries.c.id == key)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"no delivery {key}", id=key)
    return _info(row)


def _info(row: RowMapping) -> DeliveryInfo:
    names = {"channel": "channel_id", "channel_name": "name", "alert": "alert_id", "run": "run_id"}
    values = {field: row[names.get(field, field)] for field in DeliveryInfo.__struct_fields__}
    return DeliveryInfo(**values | {"digest": bool(row["digest"])})


def add(connection: Connection, row: dict[str, Any]) -> int | None:
    """Adds a delivery; its id, or None: the channel has one of that key already."""
    same = (deliveries.c.channel_id == row["channel_id"]) & (deliveries.c.key == row["key"])
    if connection.execute(select(deliveries.c.id).where(same)).first() is not None:
        return None
    empty = {
        "state": "pending",
        "digest": 0,
        "attempts": 0,
        "error": "",
        "done_at": None,
        "alert_id": None,
        "run_id": None,
    }
    made = connection.execute(insert(deliveries).values(empty | row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def of_alert(connection: Connection, alert_id: int) -> list[RowMapping]:
    """All of an alert, oldest first."""
    query = select(deliveries).where(deliveries.c.alert_id == alert_id).order_by(deliveries.c.id)
    return list(connection.execute(query).mappings())


def last_opened(connection: Connection, channel: int, run_id: str, kind: str, after: float) -> float | None:
    """When a channel was last told that a kind of failure of a run opened, after that time."""
    mine = (deliveries.c.channel_id == channel) & (deliveries.c.run_id == run_id) & (deliveries.c.kind == kind)
    told = (
        mine & (deliveries.c.event == "opened") & (deliveries.c.state != "dropped") & (deliveries.c.created_at > after)
    )
    return connection.execute(select(func.max(deliveries.c.created_at)).where(told)).scalar()


def due(connection: Connection, now: float, busy: Collection[int] = (), most: int = AT_ONCE) -> list[RowMapping]:
    """What is to be sent now, oldest first; of each channel that is not `busy` at most so many.

    Of one alert nothing overtakes what waits before it on the same channel.
    """
    earlier = deliveries.alias()
    held = select(earlier.c.id).where(
        (earlier.c.state == "pending") & (earlier.c.due_at > now) & (earlier.c.id < deliveries.c.id),
        (earlier.c.alert_id == deliveries.c.alert_id) & (earlier.c.channel_id == deliveries.c.channel_id),
    )
    ready = (deliveries.c.state == "pending") & (deliveries.c.due_at <= now) & ~held.exists()
    place = func.row_number().over(partition_by=deliveries.c.channel_id, order_by=deliveries.c.id).label("place")
    found = select(deliveries, place).where(ready & deliveries.c.channel_id.not_in(busy)).subquery()
    query = select(found).where(found.c.place <= most).order_by(found.c.id)
    return list(connection.execute(query).mappings())


def next_due(connection: Connection, now: float) -> float | None:
    """When the next message is due that is not yet; None: none waits."""
    later = (deliveries.c.state == "pending") & (deliveries.c.due_at > now)
    return connection.execute(select(func.min(deliveries.c.due_at)).where(later)).scalar()


def sent_since(connection: Connection, channel: int, after: float) -> list[float]:
    """When messages were sent to a channel after a time; those of one digest count as one."""
    sent = (deliveries.c.channel_id == channel) & (deliveries.c.state == "sent") & (deliveries.c.done_at > after)
    query = select(deliveries.c.done_at).where(sent).distinct().order_by(deliveries.c.done_at)
    return [float(time) for time in connection.execute(query).scalars() if time is not None]


def settle(connection: Connection, ids: list[int], values: dict[str, Any]) -> None:
    """Writes what became of some."""
    connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(values))


def again(connection: Connection, key: int, now: float) -> None:
    """Sends one that was given up, or dropped, once more.

    Raises:
        NotFound: there is none. InvalidValue: it waits, or was sent.
    """
    found = find(connection, key)
    if found.state not in ("dead", "dropped"):
        raise InvalidValue(f"delivery {key} is {found.state}: those that are dead or dropped can be sent again")
    settle(
        connection, [key], {"state": "pending", "attempts": 0, "due_at": now, "done_at": None, "digest": 0, "error": ""}
    )


def trim(connection: Connection, keep: int) -> None:
    """Drops the oldest of the log; those of alerts that are not resolved stay, as they say what was told."""
    edge = connection.execute(select(deliveries.c.id).order_by(deliveries.c.id.desc()).offset(keep).limit(1)).scalar()
    if edge is None:
        return
    alive = select(alerts.c.id).where(alerts.c.state != "resolved")
    old = (deliveries.c.id <= edge) & deliveries.c.state.in_(OVER)
    free = deliveries.c.alert_id.is_(None) | deliveries.c.alert_id.not_in(alive)
    connection.execute(delete(deliveries).where(old & free))


def counts(connection: Connection) -> dict[str, int]:
    """How many there are in each state."""
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    return dict.fromkeys(STATES, 0) | {state: int(count) for state, count in connection.execute(query)}


def health(connection: Connection) -> dict[int, dict[str, Any]]:
    """Of each channel the newest delivery that was tried: its state, error and time; and how many wait and are dead."""
    found: dict[int, dict[str, Any]] = {}
    tried = deliveries.c.attempts > 0
    newest = select(func.max(deliveries.c.id)).where(tried).group_by(deliveries.c.channel_id)
    for row in connection.execute(select(deliveries).where(deliveries.c.id.in_(newest))).mappings():
        found[row["channel_id"]] = {
            "last_state": row["state"],
            "last_error": row["error"],
            "last_at": row["done_at"] or row["due_at"],
        }
    query = select(deliveries.c.channel_id, deliveries.c.state, func.count())
    for channel, state, count in connection.execute(query.group_by(deliveries.c.channel_id, deliveries.c.state)):
        found.setdefault(channel, {})[state] = int(count)
    return found


def forget(connection: Connection, channel: int) -> None:
    """Drops the log of a channel."""
    connection.execute(delete(deliveries).where(deliveries.c.channel_id == channel))
