"""Rows to columns, against going through the records one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.ingest.gather import gather
from monitor.wire import Scalars

records = st.lists(
    st.builds(
        Scalars,
        step=st.integers(0, 5),
        time=st.just(0.0),
        values=st.dictionaries(st.sampled_from("abcd"), st.floats(allow_nan=False), max_size=4),
    ),
    max_size=30,
)


@given(records)
def test_every_series_gets_its_points_in_the_order_of_logging(some: list[Scalars]) -> None:
    expected: dict[str, list[tuple[int, float]]] = {}
    for record in some:
        for name, value in record.values.items():
            expected.setdefault(name, []).append((record.step, value))
    found: dict[str, list[tuple[int, float]]] = {}
    for names, steps, columns in gather(some):
        for name, column in zip(names, columns, strict=True):
            found.setdefault(name, []).extend(zip(steps, column, strict=True))
    assert found == expected


def test_alternating_keys_stay_two_groups() -> None:
    """D and G logged in turn is the usual loop: it must not fall back to a group a record."""
    some = [Scalars(step // 2, 0.0, {"d" if step % 2 else "g": 1.0}) for step in range(100)]
    assert [(names, len(steps)) for names, steps, _ in gather(some)] == [(("g",), 50), (("d",), 50)]
