"""The packed form of a meter, and how little of the disk it takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.store.sqlite_rows import pack, pack_after, unpack

pairs = st.lists(st.tuples(st.integers(0, 2**40), st.integers(-(2**40), 2**40)), max_size=12)


@given(pairs)
def test_unpacking_gives_back_what_was_packed(units: list[tuple[int, int]]) -> None:
    assert unpack(pack(units)) == units


@given(pairs, st.tuples(st.integers(0, 2**40), st.integers(-(2**40), 2**40)))
def test_one_more_can_be_packed_after_the_others(units: list[tuple[int, int]], more: tuple[int, int]) -> None:
    before = units[-1][1] if units else 0
    assert pack_after(pack(units), before, more) == pack([*units, more])


@given(pairs.filter(bool))
def test_bytes_that_end_within_a_unit_are_no_meter(units: list[tuple[int, int]]) -> None:
    packed = pack(units)
    ends = {len(pack(units[:number])) for number in range(len(units) + 1)}
    for length in range(len(packed)):
        if length not in ends:
            with pytest.raises(ValueError, match="ends within a unit"):
                unpack(packed[:length])


def test_five_articles_of_a_month_are_packed_into_under_thirty_bytes() -> None:
    taken = 1_795_000_000
    assert len(pack([(9_000 + number, taken + number * 500_000) for number in range(5)])) < 30
