"""The tables of the SQLite file that say what accounts may read, and which devices are signed in to them."""

from __future__ import annotations

import sqlite3

from pennypress.core.meter import ReaderId
from pennypress.core.rights import Rights
from pennypress.store import Changes
from pennypress.store.rights_text import of_text, to_text

SCHEMA = """
CREATE TABLE rights (account BLOB PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE devices (device BLOB PRIMARY KEY, account BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX devices_of_accounts ON devices (account);
CREATE INDEX merged_into ON merged (target);
CREATE TABLE said_of (version INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL);
"""

_GET = "SELECT r.account, r.said FROM devices d JOIN rights r ON r.account = d.account WHERE d.device = ?"
_SAY = "INSERT INTO said_of (name) VALUES (?)"
_MOST_SAID = 10_000
_KEPT_SAID = 100_000


def put(connection: sqlite3.Connection, account: ReaderId, rights: Rights) -> None:
    """Write an account's rights, where they differ from what stands."""
    text = to_text(rights)
    held = connection.execute("SELECT said FROM rights WHERE account = ?", (account,)).fetchone()
    if held is not None and held[0] == text:
        return
    connection.execute("INSERT OR REPLACE INTO rights (account, said) VALUES (?, ?)", (account, text))
    _say(connection, account)


def get(connection: sqlite3.Connection, device: ReaderId) -> Rights | None:
    """The rights of the account to which a device is signed in."""
    row = connection.execute(_GET, (device,)).fetchone()
    return None if row is None else of_text(ReaderId(row[0]), row[1])


def sign_in(connection: sqlite3.Connection, device: ReaderId, account: ReaderId) -> None:
    """Write whose device it is."""
    connection.execute("INSERT OR REPLACE INTO devices (device, account) VALUES (?, ?)", (device, account))
    _say(connection, device)


def sign_out(connection: sqlite3.Connection, device: ReaderId) -> None:
    """Write that it is nobody's."""
    if connection.execute("DELETE FROM devices WHERE device = ?", (device,)).rowcount:
        _say(connection, device)


def erase(connection: sqlite3.Connection, account: ReaderId) -> None:
    """Take away an account's rights and devices."""
    devices = connection.execute("SELECT device FROM devices WHERE account = ?", (account,)).fetchall()
    for (device,) in devices:
        sign_out(connection, ReaderId(device))
    if connection.execute("DELETE FROM rights WHERE account = ?", (account,)).rowcount:
        _say(connection, account)


def changed_since(connection: sqlite3.Connection, version: int) -> Changes:
    """What was said since a version."""
    oldest, newest = connection.execute("SELECT min(version), max(version) FROM said_of").fetchone()
    if newest is None:
        return Changes(0, frozenset() if version <= 0 else None)
    if version == newest:
        return Changes(newest)
    if not oldest - 1 <= version < newest or newest - version > _MOST_SAID:
        return Changes(newest, None)
    names = connection.execute("SELECT name FROM said_of WHERE version > ?", (version,)).fetchall()
    return Changes(newest, frozenset(ReaderId(name) for (name,) in names))


def _say(connection: sqlite3.Connection, name: ReaderId) -> None:
    version = connection.execute(_SAY, (name,)).lastrowid
    assert version is not None
    if version % 1000 == 0:
        connection.execute("DELETE FROM said_of WHERE version <= ?", (version - _KEPT_SAID,))
