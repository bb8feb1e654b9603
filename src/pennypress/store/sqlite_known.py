"""The table of the SQLite file that says what is known of the articles' texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pennypress.core.known import KnownText, Lessons, article_of_text, article_to_text

SCHEMA = """
CREATE TABLE known (key TEXT, part TEXT, version INTEGER NOT NULL UNIQUE, article TEXT NOT NULL, address TEXT NOT NULL,
    packed BLOB NOT NULL, withheld BLOB NOT NULL, shown BLOB NOT NULL, PRIMARY KEY (key, part));
"""

_AT_ONCE = 500
_COLUMNS = "article, address, packed, withheld, shown"


def learn(connection: sqlite3.Connection, texts: Iterable[KnownText]) -> None:
    """Write texts, each in the place of what was known under its name, where that differs."""
    for known in texts:
        _learn(connection, known)


def _learn(connection: sqlite3.Connection, known: KnownText) -> None:
    row = (article_to_text(known.article), known.address, known.packed, known.withheld_prints, known.shown_prints)
    held = connection.execute(f"SELECT {_COLUMNS} FROM known WHERE key = ? AND part = ?", known.name).fetchone()
    if held == row:
        return
    connection.execute(
        f"INSERT OR REPLACE INTO known (key, part, version, {_COLUMNS})"
        " VALUES (?, ?, (SELECT coalesce(max(version), 0) + 1 FROM known), ?, ?, ?, ?, ?)",
        (*known.name, *row),
    )


def learned_since(connection: sqlite3.Connection, version: int) -> Lessons:
    """What was written since a version."""
    rows = connection.execute(
        f"SELECT key, part, version, {_COLUMNS} FROM known WHERE version > ? ORDER BY version LIMIT ?",
        (version, _AT_ONCE),
    ).fetchall()
    texts = tuple(
        KnownText(article_of_text(key, article), address, part, packed, withheld, shown)
        for key, part, _, article, address, packed, withheld, shown in rows
    )
    return Lessons(rows[-1][2] if rows else version, texts, more=len(rows) == _AT_ONCE)
