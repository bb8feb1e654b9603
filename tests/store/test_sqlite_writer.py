"""The writer's promise to those who wait: an answer in time, or one that what they asked is withdrawn."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pennypress.core.meter import Outcome, ReaderId, Standing
from pennypress.errors import StoreUnavailable
from pennypress.store.opening import open_store, prepare
from pennypress.store.sqlite_rows import Answered, Rows
from pennypress.store.sqlite_writer import GRACE, PATIENCE, Turnstile, Writer
from tests.contract.stores import ADA, BEA, CEM, MONTH, NOON, claim

URL = "sqlite:paper.db"
SPAN = MONTH.span(NOON)
NOISE = 0.25
"""Seconds by which a busy test machine may be late."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    prepare(URL, tmp_path)
    return tmp_path / "paper.db"


@pytest.fixture
async def writer(path: Path) -> AsyncIterator[Writer]:
    opened = Writer(path)
    yield opened
    await opened.close()


@contextmanager
def lock_held(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program that holds the write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        if other.in_transaction:
            other.execute("COMMIT")


async def standing_on_disk(path: Path, reader: ReaderId = ADA) -> Standing:
    """Where a reader stands for one who opens the store anew."""
    store = open_store(URL, path.parent)
    standing = await store.standing(reader, SPAN, NOON)
    await store.close()
    return standing


async def test_a_spend_that_waited_behind_a_lock_is_never_committed_once_its_reader_was_told(path: Path) -> None:
    store = open_store(URL, path.parent)
    began = time.monotonic()
    with lock_held(path):
        with pytest.raises(StoreUnavailable, match="in time"):
            await store.spend(claim("/withdrawn"))
        waited = time.monotonic() - began
        await asyncio.to_thread(time.sleep, 0.6)
    assert PATIENCE - 0.01 <= waited <= PATIENCE + GRACE + NOISE
    assert (await store.spend(claim("/after"))).outcome is Outcome.GRANTED
    assert [unit.article for unit in (await store.standing(ADA, SPAN, NOON)).units] == ["/after"]
    await store.close()
    assert [unit.article for unit in (await standing_on_disk(path)).units] == ["/after"]


async def test_a_lock_that_goes_in_time_only_delays(path: Path) -> None:
    store = open_store(URL, path.parent)
    with lock_held(path) as other:
        spending = asyncio.create_task(store.spend(claim("/a")))
        await asyncio.to_thread(time.sleep, PATIENCE / 4)
        assert not spending.done()
        other.execute("COMMIT")
        assert (await spending).outcome is Outcome.GRANTED
    await store.close()


async def test_repeats_walls_and_standings_are_answered_behind_a_lock(path: Path) -> None:
    first = open_store(URL, path.parent)
    await first.spend(claim("/a", limit=1))
    other = open_store(URL, path.parent)
    with lock_held(path):
        for store in (first, other):
            assert (await store.spend(claim("/a", limit=1))).outcome is Outcome.REPEATED
            assert (await store.spend(claim("/b", limit=1))).outcome is Outcome.USED_UP
            assert (await store.standing(ADA, SPAN, NOON)).spent == 1
            assert (await store.standing(BEA, SPAN, NOON)).spent == 0
            assert (await store.controls()).generation == 0
    await first.close()
    await other.close()


async def test_an_operators_word_waits_longer_than_a_reader(path: Path) -> None:
    store = open_store(URL, path.parent)
    with lock_held(path) as other:
        lifting = asyncio.create_task(store.unlock("/nothing"))
        await asyncio.to_thread(time.sleep, 2 * PATIENCE)
        other.execute("COMMIT")
        assert await lifting is False
    await store.close()


async def test_a_spend_whose_reader_has_gone_is_left_out(path: Path) -> None:
    store = open_store(URL, path.parent)
    with lock_held(path):
        spending = asyncio.create_task(store.spend(claim("/a")))
        await asyncio.to_thread(time.sleep, PATIENCE / 10)
        spending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await spending
    assert (await store.spend(claim("/b"))).outcome is Outcome.GRANTED
    await store.close()
    assert [unit.article for unit in (await standing_on_disk(path)).units] == ["/b"]


async def test_a_commit_too_slow_to_be_waited_for_is_taken_back(path: Path, writer: Writer) -> None:
    """The question is already sealed into a commit when its time ends, so it can no longer be left out."""
    reached, go_on = threading.Event(), threading.Event()

    def slowly(rows: Rows) -> Answered:
        answered = rows.spend(claim("/slow"))
        reached.set()
        go_on.wait(5)
        return answered

    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="in time"):
        await writer.ask(take=slowly, take_back=Rows.take_back)
    waited = time.monotonic() - began
    assert reached.is_set()
    assert PATIENCE + GRACE - 0.01 <= waited <= PATIENCE + GRACE + NOISE
    go_on.set()
    await writer.ask(take=lambda rows: rows.spend(claim("/next")))
    assert [unit.article for unit in (await standing_on_disk(path)).units] == ["/next"]


async def test_a_taking_back_waits_for_the_lock_as_long_as_it_must(path: Path, writer: Writer) -> None:
    go_on = threading.Event()

    def slowly(rows: Rows) -> Answered:
        answered = rows.spend(claim("/slow"))
        go_on.wait(5)
        return answered

    with pytest.raises(StoreUnavailable):
        await writer.ask(take=slowly, take_back=Rows.take_back)
    blocker = asyncio.create_task(asyncio.to_thread(take_lock_and_hold, path, 0.5))
    await asyncio.to_thread(time.sleep, 0.05)
    go_on.set()
    await blocker
    await writer.ask(take=lambda rows: rows.forget(BEA), patience=5.0)
    assert await standing_on_disk(path) == Standing()


def take_lock_and_hold(path: Path, seconds: float) -> None:
    """Wait for the write lock, and hold it for a while."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5.0)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("COMMIT")


async def test_all_that_one_turn_of_the_loop_asks_shares_a_commit(path: Path) -> None:
    """A commit writes each page that it changed to the log once, so a hundred commits would write hundreds."""
    store = open_store(URL, path.parent)
    await store.spend(claim("/a", reader=CEM))
    log = path.with_name("paper.db-wal")
    before = os.stat(log).st_size  # noqa: PTH116
    await asyncio.gather(*(store.spend(claim("/a", reader=ReaderId(bytes([n]) * 16))) for n in range(50, 150)))
    assert 0 < os.stat(log).st_size - before < 10 * 4200  # noqa: PTH116
    await store.close()


def test_processes_take_turns_in_trying_for_the_lock_and_none_tries_for_long(path: Path) -> None:
    one, other = Turnstile(path), Turnstile(path)
    assert one.enter()
    assert one.enter()
    assert not other.enter()
    one.leave()
    assert other.enter()
    assert not one.enter()
    while other.enter():
        pass
    assert one.enter()
    one.close()
    assert other.enter()
    other.close()


async def test_a_busy_process_starves_no_other(path: Path) -> None:
    """One process commits without a pause; each spend of the other comes through at once nevertheless."""
    busy, other = open_store(URL, path.parent), open_store(URL, path.parent)
    done = asyncio.Event()

    async def be_busy(name: int) -> int:
        number = 0
        while not done.is_set():
            number += 1
            await busy.spend(claim("/a", reader=ReaderId(bytes([name]) * 8 + number.to_bytes(8, "big"))))
        return number

    crowd = [asyncio.create_task(be_busy(name)) for name in range(20)]
    for number in range(50):
        await other.spend(claim("/b", reader=ReaderId(number.to_bytes(16, "big"))))
    done.set()
    assert sum([await one for one in crowd]) > 50
    await busy.close()
    await other.close()


async def test_a_question_that_fails_harms_no_later_one(writer: Writer) -> None:
    def mistaken(_: Rows) -> None:
        raise LookupError("a mistake of ours")

    with pytest.raises(LookupError):
        await writer.ask(take=mistaken)
    with pytest.raises(LookupError):
        await writer.ask(look=mistaken)
    assert (await writer.ask(take=lambda rows: rows.spend(claim("/a")))).spend.outcome is Outcome.GRANTED


async def test_closing_answers_what_was_asked(path: Path) -> None:
    store = open_store(URL, path.parent)
    spending = [asyncio.create_task(store.spend(claim(f"/{number}"))) for number in range(3)]
    await asyncio.sleep(0)
    await store.close()
    assert [(await task).outcome for task in spending] == [Outcome.GRANTED] * 3
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.spend(claim("/late", reader=BEA))
    assert (await standing_on_disk(path)).spent == 3


async def test_closing_behind_a_lock_ends_within_two_seconds(path: Path) -> None:
    store = open_store(URL, path.parent)
    with lock_held(path):
        spending = asyncio.create_task(store.spend(claim("/a")))
        await asyncio.sleep(0)
        began = time.monotonic()
        await store.close()
        assert time.monotonic() - began < 2
        with pytest.raises(StoreUnavailable):
            await spending
