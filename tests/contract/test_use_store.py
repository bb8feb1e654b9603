"""What every store promises of partners' uses, and of who fetched which feed."""

from __future__ import annotations

from datetime import timedelta

from pennypress.core.use import FEEDS_AT_MOST, FEEDS_OF_ONE, Use, UseKind
from pennypress.store import Store
from tests.contract.stores import NOON, store

__all__ = ["store"]

AGENCY = Use(UseKind.PARTNER, "The Agency", NOON)


def feed(program: str, network: str = "203.0.113.0/24", count: int = 1) -> Use:
    return Use(UseKind.FEED, program, NOON, count, "/feed", network)


async def test_uses_of_one_name_add_up_and_the_last_moment_stays(store: Store) -> None:
    await store.note_uses([AGENCY, feed("Reeder")])
    later = NOON + timedelta(days=40)
    await store.note_uses([Use(UseKind.PARTNER, "The Agency", later, count=2)])
    await store.note_uses([Use(UseKind.PARTNER, "The Agency", NOON - timedelta(days=1))])
    assert await store.uses() == (Use(UseKind.PARTNER, "The Agency", later, count=4), feed("Reeder"))


async def test_a_feed_is_told_apart_by_path_program_and_network(store: Store) -> None:
    uses = [feed("Reeder"), feed("Other"), feed("Reeder", "203.0.114.0/24")]
    await store.note_uses([*uses, Use(UseKind.FEED, "Reeder", NOON, path="/atom", network="203.0.113.0/24")])
    assert len(await store.uses()) == 4


async def test_of_one_network_only_so_many_feeds_are_kept_and_others_stay(store: Store) -> None:
    await store.note_uses([feed(f"Flood {number}") for number in range(FEEDS_OF_ONE + 5)])
    await store.note_uses([feed("Reeder", "203.0.114.0/24"), feed("Flood 0")])
    uses = await store.uses()
    assert len(uses) == FEEDS_OF_ONE + 1
    assert feed("Reeder", "203.0.114.0/24") in uses
    assert feed("Flood 0", count=2) in uses


async def test_of_very_many_feeds_those_go_that_were_fetched_least_and_never_a_partner(store: Store) -> None:
    await store.note_uses([AGENCY, *(feed("Reeder", f"10.1.{number}.0/24", count=3) for number in range(10))])
    await store.note_uses(
        [feed("Flood", f"10.{2 + place // 256}.{place % 256}.0/24") for place in range(FEEDS_AT_MOST)]
    )
    uses = await store.uses()
    assert len(uses) == FEEDS_AT_MOST + 1
    assert sum(use.who == "Reeder" for use in uses) == 10
    assert AGENCY in uses
