"""The tables of the SQLite file for the address budget."""

from __future__ import annotations

import secrets
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pennypress.core.budget import Crowd
from pennypress.core.meter import ReaderId
from pennypress.store.budget import ID_BYTES, AddressId, Home, Visitor

SCHEMA = """
CREATE TABLE address_keys (month TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE visitors (reader BLOB PRIMARY KEY, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
    moment INTEGER NOT NULL, homes BLOB NOT NULL, home_day INTEGER NOT NULL, established INTEGER NOT NULL,
    refused INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE newcomers (address BLOB, article TEXT, moment INTEGER NOT NULL, opened INTEGER NOT NULL,
    PRIMARY KEY (address, article)) WITHOUT ROWID;
CREATE TABLE established (address BLOB, reader BLOB, moment INTEGER NOT NULL, made INTEGER,
    PRIMARY KEY (address, reader)) WITHOUT ROWID;
CREATE INDEX became_established ON established (address, made) WHERE made > 0;
CREATE TABLE refusals (address BLOB, day INTEGER, views INTEGER NOT NULL, newcomers INTEGER NOT NULL,
    first INTEGER NOT NULL, PRIMARY KEY (address, day)) WITHOUT ROWID;
"""

TABLES = ("address_keys", "visitors", "newcomers", "established", "refusals")

_FIELDS = "first_day, last_day, moment, homes, home_day, established, refused"
_VISITOR = f"SELECT {_FIELDS} FROM visitors WHERE reader = ?"
_VISITORS = f"SELECT reader, {_FIELDS} FROM visitors WHERE reader > ? ORDER BY reader LIMIT ?"
_AT_ONCE = 5000
_OPEN = (
    "INSERT INTO newcomers VALUES (?, ?, ?, 1) ON CONFLICT (address, article) DO UPDATE SET"
    " opened = CASE WHEN moment < ? THEN 1 ELSE opened + 1 END, moment = max(moment, excluded.moment)"
)
_SEE = (
    "INSERT INTO established VALUES (?, ?, ?, ?) ON CONFLICT (address, reader)"
    " DO UPDATE SET moment = excluded.moment, made = coalesce(max(made, excluded.made), made, excluded.made)"
)
_REFUSE = (
    "INSERT INTO refusals VALUES (?, ?, 1, ?, ?) ON CONFLICT (address, day) DO UPDATE SET"
    " views = views + 1, newcomers = newcomers + excluded.newcomers, first = first + excluded.first"
)
_COUNT = (
    "SELECT count(*) FROM (SELECT 1 FROM {table} AS held WHERE address = ? AND moment >= ?{only} AND NOT EXISTS"
    " (SELECT 1 FROM {table} WHERE address IN ({{marks}}) AND {name} = held.{name} AND moment >= ?) LIMIT ?)"
)
_OPENED = _COUNT.format(table="newcomers", name="article", only="")
_OTHERS = _COUNT.format(table="established", name="reader", only=" AND made IS NULL")
_OWN = _COUNT.format(table="established", name="reader", only=" AND made IS NOT NULL")
_HOME = struct.Struct(">IB")
_MOST_READERS = 0xFFFFFFFF


class SqliteBook:
    """The budget's book through one connection; whoever writes holds a transaction open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._keys: dict[str, Sequence[bytes]] | None = None

    def begun(self) -> None:
        """A transaction was begun that writes: until it ends nobody else changes what is read once."""
        self._keys = {}

    def ended(self) -> None:
        """It was ended, in whatever way."""
        self._keys = None

    def keys(self, month: str) -> Sequence[bytes]:
        """The keys that still are, this month's first; made where it is not there yet."""
        if self._keys is None:
            return self._read_keys(month)
        if month not in self._keys:
            self._keys[month] = self._read_keys(month)
        return self._keys[month]

    def _read_keys(self, month: str) -> Sequence[bytes]:
        held = dict(self._execute("SELECT month, key FROM address_keys").fetchall())
        if month not in held:
            held[month] = secrets.token_bytes(32)
            self._execute("INSERT INTO address_keys (month, key) VALUES (?, ?)", (month, held[month]))
            if self._keys is not None:
                self._keys.clear()  # those of other months lack this one
        return [held.pop(month), *held.values()]

    def visitor(self, reader: ReaderId) -> Visitor | None:
        """A reader."""
        row = self._execute(_VISITOR, (reader,)).fetchone()
        if row is None:
            return None
        return _visitor(row)

    def keep(self, reader: ReaderId, visitor: Visitor) -> None:
        """Keep a reader."""
        self._execute(
            "INSERT OR REPLACE INTO visitors VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                reader,
                visitor.first_day,
                visitor.last_day,
                visitor.moment,
                b"".join(map(_packed, visitor.homes)),
                visitor.home_day,
                int(visitor.established),
                visitor.refused,
            ),
        )

    def opened(self, ids: Sequence[AddressId], since: int) -> int:
        """How many distinct articles newcomers opened."""
        return sum(self._count(_OPENED, ids[: place + 1], since) for place in range(len(ids)))

    def has_opened(self, ids: Sequence[AddressId], article: str, since: int) -> bool:
        """Whether newcomers opened this one."""
        asked = f"SELECT 1 FROM newcomers WHERE address IN ({_marks(ids)}) AND article = ? AND moment >= ? LIMIT 1"
        return self._execute(asked, (*ids, article, since)).fetchone() is not None

    def open(self, address: AddressId, article: str, moment: int, since: int) -> None:
        """Note that a newcomer opened it."""
        self._execute(_OPEN, (address, article, moment, since))

    def give_back(self, address: AddressId, article: str) -> None:
        """Forget that one newcomer opened it: the claim was withdrawn. Where others have, it stays opened."""
        self._execute("UPDATE newcomers SET opened = opened - 1 WHERE address = ? AND article = ?", (address, article))
        self._execute("DELETE FROM newcomers WHERE address = ? AND article = ? AND opened < 1", (address, article))

    def crowd(self, ids: Sequence[AddressId], since: int, most: int) -> Crowd:
        """The established readers who were seen."""
        own = others = 0
        for place in range(len(ids)):
            if others < most:
                others += self._count(_OTHERS, ids[: place + 1], since, most - others)
                own += self._count(_OWN, ids[: place + 1], since)
        return Crowd(own, others)

    def made(self, ids: Sequence[AddressId], since: int) -> int:
        """How many readers became established who were first seen there."""
        asked = f"SELECT count(DISTINCT reader) FROM established WHERE address IN ({_marks(ids)}) AND made > 0"
        return int(self._execute(f"{asked} AND made >= ?", (*ids, since)).fetchone()[0])

    def see(self, address: AddressId, reader: ReaderId, moment: int, made: int | None = None) -> None:
        """Note that an established reader was seen."""
        self._execute(_SEE, (address, reader, moment, made))

    def refuse(self, address: AddressId, day: int, *, newcomer: bool, first: bool) -> None:
        """Count a view for which the budget was used up."""
        self._execute(_REFUSE, (address, day, int(newcomer), int(first)))

    def held_keys(self) -> Sequence[bytes]:
        """The keys that still are."""
        return [key for (key,) in self._execute("SELECT key FROM address_keys")]

    def visitors(self, since: int) -> Iterable[Visitor]:
        """Every reader who was seen; in steps, so that the log can be written back meanwhile."""
        place = b""
        while rows := self._execute(_VISITORS, (place, _AT_ONCE)).fetchall():
            place = rows[-1][0]
            for _, *row in rows:
                if row[2] >= since:
                    yield _visitor(row)

    def refusals(self, from_day: int) -> Iterable[tuple[AddressId, int, int, int]]:
        """For addresses and days: views, newcomers, first ones."""
        asked = "SELECT address, views, newcomers, first FROM refusals WHERE day >= ?"
        return self._execute(asked, (from_day,)).fetchall()

    def erase(self, reader: ReaderId) -> None:
        """Forget a reader."""
        self._execute("DELETE FROM visitors WHERE reader = ?", (reader,))
        self._execute("DELETE FROM established WHERE reader = ?", (reader,))

    def _count(self, asked: str, ids: Sequence[AddressId], since: int, most: int = -1) -> int:
        """How many rows of the last of some ids have none of the same name under the ids before."""
        newer, place = ids[:-1], ids[-1]
        return int(self._execute(asked.format(marks=_marks(newer)), (place, since, *newer, since, most)).fetchone()[0])


def clean(connection: sqlite3.Connection, start: int, keys_from: str) -> None:
    """Let go of what was last of use before ``start``, in Unix seconds; and of the keys of the months before
    ``keys_from``."""
    connection.execute("DELETE FROM visitors WHERE moment < ?", (start,))
    connection.execute("DELETE FROM newcomers WHERE moment < ?", (start,))
    connection.execute("DELETE FROM established WHERE moment < ?", (start,))
    connection.execute("DELETE FROM refusals WHERE day < ?", (datetime.fromtimestamp(start, UTC).toordinal(),))
    connection.execute("DELETE FROM address_keys WHERE month < ?", (keys_from,))


def _visitor(row: Sequence[Any]) -> Visitor:
    first, last, moment, homes, home_day, established, refused = row
    return Visitor(first, last, moment, tuple(_unpacked(homes)), home_day, bool(established), refused)


def _packed(home: Home) -> bytes:
    return _HOME.pack(min(home.readers, _MOST_READERS), len(home.ids)) + b"".join(home.ids)


def _unpacked(homes: bytes) -> Iterable[Home]:
    place = 0
    while place < len(homes):
        readers, count = _HOME.unpack_from(homes, place)
        place += _HOME.size
        ids = tuple(homes[place + at * ID_BYTES : place + (at + 1) * ID_BYTES] for at in range(count))
        place += count * ID_BYTES
        yield Home(ids, readers)


def _marks(ids: Sequence[AddressId]) -> str:
    return ", ".join("?" * len(ids))
