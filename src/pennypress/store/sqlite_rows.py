"""The rows of the SQLite file: meters packed into a few bytes, articles, and where merged readers went."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pennypress.core.budget import Budget
from pennypress.core.meter import Claim, Outcome, ReaderId, Spend, Standing, Unit
from pennypress.core.meter import spend as meaning
from pennypress.core.window import Span
from pennypress.store.budget import note_visit, places_of, take_from
from pennypress.store.held import Units, carried, counting, forgotten, joined
from pennypress.store.sqlite_budget import SqliteBook

_FORGOTTEN = 0
_CARRIED = 1 << 40
"""The number of no article: AUTOINCREMENT never comes so far."""
_MOST_NAMES = 20_000

_HELD = "SELECT units, NULL FROM meters WHERE reader = ?1 UNION ALL SELECT NULL, target FROM merged WHERE source = ?1"
_WRITE = "INSERT INTO meters (reader, units) VALUES (?, ?) ON CONFLICT (reader) DO UPDATE SET units = excluded.units"
_ARTICLE = "SELECT id, day FROM articles WHERE key = ? AND title = ?"

Pair = tuple[int, int]
"""A packed unit: the number of its article (0: forgotten, 2^40: carried), and the Unix second of its taking."""


@dataclass(frozen=True, slots=True)
class Held:
    """One reader's row: under whose name it stands, its bytes, and the units that they say."""

    reader: ReaderId
    packed: bytes
    units: Units


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a claim, with the row as it stands after it."""

    spend: Spend
    held: Held
    charged: tuple[bytes, ...] = ()


def pack(pairs: Iterable[Pair]) -> bytes:
    """Pack units into bytes: for each the article's number, then the seconds since the one before, signed, each as
    a variable-length number of seven bits a byte. More can be appended with ``pack_after``."""
    packed = bytearray()
    before = 0
    for number, taken in pairs:
        _append(packed, number)
        _append(packed, _zigzag(taken - before))
        before = taken
    return bytes(packed)


def pack_after(packed: bytes, before: int, pair: Pair) -> bytes:
    """The packed bytes with one more unit; ``before`` is when the last one in them was taken (0: there is none)."""
    longer = bytearray(packed)
    _append(longer, pair[0])
    _append(longer, _zigzag(pair[1] - before))
    return bytes(longer)


def unpack(packed: bytes) -> list[Pair]:
    """The units in packed bytes. Raises ValueError where the bytes end within a unit."""
    numbers: list[int] = []
    value = shift = 0
    for byte in packed:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            numbers.append(value)
            value = shift = 0
    if shift or len(numbers) % 2:
        raise ValueError("a packed meter ends within a unit")
    pairs: list[Pair] = []
    taken = 0
    for place in range(0, len(numbers), 2):
        offset = numbers[place + 1]
        taken += (offset >> 1) ^ -(offset & 1)
        pairs.append((numbers[place], taken))
    return pairs


class Rows:
    """Reads and writes the rows through one connection; whoever writes holds a transaction open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._execute = connection.execute
        self._names: dict[int, tuple[str, str]] = {}
        self._numbers: dict[tuple[str, str, int], int] | None = None
        self._book = SqliteBook(connection)

    def begin(self) -> None:
        """Begin a transaction that writes. What is read once in it holds until it ends: nobody else writes."""
        self._execute("BEGIN IMMEDIATE")
        self._numbers = {}
        self._book.begun()

    def commit(self) -> None:
        """Bring the transaction to the disk."""
        self._execute("COMMIT")
        self._forget()

    def roll_back(self) -> None:
        """End a transaction that came to nothing, if it has not ended by itself, and drop what was remembered of it."""
        self._names.clear()
        self._forget()
        if self.connection.in_transaction:
            self._execute("ROLLBACK")

    def _forget(self) -> None:
        self._numbers = None
        self._book.ended()

    def held(self, reader: ReaderId) -> Held:
        """A reader's row; where the reader was merged, the row of the one they were merged into."""
        while True:
            row = self._execute(_HELD, (reader,)).fetchone()
            if row is None:
                return Held(reader, b"", ())
            if row[0] is not None:
                return Held(reader, row[0], self._units(unpack(row[0])))
            reader = ReaderId(row[1])

    def held_again(self, held: Held) -> Held | None:
        """A row read before, as it stands now; None when it is gone. Costs little while it is unchanged."""
        row = self._execute(_HELD, (held.reader,)).fetchone()
        if row is None or row[0] is None:
            return None
        return held if row[0] == held.packed else Held(held.reader, row[0], self._units(unpack(row[0])))

    def answer(self, claim: Claim) -> Answered:
        """What a claim would become, read only."""
        held = self.held(claim.reader)
        return Answered(meaning(counting(held.units, claim.span, claim.now), claim), held)

    def spend(self, claim: Claim) -> Answered:
        """Grant or refuse a claim, and write what it took."""
        answered = self.answer(claim)
        if claim.budget is not None:
            answered = self._charged(answered, claim, claim.budget)
        if answered.spend.outcome is not Outcome.GRANTED:
            return answered
        held, unit = answered.held, answered.spend.standing.units[-1]
        taken = int(unit.taken.timestamp())
        number = self._number(claim.article, claim.title, taken)
        before = int(held.units[-1].taken.timestamp()) if held.units else 0
        packed = pack_after(held.packed, before, (number, taken))
        self._execute(_WRITE, (held.reader, packed))
        return Answered(answered.spend, Held(held.reader, packed, (*held.units, unit)), answered.charged)

    def _charged(self, answered: Answered, claim: Claim, budget: Budget) -> Answered:
        """The same once the view was noted and, where a newcomer is to be granted something, the budgets were asked."""
        before = counting(answered.held.units, claim.span, claim.now)
        spend, charged = take_from(self._book, claim, budget, answered.spend, before)
        return Answered(spend, answered.held, charged.taken)

    def note_visit(self, claim: Claim) -> None:
        """Note a view that takes nothing: the first of its day."""
        if claim.budget is not None:
            note_visit(self._book, claim, claim.budget, places_of(self._book, claim.budget))

    def take_back(self, answered: Answered) -> None:
        """Take back the unit of a grant whose answer came too late to be used; nothing if it is no longer there."""
        for address in answered.charged:
            self._book.give_back(address, answered.spend.standing.units[-1].article or "")
        held, unit = self.held(answered.held.reader), answered.spend.standing.units[-1]
        left = list(held.units)
        if unit in left:
            left.reverse()
            left.remove(unit)
            left.reverse()
            self._write(held.reader, tuple(left))

    def merge(self, source: ReaderId, into: ReaderId, span: Span, now: datetime) -> Standing:
        """Write the union under ``into``, then mark the source as merged; only the standing where that was done."""
        target, origin = self.held(into), self.held(source)
        if origin.reader != source or source == target.reader:
            return counting(target.units, span, now)
        units = joined(origin.units, target.units, span, now)
        if units:
            self._write(target.reader, units)
        self._execute("DELETE FROM meters WHERE reader = ?", (source,))
        marked = (source, target.reader, int(now.timestamp()))
        self._execute("INSERT INTO merged (source, target, moment) VALUES (?, ?, ?)", marked)
        return counting(units, span, now)

    def forget(self, reader: ReaderId) -> None:
        """Take the articles from a reader's units."""
        held = self.held(reader)
        if held.units:
            self._write(held.reader, forgotten(held.units))

    def carry(self, source: ReaderId, into: ReaderId, span: Span, now: datetime) -> None:
        """Add the number of the source's units that count to a reader's."""
        self._carry(self.held(source).units, into, span, now)

    def erase(self, account: ReaderId, span: Span, now: datetime) -> None:
        """Take away an account's meter; what counts of it stays as a number under its devices and the names that were
        merged into it."""
        row = self._execute("SELECT units FROM meters WHERE reader = ?", (account,)).fetchone()
        units = self._units(unpack(row[0])) if row else ()
        self._book.erase(account)
        devices = self._execute("SELECT device FROM devices WHERE account = ?", (account,)).fetchall()
        merged = self._execute("SELECT source FROM merged WHERE target = ?", (account,)).fetchall()
        self._execute("DELETE FROM merged WHERE target = ?", (account,))
        self._execute("DELETE FROM meters WHERE reader = ?", (account,))
        for (name,) in (*devices, *merged):
            self._carry(units, ReaderId(name), span, now)

    def _carry(self, units: Units, into: ReaderId, span: Span, now: datetime) -> None:
        target = self.held(into)
        self._write(target.reader, carried(units, target.units, span, now))

    def trim(self, reader: ReaderId, packed: bytes, start: int) -> None:
        """Let go of the units of one row that were taken before ``start``, in Unix seconds."""
        pairs = unpack(packed)
        left = [pair for pair in pairs if pair[1] >= start]
        if len(left) == len(pairs):
            return
        if left:
            self._execute(_WRITE, (reader, pack(left)))
        else:
            self._execute("DELETE FROM meters WHERE reader = ?", (reader,))

    def _write(self, reader: ReaderId, units: Units) -> None:
        if not units:
            self._execute("DELETE FROM meters WHERE reader = ?", (reader,))
            return
        pairs: list[Pair] = []
        for unit in units:
            taken = int(unit.taken.timestamp())
            if unit.article is None:
                pairs.append((_CARRIED if unit.carried else _FORGOTTEN, taken))
            else:
                pairs.append((self._number(unit.article, unit.title, taken), taken))
        self._execute(_WRITE, (reader, pack(pairs)))

    def _number(self, key: str, title: str, taken: int) -> int:
        """The number of an article, marked as opened on the day of ``taken``."""
        day = taken // 86_400
        if self._numbers is None:
            return self._numbered(key, title, day)
        asked = (key, title, day)
        if asked not in self._numbers:
            self._numbers[asked] = self._numbered(key, title, day)
        return self._numbers[asked]

    def _numbered(self, key: str, title: str, day: int) -> int:
        row = self._execute(_ARTICLE, (key, title)).fetchone()
        if row is None:
            inserted = self._execute("INSERT INTO articles (key, title, day) VALUES (?, ?, ?)", (key, title, day))
            assert inserted.lastrowid is not None
            return inserted.lastrowid
        number: int = row[0]
        if row[1] < day:
            self._execute("UPDATE articles SET day = ? WHERE id = ?", (day, number))
        return number

    def _units(self, pairs: Sequence[Pair]) -> Units:
        units: list[Unit] = []
        for number, taken in pairs:
            moment = datetime.fromtimestamp(taken, UTC)
            if number in (_FORGOTTEN, _CARRIED):
                units.append(Unit(None, moment, carried=number == _CARRIED))
            else:
                key, title = self._name(number)
                units.append(Unit(key, moment, title))
        return tuple(units)

    def _name(self, number: int) -> tuple[str | None, str]:
        """An article's key and title; a number is never given twice, so it is remembered once it is committed.

        An article that was cleaned away leaves its unit as a forgotten one.
        """
        known = self._names.get(number)
        if known is not None:
            return known
        row = self._execute("SELECT key, title FROM articles WHERE id = ?", (number,)).fetchone()
        if row is None:
            return None, ""
        if len(self._names) >= _MOST_NAMES:
            self._names.clear()
        self._names[number] = (row[0], row[1])
        return row[0], row[1]


def _zigzag(offset: int) -> int:
    return offset << 1 if offset >= 0 else (-offset << 1) - 1


def _append(packed: bytearray, number: int) -> None:
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)
