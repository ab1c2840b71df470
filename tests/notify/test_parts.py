"""The parts of telling people: quiet hours, what there is to tell, addresses, signatures, pictures, secrets."""

from __future__ import annotations

import doctest
import hashlib
import hmac
import importlib
import io
import itertools
import json
import random
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from monitor.errors import InvalidValue
from monitor.notify import targets, webhook
from monitor.notify.channels import Channel, scrubbed, shown
from monitor.notify.letter import ALERTS, TEXT, Item, Letter, RunFact, capped, of_many, payload
from monitor.notify.outbox import event_of
from monitor.notify.outcome import pause
from monitor.notify.picture import draw
from monitor.notify.routes import Quiet, Route
from monitor.wire import AlertInfo, Columns, Evidence
from tests.notify.targets import target

SECRET = "a secret of 16 or more"
LETTER = Letter("key-1", "test", "Title", ["one", "two"], "info", "http://x/alerts")


def alert(state: str = "open", severity: str = "warning", **given: Any) -> AlertInfo:
    return AlertInfo(7, 0.0, "mode_collapse", severity, state, 100, 120, "It fell.", run="r", **given)


def row(event: str, state: str = "sent", severity: str = "warning", digest: int = 0) -> Any:
    return {"event": event, "state": state, "severity": severity, "digest": digest}


@pytest.mark.parametrize("name", ["routes", "outcome", "words", "webhook", "picture"])
def test_examples_in_the_docs_of_modules_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"monitor.notify.{name}")).failed == 0


def test_quiet_hours_through_a_year_agree_with_a_look_at_the_clock() -> None:
    """Each hour of a year with both changes of the clock, against the wall clock's reading."""
    zone = ZoneInfo("Europe/Berlin")
    for start, end, days in (("22:00", "07:00", []), ("09:30", "17:00", ["Mon", "Fri"]), ("23:00", "06:00", ["Sat"])):
        quiet = Quiet(start, end, "Europe/Berlin", days)
        first = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
        for hour in range(0, 366 * 24, 5):
            now = first + hour * 3600 + 600
            local = datetime.fromtimestamp(now, zone)
            clock = local.strftime("%H:%M")
            began_today = clock >= start
            inside = start <= clock < end if start < end else (began_today or clock < end)
            names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
            day = names[local.weekday() if start < end or began_today else local.weekday() - 1]
            until = quiet.until(now)
            assert (until is not None) == (inside and (not days or day in days)), (local, start)
            if until is not None:
                assert datetime.fromtimestamp(until, zone).strftime("%H:%M") == end
                assert 0 < until - now <= 24 * 3600


@pytest.mark.parametrize(
    ("now", "before", "event"),
    [
        (alert(), [], "opened"),
        (alert(), [row("opened")], None),
        (alert(severity="critical"), [row("opened")], "escalated"),
        (alert(severity="critical"), [row("opened"), row("escalated", severity="critical")], None),
        (alert("resolved"), [], None),
        (alert("resolved"), [row("opened")], "resolved"),
        (alert("resolved"), [row("opened"), row("resolved")], None),
        (alert("resolved"), [row("opened", "dropped")], None),
        (alert("resolved"), [row("opened", "pending")], "resolved"),
        (alert("resolved"), [row("opened", "pending", digest=1)], None),
        (alert("acknowledged"), [], None),
        (alert("snoozed", snoozed_until=9e9), [], None),
        (alert(snoozed_until=5.0), [row("opened")], "reminded"),
        (alert(consequence_of="non_finite"), [], None),
        (alert(), [row("opened", "dropped")], None),
    ],
)
def test_what_there_is_to_tell(now: AlertInfo, before: list[Any], event: str | None) -> None:
    assert event_of(now, before) == event


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", False),
        ("::7f00:1", False),
        ("fec0::1", False),
    ],
)
def test_only_public_addresses_are_sent_to(address: str, public: bool) -> None:
    assert targets.allowed(address) is public


def test_the_signature_is_what_a_receiver_computes_and_the_page_of_the_docs_verifies_it() -> None:
    with target() as server:
        assert webhook.send(LETTER, server.url, SECRET, True, 5.0).error == ""
        ((path, headers, body),) = server.got
    assert path == "/hook/s3cr3t-path"
    made = hmac.new(
        SECRET.encode(), headers["x-nashboard-timestamp"].encode() + b"." + body, hashlib.sha256
    ).hexdigest()
    assert headers["x-nashboard-signature"] == f"sha256={made}"
    assert headers["idempotency-key"] == "key-1"
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text()
    code = page.partition("```python\n")[2].partition("```")[0]
    space: dict[str, Any] = {}
    exec(code, space)
    now = float(headers["x-nashboard-timestamp"])
    verify = space["verified"]
    assert verify(SECRET, headers["x-nashboard-timestamp"], headers["x-nashboard-signature"], body, now)
    assert not verify(
        "another secret of 16", headers["x-nashboard-timestamp"], headers["x-nashboard-signature"], body, now
    )
    assert not verify(SECRET, headers["x-nashboard-timestamp"], headers["x-nashboard-signature"], body + b" ", now)
    assert not verify(SECRET, headers["x-nashboard-timestamp"], headers["x-nashboard-signature"], body, now + 3600)


@pytest.mark.parametrize(
    ("status", "given", "final", "says"),
    [
        (200, {}, False, ""),
        (204, {}, False, ""),
        (500, {}, False, "it answered 500: ok"),
        (429, {"Retry-After": "90"}, False, "it answered 429"),
        (404, {}, True, "it answered 404"),
        (302, {"Location": "http://127.0.0.1:1/"}, True, "redirects are not followed"),
    ],
)
def test_what_an_answer_means(status: int, given: dict[str, str], final: bool, says: str) -> None:
    with target(status, headers=given) as server:
        outcome = webhook.send(LETTER, server.url, SECRET, True, 5.0)
        assert len(server.got) == 1
    assert (outcome.final, says in outcome.error, bool(outcome.error)) == (final, True, bool(says))
    assert outcome.after == float(given.get("Retry-After", 0))


def test_private_addresses_are_refused_for_names_too_and_nothing_is_sent() -> None:
    with target() as server:
        for host in ("127.0.0.1", "localhost"):
            outcome = webhook.send(LETTER, server.url.replace("127.0.0.1", host), SECRET, False, 5.0)
            assert (outcome.final, "private or local address" in outcome.error) == (True, True)
        assert server.got == []


@pytest.mark.parametrize("dead", [3, 4])
def test_of_a_name_with_many_addresses_four_are_tried(dead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = socket.getaddrinfo
    with target() as server:
        asked = [f"127.0.1.{at}" for at in range(dead)] + ["127.0.0.1"]  # nobody listens at the first ones
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda _, *args, **more: [one for ip in asked for one in ask(ip, *args, **more)]
        )
        outcome = webhook.send(LETTER, server.url.replace("127.0.0.1", "many.example"), SECRET, True, 5.0)
        assert (outcome.error[:14], len(server.got)) == (("", 1) if dead < 4 else ("no connection:", 0))


def test_a_target_that_drips_or_hangs_is_given_up_in_time_and_a_closed_one_at_once() -> None:
    with target(hang=3.0) as server:
        assert webhook.send(LETTER, server.url, SECRET, True, 0.3).error == "no answer within 0.3 s"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    assert webhook.send(LETTER, address, SECRET, True, 5.0).error.startswith("no connection: ")


def test_pauses_grow_threefold_up_to_an_hour_and_are_spread() -> None:
    pauses = [[pause(attempt, 5.0, random.Random(seed)) for seed in range(50)] for attempt in range(1, 9)]
    middles = [sum(some) / len(some) for some in pauses]
    assert all(2.5 < later / earlier < 3.5 for earlier, later in itertools.pairwise(middles[:6]))
    assert max(pauses[7]) <= 3600 * 1.25
    assert len(set(pauses[0])) == 50


def test_the_picture_shows_curve_shade_and_limit() -> None:
    steps = list(range(0, 400, 4))
    columns = Columns(1, steps, [1.0 if step < 200 else 0.1 for step in steps])
    evidence = Evidence("sample/diversity", "it fell", 0.1, 0.3, 200, 400)
    picture = Image.open(io.BytesIO(draw(alert(severity="critical"), [(evidence, columns)] * 2, 0, 400)))
    assert picture.size == (720, 420)
    colours = {colour for _, colour in picture.convert("RGB").getcolors(100_000) or []}
    assert {(0, 104, 181), (252, 228, 232), (192, 28, 56)} <= colours, "curve, shade, limit"
    shaded = picture.convert("RGB").getpixel((66 + 640 * 3 // 4, 60))
    plain = picture.convert("RGB").getpixel((66 + 640 // 8, 160))
    assert (shaded, plain) == ((252, 228, 232), (255, 255, 255))


def test_a_picture_of_gaps_and_one_value_is_drawn_too() -> None:
    columns = Columns(1, [1, 2, 3], [None, 5.0, None])
    evidence = Evidence("x", "is", 1e308, 1e308, 1, 3)
    assert draw(alert(), [(evidence, columns)], 1, 1).startswith(b"\x89PNG")


def test_secrets_are_neither_shown_nor_left_in_errors() -> None:
    url = "discord://481516/abcdefghijklmnop?token=topsecret99"
    assert shown(url) == "discord://…"
    assert shown("https://hooks.example.com:8443/services/T00/B00/XXXX") == "https://hooks.example.com:8443/…"
    text = scrubbed(f"POST {url} failed; token topsecret99 of abcdefghijklmnop", {"url": url})
    assert not any(secret in text for secret in ("481516", "abcdefghijklmnop", "topsecret99"))


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (Channel("a", url="ftp://x/", secret=SECRET), "'ftp' is not allowed"),
        (Channel("a", url="http:///x", secret=SECRET), "with a host"),
        (Channel("a", url="http://u:p@x/", secret=SECRET), "user or password"),
        (Channel("a", url="http://x:99999/", secret=SECRET), "host or port"),
        (Channel("a", url="http://x/", secret="short"), "16 characters"),
        (Channel("a", secret=SECRET), "url is needed"),
    ],
)
def test_channels_that_can_not_work_are_refused(channel: Channel, says: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        channel.check()
    assert says in refused.value.message
    assert SECRET not in refused.value.message


def test_routes_take_what_fits() -> None:
    route = Route("r", [1], projects=["fa*"], kinds=["mode_*", "rule:*"], severity="warning")
    assert route.takes("faces", "mode_collapse", "critical")
    assert route.takes("faces", "rule:x", "warning")
    assert not route.takes("faces", "rule:x", "info")
    assert not route.takes("faces", "oscillation", "critical")
    assert not route.takes("cats", "rule:x", "critical")
    for quiet in (Quiet("22:00", "07:00", "Mars/Olympus"), Quiet("22:00", "22:00")):
        with pytest.raises(InvalidValue, match=r"is not allowed|never end"):
            Route("r", [1], quiet=quiet).check()


def many(count: int) -> list[Item]:
    """Alerts of as many runs; every tenth is critical."""
    found = []
    for at in range(count):
        one = alert(severity="warning" if at % 10 else "critical")
        found.append(Item("opened", one, RunFact(f"r-{at}", f"run {at}", "p", "", []), f"http://x/runs/r-{at}"))
    return found


@pytest.mark.parametrize("count", [1, 5, 40, 3000])
def test_a_digest_s_text_is_bounded_and_says_what_it_leaves_out(count: int) -> None:
    letter = of_many("key", many(count), "http://x/alerts")
    shown = [line for line in letter.lines if line.startswith("Mode collapse: run ")]
    assert len("\n".join(letter.lines)) <= TEXT + len("and 3000 more")
    assert letter.title.startswith(f"{count} alert")
    left = count - len(shown)
    assert letter.lines[len(shown) :] == ([f"and {left} more"] if left else [])
    assert left == 0 or len("\n".join(letter.lines)) > TEXT - 100  # no line too few
    grave = ["critical" in line for line in shown]
    assert grave == sorted(grave, reverse=True)  # the gravest are not those that are left out
    said = json.loads(payload(letter, 0.0))
    assert (len(said["alerts"]), said["more"]) == (min(count, ALERTS), max(0, count - ALERTS))
    assert said["text"].endswith("\nhttp://x/alerts")


def test_one_endless_line_leaves_room_for_others() -> None:
    lines = capped(["a" * 5000, "b"])
    assert (lines[0][-1], len(lines[0]), lines[1:]) == ("…", 300, ["b"])
