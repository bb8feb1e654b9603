"""The reader's code: the same all window long, new in the next, and read aloud without a mistake."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from pennypress.core.meter import ReaderId
from pennypress.core.window import Window
from pennypress.readers.code import PURPOSE, reader_code
from pennypress.readers.keys import Keys

(KEY,) = Keys((b"k" * 32,)).derive(PURPOSE)
READER = ReaderId(b"reader number 01")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def code(window: str, now: datetime, reader: ReaderId = READER, key: bytes = KEY) -> str:
    return reader_code(reader, Window.parse(window, UTC).span(now), key)


def test_a_code_is_two_groups_of_four_without_look_alikes_or_vowels() -> None:
    for number in range(500):
        found = code("month", NOON, ReaderId(number.to_bytes(16)))
        assert re.fullmatch(r"[3479CDFGHJKMNPQRTVWXY]{4}-[3479CDFGHJKMNPQRTVWXY]{4}", found)


@pytest.mark.parametrize(
    ("window", "last", "next_"),
    [
        ("day", datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)),
        ("week", datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
        ("month", datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_a_code_stays_all_window_long_and_is_new_in_the_next(window: str, last: datetime, next_: datetime) -> None:
    assert code(window, NOON) == code(window, last) != code(window, next_)


def test_in_a_rolling_window_it_stays_for_as_many_days_as_the_window_is_long() -> None:
    codes = [code("30 days", NOON + timedelta(days=day)) for day in range(90)]
    assert len(set(codes)) == 4
    assert max(codes.count(each) for each in codes) == 30


def test_two_readers_and_two_keys_have_different_codes() -> None:
    assert len({code("month", NOON, ReaderId(number.to_bytes(16))) for number in range(5000)}) == 5000
    assert code("month", NOON) != code("month", NOON, key=b"another" * 4)
