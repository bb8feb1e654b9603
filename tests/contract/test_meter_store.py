"""What every store promises of readers' meters."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pennypress.core.meter import Outcome, ReaderId, Standing, Unit
from pennypress.core.window import Window
from pennypress.store import Store
from tests.contract.stores import ADA, BEA, CEM, LONDON, MONTH, NOON, claim, store

__all__ = ["store"]

SPAN = MONTH.span(NOON)
ROLLING = Window.parse("30 days", LONDON)
HOUR = timedelta(hours=1)


async def articles(store: Store, reader: ReaderId = ADA, now: datetime = NOON) -> list[str | None]:
    """The articles in the reader's standing, in order."""
    return [unit.article for unit in (await store.standing(reader, MONTH.span(now), now)).units]


async def test_a_reader_never_seen_stands_at_nothing(store: Store) -> None:
    assert await store.standing(ADA, SPAN, NOON) == Standing()


async def test_a_first_article_is_granted_and_stands(store: Store) -> None:
    answer = await store.spend(claim("/a", title="A day at sea"))
    unit = Unit("/a", NOON, "A day at sea")
    assert (answer.outcome, answer.standing) == (Outcome.GRANTED, Standing((unit,)))
    assert await store.standing(ADA, SPAN, NOON) == Standing((unit,))


async def test_the_same_article_again_is_a_repeat_and_takes_nothing(store: Store) -> None:
    await store.spend(claim("/a", title="First"))
    again = await store.spend(claim("/a", now=NOON + HOUR, title="Changed since"))
    assert (again.outcome, again.standing) == (Outcome.REPEATED, Standing((Unit("/a", NOON, "First"),)))


async def test_past_the_limit_nothing_is_granted_but_what_was_opened_stays_open(store: Store) -> None:
    outcomes = [(await store.spend(claim(f"/{number}"))).outcome for number in range(7)]
    assert outcomes == [Outcome.GRANTED] * 5 + [Outcome.USED_UP] * 2
    assert (await store.spend(claim("/0"))).outcome is Outcome.REPEATED
    assert await articles(store) == ["/0", "/1", "/2", "/3", "/4"]


async def test_a_raised_limit_opens_more_and_a_lowered_one_closes_nothing_opened(store: Store) -> None:
    for number in range(3):
        await store.spend(claim(f"/{number}", limit=3))
    assert (await store.spend(claim("/3", limit=3))).outcome is Outcome.USED_UP
    assert (await store.spend(claim("/3", limit=4))).outcome is Outcome.GRANTED
    assert (await store.spend(claim("/4", limit=2))).outcome is Outcome.USED_UP
    assert (await store.spend(claim("/2", limit=2))).outcome is Outcome.REPEATED


async def test_readers_do_not_touch_each_other(store: Store) -> None:
    await store.spend(claim("/a", limit=1))
    assert (await store.spend(claim("/a", reader=BEA, limit=1))).outcome is Outcome.GRANTED
    assert await articles(store, CEM) == []


async def test_a_hundred_claims_at_once_are_granted_to_the_limit_exactly(store: Store) -> None:
    answers = await asyncio.gather(*(store.spend(claim(f"/{number}")) for number in range(100)))
    assert sum(answer.granted for answer in answers) == 5
    assert len((await store.standing(ADA, SPAN, NOON)).units) == 5


async def test_a_hundred_claims_to_one_article_at_once_are_one_charge(store: Store) -> None:
    answers = await asyncio.gather(*(store.spend(claim("/a")) for _ in range(100)))
    assert [answer.outcome for answer in answers].count(Outcome.GRANTED) == 1
    assert all(answer.granted for answer in answers)
    assert await articles(store) == ["/a"]


async def test_a_new_month_begins_at_midnight_in_the_papers_zone(store: Store) -> None:
    before = datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC)
    after = before + timedelta(seconds=1)
    await store.spend(claim("/a", limit=1, now=before))
    assert (await store.spend(claim("/b", limit=1, now=before))).outcome is Outcome.USED_UP
    assert (await store.spend(claim("/b", limit=1, now=after))).outcome is Outcome.GRANTED


async def test_a_rolling_article_comes_back_to_the_second(store: Store) -> None:
    await store.spend(claim("/a", limit=1, window=ROLLING))
    back = NOON + timedelta(days=30)
    almost = back - timedelta(seconds=1)
    assert (await store.spend(claim("/b", limit=1, window=ROLLING, now=almost))).outcome is Outcome.USED_UP
    assert (await store.spend(claim("/b", limit=1, window=ROLLING, now=back))).outcome is Outcome.GRANTED


async def test_a_change_of_window_loses_nothing(store: Store) -> None:
    day = Window.parse("day", LONDON)
    for number in range(3):
        now = NOON - timedelta(days=number)
        await store.spend(claim(f"/{number}", window=day, now=now))
    for window in (MONTH, ROLLING):
        standing = await store.standing(ADA, window.span(NOON), NOON)
        assert {unit.article for unit in standing.units} == {"/0", "/1", "/2"}


async def test_an_article_from_two_spans_counts_once_in_a_longer_one(store: Store) -> None:
    day = Window.parse("day", LONDON)
    await store.spend(claim("/a", window=day, now=NOON - timedelta(days=1)))
    assert (await store.spend(claim("/a", window=day))).outcome is Outcome.GRANTED
    assert await articles(store) == ["/a"]


async def test_a_clock_set_ahead_and_back_hands_out_nothing(store: Store) -> None:
    for number in range(5):
        await store.spend(claim(f"/{number}"))
    ahead = NOON + timedelta(days=700)
    assert (await store.spend(claim("/ahead", now=ahead))).outcome is Outcome.GRANTED
    assert (await store.spend(claim("/5"))).outcome is Outcome.USED_UP
    assert await articles(store) == [f"/{number}" for number in range(5)]


async def test_a_moment_is_the_same_in_every_zone_and_kept_to_the_second(store: Store) -> None:
    tokyo = NOON.astimezone(timezone(HOUR * 9)).replace(microsecond=999_999)
    answer = await store.spend(claim("/a", now=tokyo))
    assert answer.standing.units[0].taken == NOON
    assert (await store.standing(ADA, SPAN, NOON)).units[0].taken == NOON


@pytest.mark.parametrize("title", ["ב" * 500, "\ud800 half a character", "O'Brien; \"--", "nul \0 inside", ""])
async def test_any_title_is_kept_as_far_as_it_can_be(store: Store, title: str) -> None:
    kept = title.replace("\ud800", "?")[:200]
    answer = await store.spend(claim("/a", title=title))
    assert answer.standing.units[0].title == kept
    assert (await store.standing(ADA, SPAN, NOON)).units[0].title == kept


class TestForgetting:
    async def test_forgetting_takes_the_articles_and_keeps_the_number(self, store: Store) -> None:
        await store.spend(claim("/a", title="A day at sea"))
        await store.spend(claim("/b", now=NOON + HOUR))
        await store.forget(ADA, SPAN, NOON)
        assert (await store.standing(ADA, SPAN, NOON)).units == (Unit(None, NOON), Unit(None, NOON + HOUR))

    async def test_a_forgotten_article_counts_when_it_is_opened_again(self, store: Store) -> None:
        await store.spend(claim("/a", limit=2))
        await store.forget(ADA, SPAN, NOON)
        assert (await store.spend(claim("/a", limit=2))).outcome is Outcome.GRANTED
        assert (await store.spend(claim("/b", limit=2))).outcome is Outcome.USED_UP

    async def test_a_forgotten_unit_still_comes_back_when_it_would_have(self, store: Store) -> None:
        await store.spend(claim("/a", limit=1, window=ROLLING))
        await store.forget(ADA, ROLLING.span(NOON), NOON)
        back = NOON + timedelta(days=30)
        assert (await store.spend(claim("/b", limit=1, window=ROLLING, now=back))).outcome is Outcome.GRANTED

    async def test_forgetting_a_reader_never_seen_is_nothing(self, store: Store) -> None:
        await store.forget(ADA, SPAN, NOON)
        assert await articles(store) == []


class TestMerging:
    async def test_a_merge_is_a_union_and_an_article_in_both_counts_once(self, store: Store) -> None:
        await store.spend(claim("/a", now=NOON + HOUR))
        await store.spend(claim("/b", now=NOON + 2 * HOUR))
        await store.spend(claim("/b", reader=BEA))
        await store.spend(claim("/c", reader=BEA, now=NOON + 3 * HOUR))
        standing = await store.merge(ADA, BEA, SPAN, NOON)
        assert [(unit.article, unit.taken) for unit in standing.units] == [
            ("/b", NOON),
            ("/a", NOON + HOUR),
            ("/c", NOON + 3 * HOUR),
        ]
        assert await store.standing(BEA, SPAN, NOON) == standing

    async def test_merging_twice_is_merging_once(self, store: Store) -> None:
        await store.spend(claim("/a"))
        await store.forget(ADA, SPAN, NOON)
        once = await store.merge(ADA, BEA, SPAN, NOON)
        assert await store.merge(ADA, BEA, SPAN, NOON) == once
        assert await store.standing(BEA, SPAN, NOON) == once

    async def test_what_the_source_does_later_follows_to_the_account(self, store: Store) -> None:
        await store.spend(claim("/a"))
        await store.merge(ADA, BEA, SPAN, NOON)
        answer = await store.spend(claim("/b"))
        assert await articles(store, ADA) == await articles(store, BEA) == ["/a", "/b"]
        assert answer.standing == await store.standing(BEA, SPAN, NOON)
        await store.forget(ADA, SPAN, NOON)
        assert await articles(store, BEA) == [None, None]

    async def test_what_was_merged_once_is_not_merged_into_a_second_account(self, store: Store) -> None:
        await store.spend(claim("/a"))
        await store.merge(ADA, BEA, SPAN, NOON)
        assert await store.merge(ADA, CEM, SPAN, NOON) == Standing()
        assert await articles(store, CEM) == []
        assert await articles(store, ADA) == await articles(store, BEA) == ["/a"]

    async def test_merges_chain_and_never_circle(self, store: Store) -> None:
        await store.spend(claim("/a"))
        await store.merge(ADA, BEA, SPAN, NOON)
        await store.merge(BEA, ADA, SPAN, NOON)
        await store.merge(BEA, CEM, SPAN, NOON)
        await store.merge(CEM, ADA, SPAN, NOON)
        await store.merge(CEM, CEM, SPAN, NOON)
        for reader in (ADA, BEA, CEM):
            assert await articles(store, reader) == ["/a"]
        await store.spend(claim("/b", reader=ADA))
        assert await articles(store, CEM) == ["/a", "/b"]

    async def test_a_union_may_stand_above_the_limit_and_everything_in_it_stays_open(self, store: Store) -> None:
        for number in range(3):
            await store.spend(claim(f"/ada/{number}", limit=3))
            await store.spend(claim(f"/bea/{number}", reader=BEA, limit=3))
        standing = await store.merge(ADA, BEA, SPAN, NOON)
        assert (standing.spent, standing.remaining(3)) == (6, 0)
        assert (await store.spend(claim("/new", reader=BEA, limit=3))).outcome is Outcome.USED_UP
        for path in ("/ada/0", "/bea/2"):
            assert (await store.spend(claim(path, reader=BEA, limit=3))).outcome is Outcome.REPEATED

    async def test_an_article_of_an_older_span_does_not_hide_the_same_one_of_this_span(self, store: Store) -> None:
        october = NOON - timedelta(days=30)
        await store.spend(claim("/a", now=october))
        await store.spend(claim("/a", reader=BEA))
        assert [unit.taken for unit in (await store.merge(ADA, BEA, SPAN, NOON)).units] == [NOON]

    async def test_spends_under_way_on_the_source_are_in_the_union(self, store: Store) -> None:
        spends = [store.spend(claim(f"/{number}", limit=100)) for number in range(40)]
        answers = await asyncio.gather(*spends[:20], store.merge(ADA, BEA, SPAN, NOON), *spends[20:])
        assert len(answers) == 41
        assert sorted(str(article) for article in await articles(store, BEA)) == sorted(f"/{n}" for n in range(40))
