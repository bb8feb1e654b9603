"""What every store promises of rights, and of the devices that read with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.meter import Outcome, ReaderId
from pennypress.core.rights import Lapse, LapseKind, Rights
from pennypress.store import Store
from tests.contract.stores import ADA, BEA, CEM, MONTH, NOON, claim, store

__all__ = ["store"]

SPAN = MONTH.span(NOON)
PHONE, LAPTOP = ReaderId(b"p" * 16), ReaderId(b"l" * 16)
READS = Rights(
    ADA,
    registered=True,
    entitlements=(
        Entitlement(EntitlementKind.SUBSCRIBER, NOON, NOON + timedelta(days=30), why="subscription"),
        Entitlement(EntitlementKind.STAFF, None, None, name="the desk", why="staff"),
    ),
    lapse=Lapse(LapseKind.TRIAL_ENDED, datetime(2026, 12, 20, 11, 59, 59, 250_000, tzinfo=UTC)),
)


async def _spend(store: Store, reader: ReaderId, *articles: str) -> None:
    for article in articles:
        assert (await store.spend(claim(article, reader=reader, limit=50))).outcome is Outcome.GRANTED


async def test_a_device_reads_what_its_account_may(store: Store) -> None:
    await store.put(ADA, READS)
    await store.sign_in(PHONE, ADA)
    assert await store.get(PHONE) == READS


async def test_a_device_that_is_signed_in_nowhere_has_no_rights(store: Store) -> None:
    await store.put(ADA, READS)
    assert await store.get(PHONE) is None
    assert await store.get(ADA) is None


async def test_what_is_said_last_holds(store: Store) -> None:
    await store.sign_in(PHONE, ADA)
    await store.put(ADA, READS)
    await store.put(ADA, Rights(ADA, registered=False))
    assert await store.get(PHONE) == Rights(ADA, registered=False)


async def test_a_device_signed_in_elsewhere_reads_there(store: Store) -> None:
    await store.put(ADA, READS)
    await store.put(BEA, Rights(BEA))
    await store.sign_in(PHONE, ADA)
    await store.sign_in(PHONE, BEA)
    assert await store.get(PHONE) == Rights(BEA)


async def test_a_device_that_was_signed_out_reads_nothing_and_the_others_go_on(store: Store) -> None:
    await store.put(ADA, READS)
    await store.sign_in(PHONE, ADA)
    await store.sign_in(LAPTOP, ADA)
    await store.sign_out(PHONE)
    assert await store.get(PHONE) is None
    assert await store.get(LAPTOP) == READS


async def test_each_change_is_heard_of_once(store: Store) -> None:
    begin = (await store.changed_since(0)).version
    await store.put(ADA, READS)
    await store.sign_in(PHONE, ADA)
    heard = await store.changed_since(begin)
    assert heard.names == frozenset({ADA, PHONE})
    assert (await store.changed_since(heard.version)).names == frozenset()
    await store.sign_out(PHONE)
    assert (await store.changed_since(heard.version)).names == frozenset({PHONE})


async def test_what_changes_nothing_is_not_heard_of(store: Store) -> None:
    await store.put(ADA, READS)
    version = (await store.changed_since(0)).version
    await store.put(ADA, READS)
    await store.sign_out(PHONE)
    assert (await store.changed_since(version)).names == frozenset()


async def test_who_asks_with_a_version_of_another_store_hears_that_all_may_have_changed(store: Store) -> None:
    await store.put(ADA, READS)
    assert (await store.changed_since(10**9)).names is None


async def test_carrying_gives_the_number_and_not_the_articles(store: Store) -> None:
    await _spend(store, ADA, "/a", "/b", "/c")
    await store.carry(ADA, BEA, SPAN, NOON)
    standing = await store.standing(BEA, SPAN, NOON)
    assert standing.spent == 3
    assert all(unit.article is None and unit.carried for unit in standing.units)
    assert (await store.standing(ADA, SPAN, NOON)).unit("/a") is not None


async def test_carrying_again_carries_once(store: Store) -> None:
    await _spend(store, ADA, "/a", "/b")
    for _ in range(3):
        await store.carry(ADA, BEA, SPAN, NOON)
    assert (await store.standing(BEA, SPAN, NOON)).spent == 2


async def test_what_was_carried_is_merged_into_nobody(store: Store) -> None:
    await _spend(store, ADA, "/a", "/b")
    await store.carry(ADA, BEA, SPAN, NOON)
    await _spend(store, BEA, "/c")
    await store.merge(BEA, CEM, SPAN, NOON)
    assert [unit.article for unit in (await store.standing(CEM, SPAN, NOON)).units] == ["/c"]


async def test_forgetting_keeps_what_was_carried_apart(store: Store) -> None:
    await _spend(store, ADA, "/a")
    await store.carry(ADA, BEA, SPAN, NOON)
    await store.forget(BEA, SPAN, NOON)
    await store.merge(BEA, CEM, SPAN, NOON)
    assert (await store.standing(CEM, SPAN, NOON)).spent == 0


async def test_an_erased_account_is_gone_with_its_rights_and_devices(store: Store) -> None:
    await store.put(ADA, READS)
    await store.sign_in(PHONE, ADA)
    version = (await store.changed_since(0)).version
    await store.erase(ADA, SPAN, NOON)
    assert await store.get(PHONE) is None
    assert (await store.standing(ADA, SPAN, NOON)).spent == 0
    assert (await store.changed_since(version)).names == frozenset({ADA, PHONE})
    await store.sign_in(PHONE, ADA)
    assert await store.get(PHONE) is None


@pytest.mark.parametrize("name", [PHONE, BEA])
async def test_nobody_opens_a_fresh_meter_by_erasing_an_account(store: Store, name: ReaderId) -> None:
    await _spend(store, BEA, "/a")
    await store.merge(BEA, ADA, SPAN, NOON)
    await store.sign_in(PHONE, ADA)
    await _spend(store, ADA, "/b", "/c")
    await store.erase(ADA, SPAN, NOON)
    standing = await store.standing(name, SPAN, NOON)
    assert standing.spent == 3
    assert all(unit.article is None for unit in standing.units)


async def test_erasing_twice_changes_nothing_more(store: Store) -> None:
    await store.sign_in(PHONE, ADA)
    await _spend(store, ADA, "/a")
    await store.erase(ADA, SPAN, NOON)
    await store.erase(ADA, SPAN, NOON)
    assert (await store.standing(PHONE, SPAN, NOON)).spent == 1
