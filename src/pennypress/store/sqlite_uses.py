"""The table of the SQLite file that says when partners used their rights, and who fetched which feed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from pennypress.core.use import FEEDS_AT_MOST, FEEDS_KEPT, FEEDS_OF_ONE, Use, UseKind

SCHEMA = """
CREATE TABLE uses (kind TEXT, who TEXT, path TEXT, network TEXT, count INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (kind, who, path, network)) WITHOUT ROWID;
"""

_NOTE = (
    "INSERT INTO uses (kind, who, path, network, count, last) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET count = count + excluded.count, last = max(last, excluded.last)"
)
_IS_KNOWN = "SELECT EXISTS (SELECT 1 FROM uses WHERE kind = ? AND who = ? AND path = ? AND network = ?)"
_OF_NETWORK = "SELECT count(*) FROM uses WHERE kind = 'feed' AND network = ?"
_RAREST = (
    "DELETE FROM uses WHERE kind = 'feed' AND (who, path, network) IN (SELECT who, path, network FROM uses"
    " WHERE kind = 'feed' ORDER BY count, last LIMIT max(0, (SELECT count(*) FROM uses WHERE kind = 'feed') - ?))"
)


def note(connection: sqlite3.Connection, uses: Iterable[Use]) -> None:
    """Add uses to those of the same name; of very many feeds those go that were fetched least."""
    for use in uses:
        if use.kind is UseKind.FEED and not connection.execute(_IS_KNOWN, use.name).fetchone()[0]:
            held = connection.execute(_OF_NETWORK, (use.network,)).fetchone()[0]
            if held >= FEEDS_OF_ONE:
                continue
        connection.execute(_NOTE, (*use.name, use.count, int(use.last.timestamp())))
    connection.execute(_RAREST, (FEEDS_AT_MOST,))


def read(connection: sqlite3.Connection) -> tuple[Use, ...]:
    """All uses, the most frequent first."""
    rows = connection.execute("SELECT kind, who, path, network, count, last FROM uses ORDER BY count DESC, last DESC")
    return tuple(
        Use(UseKind(kind), who, datetime.fromtimestamp(last, UTC), count, path, network)
        for kind, who, path, network, count, last in rows
    )


def clean(connection: sqlite3.Connection, now: int) -> None:
    """Let go of who fetched a feed long ago."""
    connection.execute("DELETE FROM uses WHERE kind = 'feed' AND last < ?", (now - int(FEEDS_KEPT.total_seconds()),))
