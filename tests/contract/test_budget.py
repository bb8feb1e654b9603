"""What every store promises of the address budget: a hard bound on newcomers, and none on those who are established."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from pennypress.core.budget import GROWTH, Address, Budget
from pennypress.core.meter import Claim, Outcome, ReaderId, Spend
from pennypress.core.window import Window
from pennypress.store import Store
from tests.contract.stores import LONDON, MONTH, NOON, store

__all__ = ["store"]

K, M = 6, 2
HERE = (Address("192.0.2.1", K, M),)
THERE = (Address("192.0.2.2", K, M),)
ROLLING = Window.parse("30 days", LONDON)
_DAY = timedelta(days=1)


def reader(number: int) -> ReaderId:
    return ReaderId(number.to_bytes(16, "big"))


def claim(
    number: int,
    article: str,
    *,
    addresses: tuple[Address, ...] = HERE,
    now: datetime = NOON,
    limit: int = 5,
    signed_in: bool = False,
    enforced: bool = True,
    window: Window = MONTH,
) -> Claim:
    return Claim(
        reader(number),
        article,
        limit,
        window.span(now),
        now,
        budget=budget_of(addresses, window, now, signed_in=signed_in, enforced=enforced),
    )


def budget_of(
    addresses: tuple[Address, ...], window: Window, now: datetime, *, signed_in: bool = False, enforced: bool = True
) -> Budget:
    today, last = now.astimezone(window.zone).date(), window.last(window.span(now))
    return Budget(addresses, today, last, established=signed_in, enforced=enforced)


async def fill(
    store: Store, addresses: tuple[Address, ...] = HERE, now: datetime = NOON, *, first: int = 1000, used: int = 0
) -> None:
    """Newcomers who use up what is left of the budget, one article each."""
    for number in range(K - used):
        spend = await store.spend(claim(first + number, f"/used/{number}", addresses=addresses, now=now))
        assert spend.outcome is Outcome.GRANTED


async def establish(store: Store, number: int, addresses: tuple[Address, ...] = HERE, now: datetime = NOON) -> Spend:
    """A reader who views the same article on two days."""
    await store.spend(claim(number, "/used/0", addresses=addresses, now=now))
    return await store.spend(claim(number, "/used/0", addresses=addresses, now=now + _DAY))


async def test_newcomers_open_so_many_distinct_articles_between_them_and_no_more(store: Store) -> None:
    await fill(store)
    refused = await store.spend(claim(1, "/new"))
    assert (refused.outcome, refused.granted, refused.standing.spent) == (Outcome.BUDGET, False, 0)


async def test_an_article_that_a_newcomer_there_has_opened_costs_nothing_more(store: Store) -> None:
    await fill(store)
    for number in range(20):
        assert (await store.spend(claim(number, "/used/3"))).outcome is Outcome.GRANTED


async def test_another_address_has_a_budget_of_its_own(store: Store) -> None:
    await fill(store)
    assert (await store.spend(claim(1, "/new", addresses=THERE))).outcome is Outcome.GRANTED


async def test_what_was_refused_took_nothing(store: Store) -> None:
    wide = Address("2001:db8::/48", K + 1, M)
    await fill(store, (Address("2001:db8::/64", K, M), wide))
    both = (Address("2001:db8::/64", K, M), wide)
    for number in range(3):
        assert (await store.spend(claim(number, f"/{number}", addresses=both))).outcome is Outcome.BUDGET
    other = (Address("2001:db8:0:1::/64", K, M), wide)
    assert (await store.spend(claim(9, "/one more", addresses=other))).outcome is Outcome.GRANTED
    assert (await store.spend(claim(10, "/and no more", addresses=other))).outcome is Outcome.BUDGET


async def test_what_was_opened_stays_open_though_the_budget_is_used_up(store: Store) -> None:
    await fill(store)
    assert (await store.spend(claim(1000, "/used/0"))).outcome is Outcome.REPEATED


async def test_a_reader_seen_on_two_days_is_established_and_never_pays_for_a_neighbour(store: Store) -> None:
    assert (await establish(store, 1)).outcome is Outcome.REPEATED
    later = NOON + _DAY
    await fill(store, now=later)
    assert (await store.spend(claim(2, "/new", now=later))).outcome is Outcome.BUDGET
    for number in range(4):
        assert (await store.spend(claim(1, f"/mine/{number}", now=later))).outcome is Outcome.GRANTED


async def test_a_wall_is_a_view_too(store: Store) -> None:
    await store.spend(claim(1, "/a", limit=1))
    assert (await store.spend(claim(1, "/b", limit=1, now=NOON + _DAY))).outcome is Outcome.USED_UP
    later = NOON + 2 * _DAY
    await fill(store, now=later, used=1)
    assert (await store.spend(claim(1, "/c", limit=2, now=later))).outcome is Outcome.GRANTED


async def test_one_who_is_signed_in_is_established_at_once(store: Store) -> None:
    await fill(store)
    assert (await store.spend(claim(1, "/new", signed_in=True))).outcome is Outcome.GRANTED


async def test_no_more_than_so_many_become_established_where_they_were_first_seen(store: Store) -> None:
    for number in range(M + 3):
        await establish(store, number)
    later = NOON + _DAY
    await fill(store, (Address("192.0.2.1", K, M),), now=later)
    outcomes = [(await store.spend(claim(number, f"/new/{number}", now=later))).outcome for number in range(M + 3)]
    assert outcomes == [Outcome.GRANTED] * M + [Outcome.BUDGET] * 3


async def test_farmed_names_that_walk_to_another_address_were_counted_at_their_first(store: Store) -> None:
    for number in range(M + 1):
        await store.spend(claim(number, "/a"))
        await store.spend(claim(number, "/a", addresses=THERE, now=NOON + _DAY))
    await fill(store, THERE, NOON + _DAY)
    walked = [
        (await store.spend(claim(number, f"/b/{number}", addresses=THERE, now=NOON + _DAY))).outcome
        for number in range(M + 1)
    ]
    assert walked == [Outcome.GRANTED] * M + [Outcome.BUDGET]


async def test_the_budget_grows_with_proof_of_a_crowd_and_not_with_as_many_as_a_farmer_can_make(store: Store) -> None:
    for number in range(M):
        await establish(store, number)
    later = NOON + _DAY
    await fill(store, now=later)
    assert (await store.spend(claim(50, "/new", now=later))).outcome is Outcome.BUDGET
    elsewhere = NOON - _DAY
    for number in range(60, 63):
        home = (Address(f"198.51.100.{number}", K, M),)
        await establish(store, number, home, elsewhere)
        await store.spend(claim(number, "/used/0", now=later))
    granted = [(await store.spend(claim(70 + n, f"/more/{n}", now=later))).outcome for n in range(3 * GROWTH + 1)]
    assert granted == [Outcome.GRANTED] * (3 * GROWTH) + [Outcome.BUDGET]


async def test_names_made_month_after_month_at_one_address_add_nothing(store: Store) -> None:
    months = [NOON, NOON + timedelta(days=20), NOON + timedelta(days=50)]
    for month, now in enumerate(months):
        for number in range(M):
            await establish(store, 10 * month + number, now=now)
            for earlier in range(month):
                await store.spend(claim(10 * earlier + number, "/used/0", now=now + _DAY))
    now = months[-1] + 2 * _DAY
    await fill(store, now=now)
    assert (await store.spend(claim(50, "/new", now=now))).outcome is Outcome.BUDGET


async def test_of_all_names_first_seen_in_one_48_only_its_m_become_established_wherever_they_go(store: Store) -> None:
    wide = Address("2001:db8::/48", 9 * K, M + 1)
    for number in range(M + 4):
        network = Address(f"2001:db8:0:{number}::/64", K, M)
        await store.spend(claim(number, "/a", addresses=(network, wide)))
    there, later = (Address("192.0.2.2", K, 100),), NOON + _DAY
    for number in range(M + 4):
        await store.spend(claim(number, "/a", addresses=there, now=later))
    await fill(store, there, later)
    walked = [
        (await store.spend(claim(number, f"/b/{number}", addresses=there, now=later))).granted
        for number in range(M + 4)
    ]
    assert sum(walked) == M + 1


@pytest.mark.parametrize("older_first", [True, False])
async def test_names_first_seen_in_two_months_at_one_address_share_its_m(store: Store, older_first: bool) -> None:
    """The address has another id in each month; the names show themselves a second time at another address."""
    before, after = datetime(2026, 11, 30, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
    for number in range(M + 1):
        await store.spend(claim(number, "/a", now=before))
        await store.spend(claim(100 + number, "/a", now=after))
    later = after + _DAY
    names = sorted([*range(M + 1), *range(100, 101 + M)], reverse=not older_first)
    for number in names:
        await store.spend(claim(number, "/a", addresses=THERE, now=later))
    await fill(store, THERE, later, used=1)
    opened = [
        (await store.spend(claim(number, f"/b/{number}", addresses=THERE, now=later))).granted for number in names
    ]
    assert sum(opened) == M


async def test_a_reader_first_seen_in_a_shared_network_is_held_to_its_m_and_not_to_that_of_the_next(
    store: Store,
) -> None:
    campus = (Address("203.0.113.5", 100, 50),)
    for number in range(M + 3):
        await store.spend(claim(number, "/a", addresses=campus))
        await store.spend(claim(number, "/a", now=NOON + _DAY))
    await fill(store, now=NOON + _DAY)
    for number in range(M + 3):
        assert (await store.spend(claim(number, f"/b/{number}", now=NOON + _DAY))).outcome is Outcome.GRANTED


async def test_a_clock_that_ran_ahead_and_back_establishes_nobody(store: Store) -> None:
    await store.spend(claim(1, "/a", now=NOON + 3 * _DAY))
    await store.spend(claim(1, "/a"))
    await fill(store, used=1)
    assert (await store.spend(claim(1, "/b"))).outcome is Outcome.BUDGET
    await store.spend(claim(1, "/a", now=NOON + _DAY))
    assert (await store.spend(claim(1, "/b", now=NOON + _DAY))).outcome is Outcome.GRANTED


async def test_a_newcomer_who_is_refused_is_established_on_another_day(store: Store) -> None:
    await fill(store)
    assert (await store.spend(claim(1, "/new"))).outcome is Outcome.BUDGET
    assert (await store.spend(claim(1, "/new", now=NOON + _DAY))).outcome is Outcome.GRANTED


async def test_who_found_no_room_to_become_established_does_in_the_next_window(store: Store) -> None:
    for number in range(M + 1):
        await establish(store, number)
    december = datetime(2026, 12, 1, 12, tzinfo=UTC)
    await fill(store, now=december)
    assert (await store.spend(claim(M, "/new", now=december))).outcome is Outcome.GRANTED


async def test_in_a_rolling_window_an_article_counts_from_when_it_was_last_opened(store: Store) -> None:
    window = Window.parse("5 days", LONDON)
    await store.spend(claim(1, "/a", window=window))
    await store.spend(claim(2, "/a", now=NOON + 4 * _DAY, window=window))
    later = NOON + 6 * _DAY
    for number in range(K - 1):
        assert (await store.spend(claim(10 + number, f"/{number}", now=later, window=window))).granted
    assert (await store.spend(claim(4, "/new", now=later, window=window))).outcome is Outcome.BUDGET


async def test_who_opens_the_same_article_without_a_name_again_and_again_costs_the_neighbours_one(
    store: Store,
) -> None:
    for number in range(30):
        assert (await store.spend(claim(100 + number, "/used/0"))).granted
    await fill(store)


async def test_what_is_kept_of_a_reader_by_the_budget_goes_with_the_account(store: Store) -> None:
    await establish(store, 1)
    await store.erase(reader(1), MONTH.span(NOON), NOON + _DAY)
    await fill(store, now=NOON + _DAY)
    assert (await store.spend(claim(1, "/new", now=NOON + _DAY))).outcome is Outcome.BUDGET


async def test_observing_counts_and_refuses_nobody(store: Store) -> None:
    await fill(store)
    spend = await store.spend(claim(1, "/new", enforced=False))
    assert (spend.outcome, spend.over_budget) == (Outcome.GRANTED, True)
    for number, opened in enumerate(("/used/1", "/new")):
        assert not (await store.spend(claim(2 + number, opened, enforced=False))).over_budget


async def test_the_next_window_begins_with_a_whole_budget(store: Store) -> None:
    await fill(store)
    december = NOON + timedelta(days=20)
    await fill(store, now=december, first=2000)
    assert (await store.spend(claim(1, "/new", now=december))).outcome is Outcome.BUDGET


async def test_an_address_is_one_under_the_keys_of_two_months(store: Store) -> None:
    """A rolling window lies in two calendar months."""
    for number in range(K):
        await store.spend(claim(number, f"/{number}", window=ROLLING))
    later = NOON + timedelta(days=14)
    assert (await store.spend(claim(90, "/new", now=later, window=ROLLING))).outcome is Outcome.BUDGET
    back = NOON + timedelta(days=30)
    assert (await store.spend(claim(91, "/new", now=back, window=ROLLING))).outcome is Outcome.GRANTED


async def test_never_one_too_many_however_many_ask_at_once(store: Store) -> None:
    spends = await asyncio.gather(*(store.spend(claim(number, f"/{number}")) for number in range(40)))
    assert sum(spend.outcome is Outcome.GRANTED for spend in spends) == K
