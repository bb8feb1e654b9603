"""A store of an older version is brought up to date after a copy; its meters stay."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pennypress.store import sqlite_file, sqlite_rights
from pennypress.store.opening import open_store, prepare
from tests.contract.stores import ADA, MONTH, NOON, claim

SPAN = MONTH.span(NOON)


def _older(path: Path) -> None:
    """Make a store as the version before did."""
    sqlite_file.create(path)
    _make_older(path)


def _make_older(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name in (
            *("rights", "devices", "said_of", "known"),
            *("address_keys", "visitors", "newcomers", "established", "refusals", "uses"),
        ):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("DROP INDEX merged_into")
        connection.execute("PRAGMA user_version = 1")


def _version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def _spend_in_older(folder: Path) -> None:
    store = open_store("sqlite:paper.db", folder)
    await store.spend(claim("/a"))
    await store.close()
    _make_older(folder / "paper.db")


async def test_the_meters_of_an_older_store_stay_and_rights_can_be_kept(tmp_path: Path) -> None:
    await _spend_in_older(tmp_path)
    store = open_store("sqlite:paper.db", tmp_path)
    assert (await store.standing(ADA, SPAN, NOON)).spent == 1
    await store.sign_in(ADA, ADA)
    await store.close()
    assert _version(tmp_path / "paper.db") == sqlite_file.SCHEMA_VERSION


async def test_a_whole_copy_of_it_lies_beside(tmp_path: Path) -> None:
    await _spend_in_older(tmp_path)
    prepare("sqlite:paper.db", tmp_path)
    copy = tmp_path / "paper.db.schema-1"
    assert _version(copy) == 1
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM meters").fetchone() == (1,)


def test_a_second_start_copies_nothing_again(tmp_path: Path) -> None:
    _older(tmp_path / "paper.db")
    prepare("sqlite:paper.db", tmp_path)
    (tmp_path / "paper.db.schema-1").write_bytes(b"kept")
    prepare("sqlite:paper.db", tmp_path)
    assert (tmp_path / "paper.db.schema-1").read_bytes() == b"kept"


def test_a_made_store_and_a_migrated_one_have_the_same_tables(tmp_path: Path) -> None:
    _older(tmp_path / "old.db")
    prepare("sqlite:old.db", tmp_path)
    prepare("sqlite:new.db", tmp_path)
    tables = []
    for name in ("old.db", "new.db"):
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            tables.append(set(connection.execute("SELECT name, sql FROM sqlite_master").fetchall()))
    assert tables[0] == tables[1]


async def test_of_very_many_changes_one_is_told_that_all_may_have_changed(tmp_path: Path) -> None:
    store = open_store("sqlite:paper.db", tmp_path)
    with closing(sqlite3.connect(tmp_path / "paper.db")) as connection:
        names = [(bytes([number % 256]) * 16,) for number in range(10_002)]
        connection.executemany("INSERT INTO said_of (name) VALUES (?)", names)
        connection.commit()
    assert (await store.changed_since(0)).names is None
    assert (await store.changed_since(10_000)).names is not None
    await store.close()


def test_old_changes_are_let_go(tmp_path: Path) -> None:
    prepare("sqlite:paper.db", tmp_path)
    with closing(sqlite3.connect(tmp_path / "paper.db")) as connection:
        rows = ((number, ADA) for number in range(1, 101_000))
        connection.executemany("INSERT INTO said_of (version, name) VALUES (?, ?)", rows)
        sqlite_rights.sign_in(connection, ADA, ADA)
        assert connection.execute("SELECT min(version) FROM said_of").fetchone()[0] > 900
        connection.commit()
        assert sqlite_rights.changed_since(connection, 5).names is None
