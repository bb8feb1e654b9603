"""Which store an address names, and what is readied before any worker starts."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pennypress.errors import StoreUnusable
from pennypress.store.memory import MemoryStore
from pennypress.store.opening import holds_readers, open_store, prepare, sqlite_path
from pennypress.store.sqlite import SqliteStore
from tests.contract.stores import ADA, MONTH, NOON, claim


def test_memory_is_the_memory_store(tmp_path: Path) -> None:
    assert isinstance(open_store("memory:", tmp_path), MemoryStore)
    assert list(tmp_path.iterdir()) == []


async def test_sqlite_is_a_file_beside_the_configuration(tmp_path: Path) -> None:
    store = open_store("sqlite:paper.db", tmp_path)
    await store.close()
    assert isinstance(store, SqliteStore)
    assert (tmp_path / "paper.db").is_file()


def test_a_path_is_relative_to_the_base_unless_it_begins_with_a_slash() -> None:
    assert sqlite_path("sqlite:data/paper.db", Path("/etc/pennypress")) == Path("/etc/pennypress/data/paper.db")
    assert sqlite_path("sqlite:/var/lib/paper.db", Path("/etc/pennypress")) == Path("/var/lib/paper.db")
    assert sqlite_path("sqlite:what? 100%#.db", Path("/etc")) == Path("/etc/what? 100%#.db")


@pytest.mark.parametrize(
    "url",
    ["", "paper.db", "sqlite:", "sqlite::memory:", "sqlite://host/paper.db", "redis://host", "memory", "SQLITE:x"],
)
def test_any_other_address_is_refused_with_what_is_possible(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match=r"sqlite:pennypress\.db, or memory:"):
        open_store(url, tmp_path)


async def test_any_name_of_a_file_will_do(tmp_path: Path) -> None:
    url = "sqlite:what? 100%25#&mode=memory.db"
    store = open_store(url, tmp_path)
    await store.spend(claim("/a"))
    await store.close()
    again = open_store(url, tmp_path)
    assert (await again.standing(ADA, MONTH.span(NOON), NOON)).spent == 1
    await again.close()


async def test_a_store_says_whether_it_holds_readers_and_makes_nothing(tmp_path: Path) -> None:
    assert not holds_readers("memory:", tmp_path)
    assert not holds_readers("sqlite:paper.db", tmp_path)
    assert not os.listdir(tmp_path)  # noqa: PTH208
    prepare("sqlite:paper.db", tmp_path)
    assert not holds_readers("sqlite:paper.db", tmp_path)
    store = open_store("sqlite:paper.db", tmp_path)
    await store.spend(claim("/a"))
    assert holds_readers("sqlite:paper.db", tmp_path)
    await store.close()
    assert holds_readers("sqlite:paper.db", tmp_path)


def test_a_damaged_store_is_not_asked_for_its_readers(tmp_path: Path) -> None:
    (tmp_path / "paper.db").write_bytes(b"\xa5" * 9000)
    with pytest.raises(StoreUnusable, match="damaged"):
        holds_readers("sqlite:paper.db", tmp_path)


async def test_a_copy_made_by_vacuum_serves_again_with_all_its_readers(tmp_path: Path) -> None:
    store = open_store("sqlite:paper.db", tmp_path)
    await store.spend(claim("/a"))
    await store.close()
    with closing(sqlite3.connect(tmp_path / "paper.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    prepare("sqlite:copy.db", tmp_path)
    restored = open_store("sqlite:copy.db", tmp_path)
    assert (await restored.standing(ADA, MONTH.span(NOON), NOON)).spent == 1
    await restored.close()
