"""Which fields pass, as far as a gateway in front of a real origin cannot show it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.http.passing import HOP_BY_HOP, NEVER_NAMED_AWAY, WITHHELD_FROM_ORIGIN, to_origin, to_reader

NAMES = st.sampled_from(
    sorted({*HOP_BY_HOP, *WITHHELD_FROM_ORIGIN, *NEVER_NAMED_AWAY, b"x-own", b"content-type", b"pennypress-access"})
)
SPELT = st.builds(
    lambda name, swap, upper: (name.replace(b"-", b"_") if swap else name).upper() if upper else name,
    NAMES,
    st.booleans(),
    st.booleans(),
)
FIELDS = st.lists(st.tuples(SPELT, st.sampled_from([b"1", b"x-own", b"cookie, host"])))


@given(FIELDS)
def test_nothing_that_the_origin_must_not_hear_passes_in_any_spelling(fields: list[tuple[bytes, bytes]]) -> None:
    for name, _ in to_origin(fields):
        hyphened = name.lower().replace(b"_", b"-")
        assert hyphened not in HOP_BY_HOP
        assert hyphened not in WITHHELD_FROM_ORIGIN
        assert not hyphened.startswith((b"pennypress-", b"x-forwarded"))


@given(FIELDS)
def test_what_passes_keeps_its_order_and_its_values(fields: list[tuple[bytes, bytes]]) -> None:
    lowered = [(name.lower(), value) for name, value in fields]
    for passed in (to_origin(fields), to_reader(fields)):
        remaining = iter(lowered)
        assert all(field in remaining for field in passed)


@given(st.lists(st.sampled_from(sorted(NEVER_NAMED_AWAY))))
def test_connection_never_takes_off_what_an_answer_depends_on(named: list[bytes]) -> None:
    fields = [(b"connection", b", ".join(named)), *((name, b"1") for name in sorted(NEVER_NAMED_AWAY))]
    assert to_origin(fields) == fields[1:]


@pytest.mark.parametrize("name", [b"X-HTTP-Method-Override", b"X-HTTP-Method", b"X-Method-Override"])
def test_another_method_may_be_named_if_it_changes_something(name: bytes) -> None:
    for method in (b"PUT", b"patch", b"DELETE"):
        assert to_origin([(name, method)]) == [(name.lower(), method)]
        assert to_origin([(name.replace(b"-", b"_"), method)]) == []
    for method in (b"GET", b"HEAD", b"OPTIONS", b"", b"DELETE, GET", b"TRACE"):
        assert to_origin([(name, method)]) == []


def test_the_origins_word_on_an_article_reaches_the_middleware_and_nothing_else_of_ours() -> None:
    fields = [(b"Pennypress-Article", b"free"), (b"Pennypress-Access", b"full"), (b"Pennypress_Reason", b"x")]
    assert to_reader(fields) == [(b"pennypress-article", b"free")]
