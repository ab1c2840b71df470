"""Rollups against a brute-force reduction, through the writer's own code into a real database."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from monitor import wire
from monitor.ingest.apply import Applier
from monitor.settings import ServiceSettings
from monitor.storage.blobs import Blobs
from monitor.storage.database import migrate, open_engine, url_of
from monitor.storage.rollups import bucket_of
from monitor.storage.runs import run_detail
from monitor.storage.series import Stretch, find, read
from monitor.wire import Columns

RUN = (wire.RunInfo(f"run{number}") for number in count())

values = st.floats(allow_nan=True, allow_infinity=True, width=32)
# Dense where buckets end, sparse up to the largest step.
steps = st.one_of(st.integers(0, 70), st.integers(240, 270), st.integers(0, 5000), st.integers(0, wire.MAX_STEP))
writes = st.lists(st.lists(st.tuples(steps, values), min_size=1, max_size=60), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = open_engine(url_of(tmp_path_factory.mktemp("rollups")))
    migrate(made)
    yield made
    made.dispose()


def store(engine: Engine, folder: Path, batches: list[list[wire.Record]]) -> str:
    """Writes batches in one transaction each; the run's id."""
    applier, info, number = Applier(engine, Blobs(folder)), next(RUN), 1
    writes = engine.execution_options(writes=True)
    with writes.begin() as connection:
        applier.declare(connection, info)
        applier.flush(connection)
    for records in batches:
        with writes.begin() as connection:
            applier.batch(connection, info.id, wire.Batch("s", number, records))
            applier.flush(connection)
        applier.committed()
        number += len(records)
    return info.id


def stretch(engine: Engine, run: str, first: int, last: int, width: int) -> Columns | None:
    with engine.begin() as connection:
        found = find(connection, [run], ["a"])
        return read(connection, found[0], Stretch(first, last, width)) if found else None


def brute(truth: dict[int, float], bucket: int) -> dict[int, list[float]]:
    """Bucket → its values by step."""
    buckets: dict[int, list[float]] = {}
    for step in sorted(truth):
        buckets.setdefault(step // bucket * bucket, []).append(truth[step])
    return buckets


def check(columns: Columns, truth: dict[int, float], first: int, last: int, width: int) -> None:
    inside = {step: value for step, value in truth.items() if first <= step <= last}
    if columns.bucket == 1:
        assert columns.step == sorted(inside)
        expected = [inside[step] if math.isfinite(inside[step]) else None for step in sorted(inside)]
        assert columns.last == expected
        return
    assert len(inside) > width
    assert len(columns.step) <= width
    # The first and the last bucket are whole, also where the range cuts through them.
    low, high = max(first, min(truth)) // columns.bucket, min(last, max(truth)) // columns.bucket
    expected_rows = {
        step: some for step, some in brute(truth, columns.bucket).items() if low <= step // columns.bucket <= high
    }
    assert columns.step == list(expected_rows)
    marks = {s: c for s, *c in zip(columns.nonfinite.step, columns.nonfinite.nan, columns.nonfinite.pos_inf,
                                   columns.nonfinite.neg_inf, strict=True)}  # fmt: skip
    for row, (step, some) in enumerate(expected_rows.items()):
        finite = [value for value in some if math.isfinite(value)]
        assert columns.count[row] == len(finite)
        odd = [sum(map(math.isnan, some)), some.count(math.inf), some.count(-math.inf)]
        assert marks.get(step, [0, 0, 0]) == odd
        if not finite:
            assert (columns.min[row], columns.max[row], columns.last[row], columns.mean[row]) == (None,) * 4
            continue
        assert (columns.min[row], columns.max[row], columns.last[row]) == (min(finite), max(finite), finite[-1])
        scale = max(map(abs, finite))
        assert columns.mean[row] == pytest.approx(math.fsum(finite) / len(finite), abs=1e-9 * scale)


@settings(
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(batches=writes, width=st.integers(1, 40), edge=st.integers(0, 5000), rewind=st.none() | st.integers(0, 300))
def test_any_order_of_writes(
    engine: Engine, tmp_path: Path, batches: list[list[tuple[int, float]]], width: int, edge: int, rewind: int | None
) -> None:
    truth: dict[int, float] = {}
    records: list[list[wire.Record]] = []
    for number, some in enumerate(batches):
        if number == 2 and rewind is not None:
            records.append([wire.Event(rewind, 0.0, "rewind")])
            truth = {step: value for step, value in truth.items() if step <= rewind}
        records.append([wire.Scalars(step, 0.0, {"a": value}) for step, value in some])
        truth |= dict(some)
    run = store(engine, tmp_path, records)
    for first, last in ((0, wire.MAX_STEP), (edge, wire.MAX_STEP), (0, edge), (edge, edge + 300)):
        columns = stretch(engine, run, first, last, width)
        assert columns is not None
        if any(first <= step <= last for step in truth):
            check(columns, truth, first, last, width)
        else:
            assert sum(columns.count) == 0 or columns.bucket > 1


@given(first=st.integers(0, 2**53), span=st.integers(0, 2**53), width=st.integers(1, 20_000))
def test_bucket_is_the_smallest_that_fits(first: int, span: int, width: int) -> None:
    last = first + span
    bucket = bucket_of(first, last, width)
    assert bucket & (bucket - 1) == 0
    assert last // bucket - first // bucket < width
    half = bucket // 2
    assert half == 0 or last // half - first // half >= width


def test_summary_follows_rewrites_and_rewinds(engine: Engine, tmp_path: Path) -> None:
    """The largest value is rewritten away, the newest is rewound: the summary is of what is left."""
    first = [wire.Scalars(step, 0.0, {"a": float(step)}) for step in range(500)]
    again: list[wire.Record] = [wire.Scalars(499, 0.0, {"a": -3.0}), wire.Scalars(250, 0.0, {"a": math.nan})]
    run = store(engine, tmp_path, [list(first), again, [wire.Event(400, 0.0, "rewind")]])
    with engine.begin() as connection:
        summary = next(one for one in run_detail(connection, ServiceSettings(), run).series if one.name == "a")
    assert (summary.count, summary.nan_count, summary.min, summary.max, summary.last) == (401, 1, 0.0, 400.0, 400.0)
