"""The tables of the SQLite file for the address budget."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from pennypress.core.meter import ReaderId
from pennypress.store.budget import AddressId, Visitor, month_of

SCHEMA = """
CREATE TABLE address_keys (month TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE visitors (reader BLOB PRIMARY KEY, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
    moment INTEGER NOT NULL, homes BLOB NOT NULL, established INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE newcomers (address BLOB, article TEXT, moment INTEGER NOT NULL, PRIMARY KEY (address, article))
    WITHOUT ROWID;
CREATE TABLE established (address BLOB, reader BLOB, moment INTEGER NOT NULL, made INTEGER,
    PRIMARY KEY (address, reader)) WITHOUT ROWID;
"""

_ID_BYTES = 16


class SqliteBook:
    """The budget's book through one connection; whoever writes holds a transaction open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def keys(self, now: datetime) -> Sequence[bytes]:
        """The keys that still are, this month's first; made where it is not there yet."""
        month = month_of(now)
        held = dict(self._execute("SELECT month, key FROM address_keys").fetchall())
        if month not in held:
            held[month] = secrets.token_bytes(32)
            self._execute("INSERT INTO address_keys (month, key) VALUES (?, ?)", (month, held[month]))
        return [held.pop(month), *held.values()]

    def visitor(self, reader: ReaderId) -> Visitor | None:
        """A reader."""
        row = self._execute(
            "SELECT first_day, last_day, moment, homes, established FROM visitors WHERE reader = ?", (reader,)
        ).fetchone()
        if row is None:
            return None
        first, last, moment, homes, established = row
        apart = tuple(homes[at : at + _ID_BYTES] for at in range(0, len(homes), _ID_BYTES))
        return Visitor(first, last, moment, apart, bool(established))

    def keep(self, reader: ReaderId, visitor: Visitor) -> None:
        """Keep a reader."""
        self._execute(
            "INSERT OR REPLACE INTO visitors VALUES (?, ?, ?, ?, ?, ?)",
            (
                reader,
                visitor.first_day,
                visitor.last_day,
                visitor.moment,
                b"".join(visitor.homes),
                int(visitor.established),
            ),
        )

    def opened(self, ids: Sequence[AddressId], since: int) -> int:
        """How many distinct articles newcomers opened."""
        return self._count(f"count(DISTINCT article) FROM newcomers WHERE address IN ({_marks(ids)})", ids, since)

    def has_opened(self, ids: Sequence[AddressId], article: str, since: int) -> bool:
        """Whether newcomers opened this one."""
        asked = f"SELECT 1 FROM newcomers WHERE address IN ({_marks(ids)}) AND article = ? AND moment >= ? LIMIT 1"
        return self._execute(asked, (*ids, article, since)).fetchone() is not None

    def open(self, address: AddressId, article: str, moment: int) -> None:
        """Note that newcomers opened it."""
        self._execute("INSERT OR REPLACE INTO newcomers VALUES (?, ?, ?)", (address, article, moment))

    def give_back(self, address: AddressId, article: str) -> None:
        """Forget that newcomers opened it: the claim was withdrawn."""
        self._execute("DELETE FROM newcomers WHERE address = ? AND article = ?", (address, article))

    def seen(self, ids: Sequence[AddressId], since: int) -> int:
        """How many established readers were seen."""
        return self._count(f"count(DISTINCT reader) FROM established WHERE address IN ({_marks(ids)})", ids, since)

    def made(self, ids: Sequence[AddressId], since: int) -> int:
        """How many readers became established who were first seen there."""
        asked = f"SELECT count(DISTINCT reader) FROM established WHERE address IN ({_marks(ids)}) AND made >= ?"
        return int(self._execute(asked, (*ids, since)).fetchone()[0])

    def see(self, address: AddressId, reader: ReaderId, moment: int, *, made: bool) -> None:
        """Note that an established reader was seen."""
        self._execute(
            "INSERT INTO established VALUES (?, ?, ?, ?) ON CONFLICT (address, reader)"
            " DO UPDATE SET moment = excluded.moment, made = coalesce(excluded.made, made)",
            (address, reader, moment, moment if made else None),
        )

    def _count(self, what: str, ids: Sequence[AddressId], since: int) -> int:
        return int(self._execute(f"SELECT {what} AND moment >= ?", (*ids, since)).fetchone()[0])


def clean(connection: sqlite3.Connection, start: int) -> None:
    """Let go of what was last of use before ``start``, in Unix seconds; and of the keys of the months before it."""
    connection.execute("DELETE FROM visitors WHERE moment < ?", (start,))
    connection.execute("DELETE FROM newcomers WHERE moment < ?", (start,))
    connection.execute("DELETE FROM established WHERE moment < ?", (start,))
    connection.execute("DELETE FROM address_keys WHERE month < ?", (month_of(datetime.fromtimestamp(start, UTC)),))


def _marks(ids: Sequence[AddressId]) -> str:
    return ", ".join("?" * len(ids))
