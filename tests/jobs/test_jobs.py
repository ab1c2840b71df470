"""Jobs in real worker processes: what they give is stored, what they break is contained."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from monitor import wire
from monitor.storage import jobs, series
from monitor.storage.projections import list_frames
from monitor.storage.tables import job_memory
from tests.jobs.conftest import REFERENCE, Shop, samples
from tests.jobs.small import DIES, HANGS, PRINTS, RAISES, REFUSES, UNFIT
from tests.support import until

MakeShop = Callable[..., Shop]


def points(shop: Shop, name: str, run: str = "r") -> dict[int, float | None]:
    def query(connection):  # type: ignore[no-untyped-def]
        found = series.find(connection, [run], [name])
        return series.read(connection, found[0], series.Stretch(0, wire.MAX_STEP, 100)) if found else None

    columns = shop.read(query)
    return dict(zip(columns.step, columns.last, strict=True)) if columns else {}


def test_results_become_series_points_maps_and_news(make_shop: MakeShop) -> None:
    shop = make_shop().open()
    shop.ship(REFERENCE, samples(5, 1.0, 2.5), samples(7, 4.0))
    assert {step: job["state"] for step, job in shop.finished().items()} == {-1: "done", 5: "done", 7: "done"}
    assert points(shop, "sample/real") == {0: 3.0}
    assert points(shop, "sample/sum") == {5: 3.5, 7: 4.0}
    assert shop.read(lambda connection: list_frames(connection, "r")) == [
        {"step": 5, "name": "samples", "count": 3, "laid_out": True},
        {"step": 7, "name": "samples", "count": 3, "laid_out": True},
    ]
    assert sorted(step for change in shop.changes for step in change.projections) == [5, 7]
    told = [change.points for change in shop.changes if "sample/sum" in change.points]
    assert [step for one in told for step in one["sample/sum"][0]] == [5, 7]


def test_a_kind_remembers_from_one_worker_to_the_next(make_shop: MakeShop) -> None:
    first = make_shop().open()
    first.ship(REFERENCE, samples(1, 1.0), samples(2, 1.0))
    first.finished()
    first.close()
    second = make_shop().open()
    second._sent["r"] = 3
    second.ship(samples(3, 1.0))
    second.finished()
    assert points(second, "sample/seen") == {1: 1.0, 2: 2.0, 3: 3.0}


def test_without_a_reference_nothing_is_queued_and_with_one_everything(make_shop: MakeShop) -> None:
    shop = make_shop().open()
    shop.ship(samples(1, 1.0), samples(2, 2.0))
    assert shop.jobs() == {}
    shop.ship(REFERENCE)
    assert set(shop.finished()) == {-1, 1, 2}
    before = shop.jobs()
    shop.ship(REFERENCE)  # a resumed run tells it again
    assert shop.jobs() == before
    shop.ship(samples(0, 9.0, kind="reference", name="reference"))  # other data: all anew
    assert set(shop.finished()) == {-1, 1, 2}
    assert points(shop, "sample/real") == {0: 9.0}


def test_a_batch_that_is_refused_fails_alone_and_at_once(make_shop: MakeShop) -> None:
    shop = make_shop().open()
    shop.ship(REFERENCE, samples(1, REFUSES), samples(2, RAISES), samples(3, PRINTS))
    found = shop.finished()
    assert [found[step]["state"] for step in (1, 2, 3)] == ["failed", "failed", "done"]
    assert (found[1]["attempts"], found[1]["error"]) == (1, "this batch is not allowed")
    assert (found[2]["attempts"], found[2]["error"]) == (4, "RuntimeError: something broke")  # and three retries


def test_a_reference_that_breaks_something_is_told_in_a_line(make_shop: MakeShop) -> None:
    shop = make_shop().open()
    shop.ship(samples(0, UNFIT, 2.0, kind="reference", name="reference"), samples(1, 1.0))
    found = shop.finished()
    assert {(job["state"], job["attempts"]) for job in found.values()} == {("failed", 4)}
    assert {job["error"] for job in found.values()} == {"the reference: ZeroDivisionError: this reference has no scale"}
    assert shop.scheduler.counters.failures == 0  # no worker was lost over it
    shop.ship(REFERENCE)  # and with another all is well
    assert {job["state"] for job in shop.finished().values()} == {"done"}


def test_a_batch_that_kills_its_worker_takes_no_other_with_it(make_shop: MakeShop) -> None:
    shop = make_shop().open()
    shop.ship(REFERENCE, samples(1, 1.0), samples(2, DIES), samples(3, 3.0))
    found = shop.finished()
    assert {step: job["state"] for step, job in found.items()} == {-1: "done", 1: "done", 2: "failed", 3: "done"}
    assert found[2]["attempts"] == 4
    assert "ended by signal 9" in found[2]["error"]
    assert points(shop, "sample/sum") == {1: 1.0, 3: 3.0}
    assert shop.scheduler.counters.failures == 4


def test_a_worker_that_hangs_is_ended(make_shop: MakeShop) -> None:
    shop = make_shop(seconds=1.5).open()
    shop.ship(REFERENCE, samples(1, HANGS))
    job = shop.finished()[1]
    assert (job["state"], job["attempts"]) == ("failed", 4)
    assert job["error"] == "it took longer than 1.5 s and was ended"


def test_a_batch_of_the_wrong_size_is_told(make_shop: MakeShop) -> None:
    shop = make_shop().open()
    wrong = wire.Samples(
        1, 1.0, "samples", "fixed", b"RIFF\0\0\0\0WEBPx", 1, 1, 1, 8, 8, "[0, 1]", False, b"1234", "float32", (5, 1)
    )
    shop.ship(REFERENCE, wrong)
    assert shop.finished()[1]["error"] == "the batch has 1 values, its shape (5, 1) says otherwise"


def test_a_step_logged_again_is_computed_again_even_while_it_is_worked_on(make_shop: MakeShop) -> None:
    shop = make_shop(seconds=3).open()
    shop.ship(REFERENCE, samples(1, HANGS))
    until(lambda: shop.jobs()[1]["state"] == "running")
    shop.ship(samples(1, 5.0), samples(2, 6.0))
    found = shop.finished()
    assert {job["state"] for job in found.values()} == {"done"}
    assert points(shop, "sample/sum") == {1: 5.0, 2: 6.0}


def test_a_rewind_drops_later_jobs_maps_and_memory(make_shop: MakeShop) -> None:
    shop = make_shop().open()
    shop.ship(REFERENCE, samples(1, 1.0), samples(5, 5.0))
    shop.finished()
    shop.ship(wire.Event(2, 1.0, "rewind"))
    assert set(shop.jobs()) == {-1, 1}
    assert [frame["step"] for frame in shop.read(lambda connection: list_frames(connection, "r"))] == [1]
    assert points(shop, "sample/sum") == {1: 1.0}
    assert shop.read(lambda connection: connection.execute(select(job_memory.c.kind)).all()) == []
    shop.ship(samples(5, 7.0))
    shop.finished()
    assert points(shop, "sample/sum") == {1: 1.0, 5: 7.0}


def test_a_deleted_run_leaves_nothing_behind(make_shop: MakeShop) -> None:
    shop = make_shop(seconds=1).open()
    shop.ship(REFERENCE, samples(1, HANGS))
    until(lambda: shop.jobs()[1]["state"] == "running")
    shop.writer.submit_delete("r").result(10)
    until(
        lambda: shop.scheduler.counters.tasks
    )  # its worker is done with it, by the clock or because the batch is gone
    assert shop.read(jobs.counts) == dict.fromkeys(jobs.STATES, 0)
    shop.ship(REFERENCE, samples(1, 2.0), run="other")
    shop.finished(("other",))
    assert points(shop, "sample/sum", "other") == {1: 2.0}


def test_when_too_many_wait_every_second_is_skipped_but_never_the_newest(make_shop: MakeShop) -> None:
    shop = make_shop(waiting=4)
    shop.ship(REFERENCE, *(samples(step, float(step)) for step in range(1, 21)))
    states = {step: job["state"] for step, job in shop.jobs().items()}
    queued = [step for step, state in states.items() if state == "queued"]
    assert queued[0] == -1
    assert queued[-1] == 20
    assert len(queued) <= 5
    skipped = [job for job in shop.jobs().values() if job["state"] == "skipped"]
    assert len(skipped) == 21 - len(queued)
    assert {job["error"] for job in skipped} == {"more than 4 steps waited"}
    shop.open()
    assert sum(job["state"] == "done" for job in shop.finished().values()) == len(queued)


def test_runs_take_turns(make_shop: MakeShop) -> None:
    shop = make_shop()
    shop.ship(REFERENCE, *(samples(step, float(step)) for step in range(1, 33)), run="long")
    shop.ship(REFERENCE, samples(1, 1.0), run="short")
    shop.open()
    shop.finished(("long", "short"))
    ended = {run: max(job["finished_at"] for job in shop.jobs(run).values()) for run in ("long", "short")}
    before = sum(job["finished_at"] < ended["short"] for job in shop.jobs("long").values())
    assert before <= 8  # one bundle


def test_jobs_under_way_at_the_end_are_done_at_the_next_start(make_shop: MakeShop) -> None:
    first = make_shop().open()
    first.ship(REFERENCE, samples(1, HANGS), samples(2, 2.0))
    until(lambda: first.jobs()[1]["state"] == "running")
    first.close()
    assert first.jobs()[1]["state"] == "running"
    second = make_shop(seconds=1.0)
    second._sent["r"] = 3
    second.ship(samples(1, 1.0))
    second.open()
    assert {job["state"] for job in second.finished().values()} == {"done"}
    assert second.jobs()[2]["attempts"] == 1
