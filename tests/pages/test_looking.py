"""What a look at an answer's text sees through, beside what the forms of a text show."""

from __future__ import annotations

import base64
import gzip

import pytest

from pennypress.pages.guard import Guard
from tests.pages.test_guard import CRANE, WITHHELD, keys, taught

ROWS = b"".join(b"%d,the,data,row\n" % number for number in range(300_000))


def packed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data)).decode()


@pytest.fixture
def guard() -> Guard:
    return taught(CRANE)


def test_the_text_is_seen_in_a_long_packed_table(guard: Guard) -> None:
    assert keys(guard, f'{{"d": "{packed(ROWS + WITHHELD.encode() + ROWS[:9_000])}"}}') == ["/news/crane"]


def test_what_unpacks_beyond_all_proportion_hides_no_text_beside_it(guard: Guard) -> None:
    bomb = packed(b"the data row " * 5_000_000)
    entities = "".join(f"&#{ord(char)};" for char in WITHHELD)
    assert keys(guard, f'<script>var d = "{bomb}"</script><p>{entities}</p>') == ["/news/crane"]
    assert keys(guard, f'<script>var d = "{bomb}"</script><p>Nothing of it.</p>') == []
