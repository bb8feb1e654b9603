"""What a worker keeps of rights: asked for rarely, dropped at once, believed longer only while nobody can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.meter import ReaderId
from pennypress.core.rights import Rights
from pennypress.errors import StoreUnavailable
from pennypress.readers.held_rights import FRESH, READS_ON, HeldRights
from pennypress.store import Changes
from pennypress.store.memory import MemoryStore

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ADA, PHONE, LAPTOP = (ReaderId(letter * 16) for letter in (b"a", b"p", b"l"))
READS = Rights(ADA, entitlements=(Entitlement(EntitlementKind.SUBSCRIBER),))
LAPSED = Rights(ADA)


class Watched(MemoryStore):
    """A store that counts what is asked of it, and can be out of reach."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.asked = 0
        self.before_answering: Callable[[], Awaitable[None]] | None = None

    async def get(self, device: ReaderId) -> Rights | None:
        """Count, and answer if that can be."""
        self.asked += 1
        if self.down:
            raise StoreUnavailable("out of reach")
        rights = await super().get(device)
        then, self.before_answering = self.before_answering, None
        if then is not None:
            await then()
        return rights

    async def changed_since(self, version: int) -> Changes:
        """Answer if that can be."""
        if self.down:
            raise StoreUnavailable("out of reach")
        return await super().changed_since(version)


@pytest.fixture
async def store() -> Watched:
    store = Watched()
    await store.put(ADA, READS)
    await store.sign_in(PHONE, ADA)
    return store


@pytest.fixture
async def held(store: Watched) -> HeldRights:
    held = HeldRights(store)
    await held.hear_changes(NOON)
    return held


async def test_who_reads_on_asks_the_store_once(held: HeldRights, store: Watched) -> None:
    for minute in range(10):
        assert await held.get(PHONE, NOON + minute * timedelta(seconds=59)) == READS
    assert store.asked == 1


async def test_that_a_device_is_signed_in_nowhere_is_kept_too(held: HeldRights, store: Watched) -> None:
    assert await held.get(LAPTOP, NOON) is None
    assert await held.get(LAPTOP, NOON + SECOND) is None
    assert store.asked == 1


async def test_a_right_that_was_taken_away_ends_at_the_next_beat(held: HeldRights, store: Watched) -> None:
    await held.get(PHONE, NOON)
    await store.put(ADA, LAPSED)
    await held.hear_changes(NOON + SECOND)
    assert await held.get(PHONE, NOON + SECOND) == LAPSED


async def test_a_sign_in_and_a_sign_out_are_heard_at_the_next_beat(held: HeldRights, store: Watched) -> None:
    assert await held.get(LAPTOP, NOON) is None
    await held.get(PHONE, NOON)
    await store.sign_in(LAPTOP, ADA)
    await store.sign_out(PHONE)
    await held.hear_changes(NOON + SECOND)
    assert await held.get(LAPTOP, NOON + SECOND) == READS
    assert await held.get(PHONE, NOON + SECOND) is None


async def test_an_answer_that_a_change_overtook_is_asked_for_again(held: HeldRights, store: Watched) -> None:
    async def taken_away_meanwhile() -> None:
        await store.put(ADA, LAPSED)
        await held.hear_changes(NOON)

    store.before_answering = taken_away_meanwhile
    assert await held.get(PHONE, NOON) == LAPSED
    assert await held.get(PHONE, NOON + SECOND) == LAPSED


async def test_what_is_older_is_given_at_once_and_refreshed_behind(held: HeldRights, store: Watched) -> None:
    await held.get(PHONE, NOON)
    later = NOON + FRESH + SECOND
    await held.hear_changes(later)
    assert await held.get(PHONE, later) == READS
    assert store.asked == 1
    await asyncio.sleep(0)
    assert store.asked == 2


async def test_while_the_store_cannot_be_asked_a_right_reads_on_for_a_day(
    held: HeldRights, store: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    await held.get(PHONE, NOON)
    store.down = True
    assert await held.get(PHONE, NOON + timedelta(hours=3)) == READS
    assert await held.get(PHONE, NOON + READS_ON - SECOND) == READS
    assert held.read_on == 2
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    with pytest.raises(StoreUnavailable):
        await held.get(PHONE, NOON + READS_ON)


async def test_old_knowledge_is_believed_only_while_the_store_cannot_be_asked(held: HeldRights, store: Watched) -> None:
    await held.get(PHONE, NOON)
    store.down = True
    hours = NOON + timedelta(hours=3)
    assert await held.get(PHONE, hours) == READS
    await store.put(ADA, LAPSED)
    store.down = False
    assert await held.get(PHONE, hours + SECOND) == LAPSED


async def test_nobody_unknown_gains_a_right_while_the_store_cannot_be_asked(held: HeldRights, store: Watched) -> None:
    store.down = True
    with pytest.raises(StoreUnavailable):
        await held.get(PHONE, NOON)


async def test_no_more_devices_are_kept_than_there_is_room_for(store: Watched) -> None:
    held = HeldRights(store, capacity=3)
    for number in range(10):
        await held.get(ReaderId(bytes([number]) * 16), NOON)
    assert len(held) == 3


async def test_a_device_is_told_its_name_anew_once_a_day(held: HeldRights) -> None:
    await held.get(PHONE, NOON)
    assert held.to_tell(PHONE, NOON)
    assert not held.to_tell(PHONE, NOON + timedelta(hours=23))
    assert held.to_tell(PHONE, NOON + timedelta(hours=24))
