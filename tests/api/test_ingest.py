"""Taking batches over HTTP: what is stored, what is skipped, what is refused."""

from __future__ import annotations

import math
import random
import socket
from typing import Any

import httpx
import msgspec
import pytest

from monitor import wire
from tests.support import Service, batch, scalars

INF = math.inf


def records_url(run: str) -> str:
    return f"/runs/{run}/records"


def fault(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error's inside, once its shape and code are as they must be."""
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "detail"}
    assert error["code"] == code
    return error


def test_declare_answers_with_what_is_acknowledged(shared_service: Service) -> None:
    service = shared_service
    assert service.declare("declared") == {"id": "declared", "acked": {}, "url": "/runs/declared"}
    service.ship(scalars(0, a=1.0), scalars(1, a=2.0), run="declared", sender="one")
    service.ship(scalars(2, a=1.0), run="declared", sender="two")
    again = service.declare("declared", name="another name")
    assert again["acked"] == {"one": 2, "two": 1}
    assert service.get("/runs/declared")["name"] == "declared"  # declaring again changes nothing


def test_declare_takes_msgpack_and_answers_in_it(shared_service: Service) -> None:
    body = msgspec.msgpack.encode(wire.RunInfo("packed", config={"lr": 1e-3}, tags=["x"], total_steps=10))
    answer = shared_service.http.post("/runs", content=body, headers={"Content-Type": "application/msgpack"})
    assert msgspec.msgpack.decode(answer.content)["id"] == "packed"
    detail = shared_service.get("/runs/packed")
    assert (detail["config"], detail["tags"], detail["total_steps"]) == ({"lr": 1e-3}, ["x"], 10)


def test_same_batch_twice_counts_once(shared_service: Service) -> None:
    service = shared_service
    service.declare("twice")
    body = batch(*(scalars(step, a=step * 0.5) for step in range(40)))
    for _ in range(3):
        assert msgspec.msgpack.decode(service.send(body, "twice").content)["acked"] == 40
    assert service.points("a", "twice") == {step: step * 0.5 for step in range(40)}
    assert service.summary("a", "twice")["count"] == 40
    assert service.get("/runs/twice")["points"] == 80  # with system/time


def test_overlapping_batches_take_only_what_is_new(shared_service: Service) -> None:
    service = shared_service
    service.declare("overlap")
    some = [scalars(step, a=float(step)) for step in range(10)]
    assert service.ship(*some[:6], run="overlap") == 6
    # The first six are changed: if they were looked at again, it would show.
    assert service.ship(*(scalars(step, a=-1.0) for step in range(6)), *some[6:], run="overlap") == 10
    assert service.points("a", "overlap") == {step: float(step) for step in range(10)}


def test_gaps_in_the_numbers_are_allowed(shared_service: Service) -> None:
    service = shared_service
    service.declare("gaps")
    assert service.ship(scalars(0, a=0.0), run="gaps") == 1
    assert service.ship(scalars(1, a=1.0), run="gaps", first_seq=100) == 100
    assert service.ship(scalars(9, a=9.0), run="gaps", first_seq=50) == 100  # late: it was given up
    assert service.points("a", "gaps") == {0: 0.0, 1: 1.0}


def test_senders_have_numbers_of_their_own(shared_service: Service) -> None:
    service = shared_service
    service.declare("senders")
    assert service.ship(scalars(0, a=0.0), run="senders", sender="x") == 1
    assert service.ship(scalars(1, a=1.0), run="senders", sender="y") == 1
    assert service.points("a", "senders") == {0: 0.0, 1: 1.0}


def test_empty_batch_is_a_heartbeat(shared_service: Service) -> None:
    service = shared_service
    service.declare("beat")
    before = service.get("/runs/beat")["heartbeat_at"]
    assert msgspec.msgpack.decode(service.send(batch(first_seq=8, refused=3), "beat").content)["acked"] == 0
    detail = service.get("/runs/beat")
    assert detail["heartbeat_at"] > before
    assert detail["refused"] == 3


def test_repeated_and_late_steps_last_write_wins(shared_service: Service) -> None:
    service = shared_service
    service.declare("late")
    chance, truth, number = random.Random(1), dict[int, float](), 1
    for _ in range(12):
        some = [scalars(chance.randrange(300), a=chance.uniform(-1, 1)) for _ in range(chance.randrange(1, 60))]
        truth |= {record.step: record.values["a"] for record in some}
        number = service.ship(*some, run="late", first_seq=number) + 1
    assert service.points("a", "late") == dict(sorted(truth.items()))
    summary = service.summary("a", "late")
    assert summary["count"] == len(truth)
    assert (summary["min"], summary["max"]) == (min(truth.values()), max(truth.values()))
    assert (summary["first_step"], summary["last_step"]) == (min(truth), max(truth))
    assert summary["last"] == truth[max(truth)]


def test_pieces_of_a_step_are_joined_and_the_order_of_logging_decides(shared_service: Service) -> None:
    service = shared_service
    service.declare("pieces")
    service.ship(
        scalars(5, a=1.0),
        scalars(5, a=2.0, b=10.0),
        scalars(5, a=3.0),
        scalars(6, b=20.0),
        scalars(6, a=4.0),
        run="pieces",
    )
    assert service.points("a", "pieces") == {5: 3.0, 6: 4.0}
    assert service.points("b", "pieces") == {5: 10.0, 6: 20.0}


def test_time_of_a_step_is_that_of_its_first_piece(shared_service: Service) -> None:
    service = shared_service
    service.declare("clock")
    service.ship(wire.Scalars(0, 100.0, {"a": 1.0}), wire.Scalars(0, 105.0, {"b": 1.0}), wire.Scalars(1, 110.0, {"a": 1.0}),
                 run="clock")  # fmt: skip
    service.ship(wire.Scalars(1, 111.0, {"b": 1.0}), wire.Scalars(2, 120.0, {"b": 1.0}), run="clock", first_seq=4)
    assert service.points("system/time", "clock") == {0: 100.0, 1: 110.0, 2: 120.0}


def test_rewind_drops_what_came_after(shared_service: Service) -> None:
    service = shared_service
    service.declare("rewound")
    for first in range(0, 1000, 250):
        service.ship(
            *(scalars(s, a=float(s), late=1.0) for s in range(first, first + 250)), run="rewound", first_seq=first + 1
        )
    service.ship(wire.Event(99, 1.0, "rewind"), scalars(100, a=-5.0), run="rewound", first_seq=1001)
    assert service.points("a", "rewound") == {step: float(step) for step in range(100)} | {100: -5.0}
    assert service.summary("a", "rewound") | {"name": "", "signal": None} == {
        "name": "", "signal": None, "count": 101, "nan_count": 0, "inf_count": 0, "first_step": 0, "last_step": 100,
        "last": -5.0, "min": -5.0, "max": 99.0,
    }  # fmt: skip
    assert service.points("system/time", "rewound").keys() == set(range(101))
    detail = service.get("/runs/rewound")
    assert detail["last_step"] == 100
    assert detail["points"] == 101 + 101 + 100  # a, system/time, late
    coarse = service.get("/runs/rewound/series", names="a", width=10)["series"]["a"]
    assert sum(coarse["count"]) == 101
    assert min(coarse["min"]) == -5.0


def test_rewind_to_before_everything_leaves_an_empty_run(shared_service: Service) -> None:
    service = shared_service
    service.declare("emptied")
    service.ship(*(scalars(s, a=1.0) for s in range(10, 20)), wire.Event(3, 1.0, "rewind"), run="emptied")
    detail = service.get("/runs/emptied")
    assert (detail["series"], detail["points"], detail["last_step"]) == ([], 0, None)
    service.ship(scalars(4, a=2.0), run="emptied", first_seq=12)
    assert service.points("a", "emptied") == {4: 2.0}


def test_non_finite_values_are_kept_and_marked(shared_service: Service) -> None:
    service = shared_service
    service.declare("odd")
    values = [1.0, math.nan, INF, -INF, 2.0, math.nan]
    service.ship(*(scalars(step, a=value) for step, value in enumerate(values)), run="odd")
    columns = service.get("/runs/odd/series", names="a")["series"]["a"]
    assert columns["last"] == [1.0, None, None, None, 2.0, None]
    assert columns["nonfinite"] == {
        "step": [1, 2, 3, 5],
        "nan": [1, 0, 0, 1],
        "pos_inf": [0, 1, 0, 0],
        "neg_inf": [0, 0, 1, 0],
    }
    summary = service.summary("a", "odd")
    assert [summary[key] for key in ("count", "nan_count", "inf_count", "last", "min", "max")] == [
        6,
        2,
        2,
        None,
        1.0,
        2.0,
    ]


def test_json_writes_non_finite_numbers_as_strings_or_null(shared_service: Service) -> None:
    service = shared_service
    service.declare("json")
    records = [
        ["s", step, 1.0, {"a": value}] for step, value in enumerate([0.5, "NaN", "Infinity", "-Infinity", None, 7])
    ]
    answer = service.http.post(records_url("json"), json={"sender": "s", "first_seq": 1, "records": records})
    assert (answer.status_code, answer.json()) == (200, {"acked": 6, "alerts": []})
    columns = service.get("/runs/json/series", names="a")["series"]["a"]
    assert columns["last"] == [0.5, None, None, None, None, 7]
    assert columns["nonfinite"]["nan"] == [1, 0, 0, 1]


def test_huge_values_neither_fail_nor_lie(shared_service: Service) -> None:
    """Sums of such values overflow: the mean is then unknown, everything else stays exact."""
    service = shared_service
    service.declare("huge")
    values = [1.7e308] * 40 + [-1.7e308] * 40 + [5e-324] * 40
    number = 1
    for first in range(0, 120, 30):
        some = [scalars(step, a=values[step]) for step in range(first, first + 30)]
        number = service.ship(*some, run="huge", first_seq=number) + 1
    service.ship(scalars(3, a=1.0), run="huge", first_seq=number)  # rewritten: computed anew from the rows
    assert list(service.points("a", "huge").values()) == [*values[:3], 1.0, *values[4:]]
    columns = service.get("/runs/huge/series", names="a", width=4)["series"]["a"]
    assert (max(columns["max"]), min(columns["min"]), sum(columns["count"])) == (1.7e308, -1.7e308, 120)
    assert columns["mean"][0] is None


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"garbage", "application/json", 400, "invalid_body"),
        (b"\xc1\xff\x00", "application/msgpack", 400, "invalid_body"),
        (b"", "application/json", 400, "invalid_body"),
        (b"", "application/msgpack", 400, "invalid_body"),
        (b'{"sender": "s", "first_seq": 1, "records": [["s", 1, 1.0, {"a": 1', "application/json", 400, "invalid_body"),
        (b"[" * 100_000, "application/json", 400, "invalid_body"),
        (b"\x91" * 100_000, "application/msgpack", 422, "invalid_value"),
        (b'"\xff\xfe"', "application/json", 400, "invalid_body"),
        (b"5", "application/json", 422, "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": null}', "application/json", 422, "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": 5}', "application/json", 422, "invalid_value"),
        (b'{"sender": "s", "first_seq": 0, "records": []}', "application/json", 422, "invalid_value"),
        (b'{"sender": "../x", "first_seq": 1, "records": []}', "application/json", 422, "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": [["s", -1, 1.0, {}]]}', "application/json", 422, "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": [["s", 9007199254740992, 1.0, {}]]}', "application/json", 422,
         "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": [["s", 1e400, 1.0, {}]]}', "application/json", 422, "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": [["s", 1, 1.0, {"a": "low"}]]}', "application/json", 422,
         "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": [["s", 1, 1.0, {"": 1}]]}', "application/json", 422, "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": [["z", 1]]}', "application/json", 422, "invalid_value"),
        (b'{"sender": "s", "first_seq": 1, "records": [["s", 1, 1.0, {"a": 1}], ["s", "x"]]}', "application/json", 422,
         "invalid_value"),
    ],
)  # fmt: skip
def test_bad_bodies_are_refused_whole(
    shared_service: Service, content: bytes, kind: str, status: int, code: str
) -> None:
    shared_service.declare("bad")
    answer = shared_service.http.post(records_url("bad"), content=content, headers={"Content-Type": kind})
    fault(answer, status, code)
    assert shared_service.get("/runs/bad")["points"] == 0
    assert shared_service.get("/healthz") == {"status": "ok"}


def test_truncated_batches_store_nothing(shared_service: Service) -> None:
    service = shared_service
    service.declare("cut")
    body = msgspec.msgpack.encode(batch(*(scalars(step, a=1.0) for step in range(20))))
    for length in (1, 5, len(body) // 2, len(body) - 1):
        answer = service.http.post(
            records_url("cut"), content=body[:length], headers={"Content-Type": "application/msgpack"}
        )
        fault(answer, 400, "invalid_body")
    assert service.get("/runs/cut")["points"] == 0


@pytest.mark.fault
def test_a_client_that_hangs_up_in_its_body_harms_nobody(shared_service: Service) -> None:
    service = shared_service
    service.declare("gone")
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", service.port)) as line:
            line.sendall(
                b"POST /api/v1/runs/gone/records HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nabc"
            )
    assert service.ship(scalars(0, a=1.0), run="gone") == 1


def test_random_bytes_never_make_an_internal_error(shared_service: Service) -> None:
    service = shared_service
    service.declare("fuzz")
    chance = random.Random(7)
    good = msgspec.msgpack.encode(batch(scalars(1, a=1.0), wire.Event(2, 1.0, "note", {"x": [1, {"y": None}]})))
    for _ in range(150):
        broken = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        for kind in ("application/msgpack", "application/json"):
            answer = service.http.post(records_url("fuzz"), content=bytes(broken), headers={"Content-Type": kind})
            assert answer.status_code in (200, 400, 422), (answer.text, bytes(broken))


def test_odd_but_valid_values_of_all_kinds_are_taken(shared_service: Service) -> None:
    """What msgpack can say and JSON or SQL can't: bytes, times, extension types, integer keys, NaN times."""
    service = shared_service
    odd = {
        "bytes": b"\xff",
        "nan": math.nan,
        "ext": msgspec.msgpack.Ext(5, b"x"),
        "keys": {1: 2, "s": [b"x"]},
        "nul": "a\0b",
    }
    body = msgspec.msgpack.encode({"id": "strange", "config": odd, "environment": odd, "started_at": math.nan})
    answer = service.http.post("/runs", content=body, headers={"Content-Type": "application/msgpack"})
    assert answer.status_code in (200, 422), answer.text
    service.declare("strange")
    event = {
        "sender": "s",
        "first_seq": 1,
        "records": [["e", None, math.inf, "k", odd], ["f", math.nan, "finished", ""]],
    }
    answer = service.http.post(
        records_url("strange"), content=msgspec.msgpack.encode(event), headers={"Content-Type": "application/msgpack"}
    )
    assert answer.status_code in (200, 422), answer.text
    service.get("/runs/strange")
    service.get("/runs/strange/events")


def test_unknown_run_is_not_found(shared_service: Service) -> None:
    fault(shared_service.send(batch(scalars(0, a=1.0)), "nobody"), 404, "not_found")


def test_bad_run_infos_are_refused(shared_service: Service) -> None:
    for info in (
        {},
        {"id": ""},
        {"id": "a/b"},
        {"id": "x" * 65},
        {"id": "ok", "total_steps": 0},
        {"id": "ok", "tags": [1]},
    ):
        fault(shared_service.http.post("/runs", json=info), 422, "invalid_value")


@pytest.mark.fault
def test_body_over_the_limit(start_service: Any) -> None:
    service = start_service(max_body_bytes=2048)
    service.declare()
    large = msgspec.msgpack.encode(batch(*(scalars(step, a=1.0) for step in range(500))))
    packed = {"Content-Type": "application/msgpack"}
    error = fault(service.http.post(records_url("r"), content=large, headers=packed), 413, "body_too_large")
    assert "2048" in error["message"]
    parts = (large[i : i + 100] for i in range(0, len(large), 100))  # chunked: no Content-Length
    fault(service.http.post(records_url("r"), content=parts, headers=packed), 413, "body_too_large")
    fault(service.http.post("/runs", json={"id": "x", "config": {"a": "b" * 3000}}), 413, "body_too_large")
    assert service.get("/runs/r")["points"] == 0
    assert service.ship(scalars(0, a=1.0)) == 1


def test_the_clocks_of_clients_may_be_wrong(shared_service: Service) -> None:
    service = shared_service
    for run, started in (("past", 0.001), ("future", 4e9)):
        service.declare(run, started_at=started)
        service.ship(wire.Scalars(0, started, {"a": 1.0}), wire.Scalars(1, started - 50, {"a": 1.0}), run=run)
        detail = service.get(f"/runs/{run}")
        assert detail["state"] == "running"
        assert 0 <= detail["duration"] < 60
        assert detail["started_at"] == started
        service.ship(wire.Finish(started - 100, "finished"), run=run, first_seq=3)
        detail = service.get(f"/runs/{run}")
        assert detail["state"] == "finished"
        assert 0 <= detail["duration"] < 60
