"""The meter's own meaning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.core.meter import Claim, Outcome, ReaderId, Standing, Unit, spend, union
from pennypress.core.window import Span, Window

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONTH = Window.parse("month", UTC).span(NOW)
READER = ReaderId(b"r" * 16)


def claim(article: str, limit: int = 3, span: Span = MONTH, now: datetime = NOW) -> Claim:
    return Claim(READER, article, limit, span, now)


def spent(*articles: str, limit: int = 99) -> Standing:
    standing = Standing()
    for number, article in enumerate(articles):
        standing = spend(standing, claim(article, limit, now=NOW + timedelta(seconds=number))).standing
    return standing


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        claim("/a", limit=0)


def test_the_last_article_is_the_one_that_took_the_last_unit() -> None:
    standing = spent("/a", "/b", "/c")
    assert [standing.was_last(article, 3) for article in ("/a", "/b", "/c", "/d")] == [False, False, True, False]


def test_nothing_comes_back_before_the_calendar_span_ends() -> None:
    assert spent("/a").next_return(MONTH, 3) == datetime(2026, 12, 1, tzinfo=UTC)


def test_in_a_rolling_span_the_oldest_unit_comes_back_first() -> None:
    rolling = Window.parse("30 days", UTC).span(NOW)
    assert Standing().next_return(rolling, 3) is None
    assert spent("/a", "/b").next_return(rolling, 3) == NOW + timedelta(days=30)


def test_above_a_lowered_limit_another_article_opens_only_once_enough_have_come_back() -> None:
    rolling = Window.parse("30 days", UTC).span(NOW)
    assert spent("/a", "/b", "/c").next_return(rolling, 2) == NOW + timedelta(days=30, seconds=1)


def test_a_forgotten_article_stays_spent_and_counts_again_when_opened() -> None:
    standing = Standing((Unit(None, NOW),))
    assert standing.remaining(3) == 2
    assert spend(standing, claim("/a")).standing.remaining(3) == 1


_articles = st.lists(st.sampled_from([f"/{letter}" for letter in "abcdefgh"]), max_size=20)


@given(_articles, st.integers(1, 6))
def test_spending_never_exceeds_the_limit_and_the_same_article_twice_is_one_spend(
    wanted: list[str], limit: int
) -> None:
    standing = Standing()
    for article in wanted:
        answer = spend(standing, claim(article, limit))
        assert answer.granted == (article in {unit.article for unit in answer.standing.units})
        standing = answer.standing
    assert standing.spent == min(limit, len(set(wanted)))
    assert len({unit.article for unit in standing.units}) == standing.spent


@given(_articles, st.integers(1, 6), st.integers(0, 6))
def test_raising_a_limit_never_stops_a_reader_who_was_granted(wanted: list[str], limit: int, more: int) -> None:
    low, high = Standing(), Standing()
    for article in wanted:
        below, above = spend(low, claim(article, limit)), spend(high, claim(article, limit + more))
        assert above.granted or not below.granted
        low, high = below.standing, above.standing


@given(_articles, _articles)
def test_merging_meters_is_a_union(mine: list[str], theirs: list[str]) -> None:
    one, other = spent(*mine), spent(*theirs)
    merged = union(one, other)
    assert {unit.article for unit in merged.units} == {*mine, *theirs}
    assert union(merged, other) == merged
    assert union(one, other) == union(other, one)


def test_a_refused_claim_leaves_the_standing_as_it_was() -> None:
    standing = spent("/a", limit=1)
    assert spend(standing, claim("/b", limit=1)).outcome is Outcome.USED_UP
    assert spend(standing, claim("/b", limit=1)).standing is standing
