"""The SQLite store, the embedded default: exact over every process that shares its file, and durable at each answer."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from pennypress.core.budget import Budget
from pennypress.core.entitlement import Lock, Opening
from pennypress.core.known import KnownText, Lessons
from pennypress.core.meter import Claim, Outcome, ReaderId, Spend, Standing
from pennypress.core.meter import spend as meaning
from pennypress.core.policy import Mode
from pennypress.core.rights import Rights
from pennypress.core.use import Use
from pennypress.core.window import Span
from pennypress.errors import StoreUnavailable
from pennypress.store import Changes, Controls, Summary, sqlite_known, sqlite_rights, sqlite_uses
from pennypress.store.budget import counts_from
from pennypress.store.budget_figures import AddressFigures, figures
from pennypress.store.held import as_kept, counting
from pennypress.store.sqlite_budget import SqliteBook
from pennypress.store.sqlite_controls import (
    add_claim,
    add_lock,
    add_opening,
    add_tallies,
    read_controls,
    read_summary,
    remove_lock,
    say_mode,
)
from pennypress.store.sqlite_file import connect
from pennypress.store.sqlite_rows import Answered, Held, Rows
from pennypress.store.sqlite_upkeep import Upkeep
from pennypress.store.sqlite_writer import Writer

_PATIENCE_OF_AN_OPERATOR = 5.0
_MOST_KNOWN = 4096


class SqliteStore:
    """A store in one SQLite file on a local disk, made and checked beforehand (``pennypress.store.opening``).

    For one event loop. Readers met lately are read again on the loop itself, which takes microseconds, and answered
    there where nothing is to be written; everything else goes through the writer's thread. What is remembered of a
    reader only saves taking its bytes apart: the bytes are read each time, so nothing in this process decides a grant.
    """

    def __init__(self, path: Path, tick: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._writer = Writer(path)
        self._sight = connect(path)
        self._rows = Rows(self._sight)
        self._known: dict[ReaderId, Held] = {}
        self._visited: dict[ReaderId, tuple[date, bool]] = {}
        self._noting: set[asyncio.Task[None]] = set()
        self._controls = Controls()
        self._latest: Claim | None = None
        self._upkeep = Upkeep(path, lambda: self._latest, tick)
        self._upkeep.start()

    async def spend(self, claim: Claim) -> Spend:
        """Grant or refuse a claim; a grant is on the disk when this returns."""
        claim = as_kept(claim)
        self._latest = claim
        held = self._held(claim.reader)
        if held is not None:
            spend = meaning(counting(held.units, claim.span, claim.now), claim)
            if spend.outcome is not Outcome.GRANTED:
                self._note_visit(claim)
                return spend
        answered = await self._writer.ask(
            look=lambda rows: _unless_granted(rows.answer(claim)),
            take=lambda rows: rows.spend(claim),
            take_back=_take_back,
        )
        self._know(claim.reader, answered.held)
        if answered.spend.outcome in (Outcome.REPEATED, Outcome.USED_UP):
            self._note_visit(claim)
        elif claim.budget is not None:
            self._remember_visit(claim.reader, claim.budget)
        return answered.spend

    def _note_visit(self, claim: Claim) -> None:
        """Note a view that takes nothing, the first of its day, behind the answer: nobody waits for it."""
        budget = claim.budget
        if budget is None or self._visited.get(claim.reader) == (budget.today, budget.established):
            return
        self._remember_visit(claim.reader, budget)

        async def note() -> None:
            try:
                await self._writer.ask(take=lambda rows: rows.note_visit(claim), patience=_PATIENCE_OF_AN_OPERATOR)
            except StoreUnavailable:
                self._visited.pop(claim.reader, None)

        task = asyncio.get_running_loop().create_task(note())
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    def _remember_visit(self, reader: ReaderId, budget: Budget) -> None:
        if len(self._visited) > _MOST_KNOWN:
            self._visited.clear()
        self._visited[reader] = (budget.today, budget.established)

    async def standing(self, reader: ReaderId, span: Span, now: datetime) -> Standing:
        """Where a reader stands."""
        held = self._held(reader)
        if held is None:
            held = await self._writer.ask(look=lambda rows: rows.held(reader))
            self._know(reader, held)
        return counting(held.units, span, now)

    async def merge(self, source: ReaderId, into: ReaderId, span: Span, now: datetime) -> Standing:
        """Join ``source`` into ``into``, once. After StoreUnavailable it may have been done; asking again is safe."""
        return await self._writer.ask(take=lambda rows: rows.merge(source, into, span, now))

    async def forget(self, reader: ReaderId, span: Span, now: datetime) -> None:
        """Forget which articles the reader opened. After StoreUnavailable it may have been done; ask again."""
        await self._writer.ask(take=lambda rows: rows.forget(reader))

    async def put(self, account: ReaderId, rights: Rights) -> None:
        """Say what an account may read."""
        await self._say(lambda rows: sqlite_rights.put(rows.connection, account, rights))

    async def get(self, device: ReaderId) -> Rights | None:
        """What a device may read."""
        (found,) = await self._writer.ask(look=lambda rows: (sqlite_rights.get(rows.connection, device),))
        return found

    async def sign_in(self, device: ReaderId, account: ReaderId) -> None:
        """Sign a device in."""
        await self._say(lambda rows: sqlite_rights.sign_in(rows.connection, device, account))

    async def sign_out(self, device: ReaderId) -> None:
        """Sign a device out."""
        await self._say(lambda rows: sqlite_rights.sign_out(rows.connection, device))

    async def changed_since(self, version: int) -> Changes:
        """What was said since a version."""
        return await self._writer.ask(look=lambda rows: sqlite_rights.changed_since(rows.connection, version))

    async def carry(self, source: ReaderId, into: ReaderId, span: Span, now: datetime) -> None:
        """Carry a number."""
        await self._say(lambda rows: rows.carry(source, into, span, now))

    async def erase(self, account: ReaderId, span: Span, now: datetime) -> None:
        """Delete an account."""

        def take(rows: Rows) -> None:
            rows.erase(account, span, now)
            sqlite_rights.erase(rows.connection, account)

        await self._say(take)

    async def controls(self) -> Controls:
        """The controls as they stand; one small row is read while nothing has changed."""
        known = self._controls
        self._controls = await self._writer.ask(look=lambda rows: read_controls(rows.connection, known))
        return self._controls

    async def say_mode(self, mode: Mode) -> None:
        """Switch running workers to a mode."""
        await self._writer.ask(take=lambda rows: say_mode(rows.connection, mode), patience=_PATIENCE_OF_AN_OPERATOR)

    async def open(self, opening: Opening) -> None:
        """Add an opening."""
        await self._writer.ask(
            take=lambda rows: add_opening(rows.connection, opening), patience=_PATIENCE_OF_AN_OPERATOR
        )

    async def lock(self, lock: Lock) -> None:
        """Add a lock; it takes the place of one on the same pattern."""
        await self._writer.ask(take=lambda rows: add_lock(rows.connection, lock), patience=_PATIENCE_OF_AN_OPERATOR)

    async def unlock(self, path: str) -> bool:
        """Lift the lock on a pattern's text."""
        return await self._writer.ask(
            take=lambda rows: remove_lock(rows.connection, path), patience=_PATIENCE_OF_AN_OPERATOR
        )

    async def claim_link(self, link: str, address: str, sketch: bytes) -> None:
        """Note a claim to a canonical link."""
        await self._writer.ask(take=lambda rows: add_claim(rows.connection, link, address, sketch))

    async def tally(
        self, day: date, counts: Mapping[str, int], stopped: Sequence[ReaderId], *, observed: bool, now: datetime
    ) -> None:
        """Add to a day's tallies, and note who was stopped."""
        await self._writer.ask(
            take=lambda rows: add_tallies(rows.connection, day, counts, stopped, observed=observed, now=now),
            patience=_PATIENCE_OF_AN_OPERATOR,
        )

    async def summary(self, span: Span, day: date, now: datetime) -> Summary:
        """The figures for ``status``; reads every meter, on a thread and a connection of its own."""
        return await asyncio.to_thread(self._summarise, span, day, now)

    async def addresses(self, span: Span, first_day: date, names: Collection[str] | None) -> tuple[AddressFigures, ...]:
        """What the address budget has seen; reads every visitor, on a thread and a connection of its own."""

        def read() -> tuple[AddressFigures, ...]:
            with closing(connect(self._path)) as connection:
                return figures(SqliteBook(connection), counts_from(span), first_day.toordinal(), names)

        return await asyncio.to_thread(read)

    async def learn(self, texts: Sequence[KnownText]) -> None:
        """Keep some texts. After StoreUnavailable it may have been done; asking again is safe."""
        await self._say(lambda rows: sqlite_known.learn(rows.connection, texts))

    async def learned_since(self, version: int) -> Lessons:
        """What was learned since a version; no reader waits for it, so it has time."""
        return await self._writer.ask(
            look=lambda rows: sqlite_known.learned_since(rows.connection, version), patience=_PATIENCE_OF_AN_OPERATOR
        )

    async def note_uses(self, uses: Sequence[Use]) -> None:
        """Add uses. After StoreUnavailable they may have been added."""
        await self._say(lambda rows: sqlite_uses.note(rows.connection, uses))

    async def uses(self) -> tuple[Use, ...]:
        """All uses."""
        return await self._writer.ask(look=lambda rows: sqlite_uses.read(rows.connection))

    async def close(self) -> None:
        """Answer what was asked, then close the file."""
        await asyncio.gather(*self._noting)
        await self._writer.close()
        await asyncio.to_thread(self._upkeep.close)
        self._sight.close()

    async def _say(self, take: Callable[[Rows], None]) -> None:
        """Write what the office says; it has more time to wait than a reader."""
        await self._writer.ask(take=take, patience=_PATIENCE_OF_AN_OPERATOR)

    def _held(self, reader: ReaderId) -> Held | None:
        """The row of a reader met lately, read anew; None where that must be left to the writer's thread."""
        known = self._known.get(reader)
        if known is None:
            return None
        try:
            held = self._rows.held_again(known)
        except sqlite3.Error:
            return None
        if held is None:
            del self._known[reader]
        elif held is not known:
            self._known[reader] = held
        return held

    def _know(self, reader: ReaderId, held: Held) -> None:
        """Remember a reader's row, so that ``_held`` may read it on the event loop: its page has just been read."""
        if not held.packed:
            return
        if len(self._known) >= _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[reader] = held

    def _summarise(self, span: Span, day: date, now: datetime) -> Summary:
        with closing(connect(self._path)) as connection:
            return read_summary(connection, span, day, now)


def _unless_granted(answered: Answered) -> Answered | None:
    return None if answered.spend.outcome is Outcome.GRANTED else answered


def _take_back(rows: Rows, answered: Answered) -> None:
    if answered.spend.outcome is Outcome.GRANTED:
        rows.take_back(answered)
