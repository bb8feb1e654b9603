"""Opens the store that ``[store] meters`` names, and readies it before any worker starts."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from pennypress.errors import StoreUnusable
from pennypress.store import Store
from pennypress.store import sqlite_file as file
from pennypress.store.memory import MemoryStore
from pennypress.store.sqlite import SqliteStore

_MOUNTS = Path("/proc/self/mounts")
_MEMORY = "memory:"
_SQLITE = "sqlite:"


def open_store(url: str, base: Path) -> Store:
    """The store at this address; a path in it is relative to ``base``. One that does not exist yet is made.

    To be called once a process, after it was forked. Raises StoreUnusable.
    """
    path = sqlite_path(url, base)
    if path is None:
        return MemoryStore()
    prepare(url, base)
    try:
        return SqliteStore(path)
    except (sqlite3.Error, OSError) as refusal:
        raise StoreUnusable(
            f"{path}: the store cannot be opened ({refusal}); see who else uses it, and its disk."
        ) from None


def prepare(url: str, base: Path) -> None:
    """Check the store, and make it where there is none, before workers start. Raises StoreUnusable."""
    path = sqlite_path(url, base)
    if path is None:
        return
    file.check_place(path, _mounts())
    if not file.exists(path):
        file.create(path)
    version = file.check_file(path, patience=0.1)
    file.ensure_log(path)
    if version < file.SCHEMA_VERSION:
        file.bring_up_to_date(path, version)


def holds_readers(url: str, base: Path) -> bool:
    """Whether a reader's meter is in the store already; nothing is made. Raises StoreUnusable.

    The passes of those readers can only be read with the keys that signed them.
    """
    path = sqlite_path(url, base)
    return path is not None and file.holds_readers(path)


def sqlite_path(url: str, base: Path) -> Path | None:
    """The file that an address names; None for ``memory:``. Raises StoreUnusable for any other address."""
    if url == _MEMORY:
        return None
    name = url.removeprefix(_SQLITE)
    if name == url or not name or name.startswith((":", "//")) or "\0" in name:
        raise StoreUnusable(
            f"{url!r}: this names no store; write sqlite: and a file, such as sqlite:pennypress.db, or memory:."
        )
    return base / name


def _mounts() -> str:
    """What is mounted here; empty where the system does not say (then every place counts as local)."""
    try:
        return _MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return ""
