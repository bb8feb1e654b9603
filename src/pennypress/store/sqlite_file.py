"""The SQLite file itself: where it may lie, how it is made, and what is looked at before anything in it is touched."""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import stat
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from pennypress.errors import StoreUnusable
from pennypress.store import sqlite_budget, sqlite_known, sqlite_rights, sqlite_uses

APPLICATION_ID = 0x50656E79
SCHEMA_VERSION = 5

_SCHEMA = """
CREATE TABLE meters (reader BLOB PRIMARY KEY, units BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE merged (source BLOB PRIMARY KEY, target BLOB NOT NULL, moment INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, title TEXT NOT NULL, day INTEGER NOT NULL,
    UNIQUE (key, title)
);
CREATE TABLE upkeep (newest INTEGER, ahead_since REAL, cleaned_to INTEGER NOT NULL, place BLOB);
INSERT INTO upkeep VALUES (NULL, NULL, 0, NULL);
CREATE TABLE controls (generation INTEGER NOT NULL, mode TEXT, mode_said INTEGER NOT NULL);
INSERT INTO controls VALUES (0, NULL, 0);
CREATE TABLE openings (id INTEGER PRIMARY KEY, path TEXT, tag TEXT, start TEXT NOT NULL, until TEXT NOT NULL,
    why TEXT NOT NULL);
CREATE TABLE locks (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, start TEXT NOT NULL, until TEXT,
    why TEXT NOT NULL);
CREATE TABLE links (link TEXT, address TEXT, sketch BLOB NOT NULL, disbelieved INTEGER NOT NULL,
    PRIMARY KEY (link, address)) WITHOUT ROWID;
CREATE TABLE tallies (day TEXT, name TEXT, count INTEGER NOT NULL, PRIMARY KEY (day, name)) WITHOUT ROWID;
CREATE TABLE stopped (observed INTEGER, reader BLOB, moment INTEGER NOT NULL, PRIMARY KEY (observed, reader))
    WITHOUT ROWID;
"""

_ADDED = {2: sqlite_rights.SCHEMA, 3: sqlite_known.SCHEMA, 4: sqlite_budget.SCHEMA, 5: sqlite_uses.SCHEMA}
"""What each version after the first added."""

_SMALL_TABLES = (
    "merged", "articles", "upkeep", "controls", "openings", "locks", "links", "tallies", "rights", "devices", "said_of",
    "known", *sqlite_budget.TABLES, "uses",
)  # fmt: skip
_FIRST_OF = {1: "rights", 2: "known", 3: "address_keys", 4: "uses"}
"""The first of the small tables that a store of an older version lacks."""
_VERSIONS = slice(18, 20)
_WRITE_AHEAD = b"\x02\x02"
"""The file format's read and write versions in write-ahead mode (SQLite file format, section 1.3.3)."""

_PATIENCE_OF_A_START = 2.0
_LARGE = 32 * 1024 * 1024
_WAL_MAGIC = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_ESCAPED = re.compile(r"\\([0-7]{3})")

_NETWORK = re.compile(
    r"9p|afs|beegfs|ceph|cifs|coda|davfs|fhgfs|glusterfs|gpfs|lustre|ncpfs|nfs4?|ocfs2|orangefs|pvfs2|smb[23]?|smbfs"
)
_NETWORK_FUSE = re.compile(
    r"fuse\.(?:sshfs|glusterfs|ceph.*|s3.*|rclone|davfs.*|smb.*|nfs.*|curlftpfs|gcsfuse|blobfuse.*|juicefs"
    r"|seaweedfs|moosefs|mfs|lizardfs|beegfs|goofys|afp.*|hdfs|.*vmhgfs.*)"
)


def check_place(path: Path, mounts: str) -> None:
    """Refuse a place where SQLite cannot be exact: no directory, none that we may write to, a network file system.

    ``mounts`` is the text of ``/proc/self/mounts``. Raises StoreUnusable; touches nothing.
    """
    folder = path.parent
    if not folder.is_dir():
        raise StoreUnusable(f"{path}: the directory {folder} does not exist; create it, or set [store] meters.")
    network = network_file_system(folder.resolve(), mounts)
    if network is not None:
        raise StoreUnusable(
            f"{path}: this lies on a network file system ({network}), where locks cannot be trusted and the meter "
            "would miscount; put it on a local disk with [store] meters."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreUnusable(f"{path}: this user may not write to the directory {folder}; grant it, or move the store.")


def network_file_system(folder: Path, mounts: str) -> str | None:
    """The kind of network file system on which a resolved directory lies; None where it is local."""
    kind, longest = "", -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), fields[1])
        depth = len(Path(point).parts)
        if depth >= longest and folder.is_relative_to(point):
            kind, longest = fields[2], depth
    return kind if _NETWORK.fullmatch(kind) or _NETWORK_FUSE.fullmatch(kind) else None


def exists(path: Path) -> bool:
    """Whether a store stands here already. Raises StoreUnusable for anything here that is no usable plain file."""
    try:
        if not path.exists():
            log_alone = _beside(path, "-wal").exists()
            if not path.exists():  # another gateway may have made both since the first look
                if log_alone:
                    raise StoreUnusable(
                        f"{path}: this file is missing, but {path.name}-wal, which belongs to it, is still there; put "
                        "the file back, or delete that one too to begin anew."
                    )
                return False
        found = path.stat()
    except OSError as refusal:
        raise StoreUnusable(f"{path}: this file cannot be reached ({refusal.strerror}); see its directory.") from None
    if not stat.S_ISREG(found.st_mode):
        raise StoreUnusable(f"{path}: this is not a file; name a file with [store] meters.")
    if not os.access(path, os.R_OK | os.W_OK):
        raise StoreUnusable(f"{path}: this user may not read and write the file; give it to the gateway's user.")
    return True


def create(path: Path) -> None:
    """Make an empty store. It appears under its name whole, or not at all; one made meanwhile by another stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.executescript(f"BEGIN; {_SCHEMA} {' '.join(_ADDED.values())} COMMIT;")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("PRAGMA journal_mode = WAL")
        with suppress(FileExistsError):
            os.link(draft, path)
        _sync_folder(path.parent)
    except (OSError, sqlite3.Error) as refusal:
        raise StoreUnusable(f"{path}: the store cannot be made here ({refusal}); see its disk and directory.") from None
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            _beside(draft, ending).unlink(missing_ok=True)


def bring_up_to_date(path: Path, version: int) -> None:
    """Give a store of an older ``version`` what was added since, after a copy of it was laid beside it.

    Raises StoreUnusable where there is no room for the copy, or somebody else holds the file.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_OF_A_START)) as connection:
            _copy(connection, _beside(path, f".schema-{version}"))
            connection.execute("BEGIN IMMEDIATE")
            for number in range(_version(connection) + 1, SCHEMA_VERSION + 1):  # another gateway may have been first
                for statement in _ADDED[number].split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
    except sqlite3.Error as failure:
        raise StoreUnusable(
            f"{path}: this store is of an older Pennypress and could not be brought up to date ({failure}); see its "
            "disk, and who else uses it. Nothing in it was changed."
        ) from None


def _copy(connection: sqlite3.Connection, copy: Path) -> None:
    """A whole copy under a name, which appears only once it is whole; one that is there already stays."""
    if copy.exists():
        return
    draft = copy.with_name(f".{copy.name}.{secrets.token_hex(6)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(draft)) as target:
            connection.backup(target)
        draft.replace(copy)
        _sync_folder(copy.parent)
    except OSError as refusal:
        raise StoreUnusable(f"{copy}: the copy of the older store cannot be made ({refusal}); see its disk.") from None
    finally:
        draft.unlink(missing_ok=True)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_file(path: Path, *, patience: float) -> int:
    """The version of a store's schema; refuses a file that is no store of ours, is too new, or is damaged. Touches
    nothing, nor makes a file beside it.

    Looks through all pages of a file of up to 32 MB, and through all but the meters of a larger one; stops looking
    after ``patience`` seconds where this SQLite can be interrupted. Raises StoreUnusable.
    """
    _check_wal(path)
    quiet = not _size(_beside(path, "-wal"))
    try:
        with closing(_looking(path, quiet=quiet)) as connection:
            version = _checked_header(path, connection)
            _check_pages(path, connection, patience)
            return version
    except (sqlite3.Error, StoreUnusable) as damage:
        if quiet and _size(_beside(path, "-wal")):
            # Another gateway began to write while we looked, without locks: what we saw may be half of a change.
            return check_file(path, patience=patience)
        if isinstance(damage, StoreUnusable):
            raise
        raise _unreadable(path, damage) from None


def ensure_log(path: Path) -> None:
    """Put a store that is in no write-ahead mode back into it: a copy made by ``VACUUM INTO`` is not. Raises
    StoreUnusable when somebody else holds the file."""
    try:
        if _writes_ahead(path):
            return
        with closing(sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_OF_A_START)) as connection:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    except sqlite3.Error as failure:
        raise _unreadable(path, failure) from None
    if mode != "wal":
        raise StoreUnusable(f"{path}: the store cannot be put into write-ahead mode; see who else uses it.")


def _writes_ahead(path: Path) -> bool:
    """Whether a store is in write-ahead mode.

    Whoever closes a file gives up all locks that the process holds on it, those of its open connections too (POSIX);
    the next program that comes and goes would then delete the log under them. While anybody has the store open, which
    the index of the log shows, SQLite alone may look: it knows of the process's other connections.
    """
    if not _beside(path, "-shm").exists():
        with path.open("rb") as file:
            return file.read(_VERSIONS.stop)[_VERSIONS] == _WRITE_AHEAD
    with closing(_looking(path, quiet=False)) as connection:
        _version(connection)  # only once it has read the header does it know the mode
        return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def holds_readers(path: Path) -> bool:
    """Whether any reader's meter stands in the file; False where there is no file."""
    if not exists(path):
        return False
    check_file(path, patience=0.1)
    with closing(_looking(path, quiet=not _size(_beside(path, "-wal")))) as connection:
        return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM meters)").fetchone()[0])


def connect(path: Path) -> sqlite3.Connection:
    """A connection of the running store: it never makes the file, never waits by itself, never checkpoints unasked."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None, check_same_thread=False, timeout=0.0
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("SELECT generation FROM controls").fetchone()
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal":
            raise StoreUnusable(
                f"{path}: another program took this store out of write-ahead mode ({mode}); "
                f"run: sqlite3 {path} 'PRAGMA journal_mode=WAL'."
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _looking(path: Path, *, quiet: bool) -> sqlite3.Connection:
    """A connection that only reads; a quiet one, for a file without a log, takes no locks and makes nothing beside."""
    ending = "&immutable=1" if quiet else ""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro{ending}", uri=True, isolation_level=None, timeout=1.0)


def _checked_header(path: Path, connection: sqlite3.Connection) -> int:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = _version(connection)
    if application != APPLICATION_ID:
        raise StoreUnusable(
            f"{path}: this SQLite file is not a store of Pennypress; name another file with [store] meters."
        )
    if version > SCHEMA_VERSION:
        raise StoreUnusable(
            f"{path}: this store was written by a newer Pennypress (schema {version}, this one knows "
            f"{SCHEMA_VERSION}); start that version again."
        )
    return version


def _check_pages(path: Path, connection: sqlite3.Connection, patience: float) -> None:
    deadline = time.monotonic() + patience
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 1000)
    large = _size(path) > _LARGE
    lacks = _FIRST_OF.get(_version(connection))
    small = _SMALL_TABLES[: None if lacks is None else _SMALL_TABLES.index(lacks)]
    checks = [f"PRAGMA quick_check('{table}')" for table in small] if large else ["PRAGMA quick_check(1)"]
    try:
        for check in checks:
            found = connection.execute(check).fetchone()[0]
            if found != "ok":
                raise _damaged(path, str(found).splitlines()[-1])
    except sqlite3.OperationalError:
        if time.monotonic() <= deadline:
            raise


def _check_wal(path: Path) -> None:
    """Refuse a write-ahead log that is none: SQLite would take it for empty, and forget grants without a word."""
    try:
        with _beside(path, "-wal").open("rb") as log:
            header = log.read(32)
    except FileNotFoundError:
        return
    except OSError as refusal:
        raise StoreUnusable(f"{path}-wal: this file cannot be read ({refusal.strerror}); see its owner.") from None
    if header[:4] not in _WAL_MAGIC and header.strip(b"\0"):
        raise StoreUnusable(
            f"{path}-wal: this file, the latest part of the store, is damaged; restore both from a copy, or move it "
            "away to go on without what was counted last."
        )


def _unreadable(path: Path, failure: sqlite3.Error) -> StoreUnusable:
    code = getattr(failure, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_BUSY:
        return StoreUnusable(f"{path}: another program keeps this store to itself ({failure}); end that program first.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR):
        return StoreUnusable(f"{path}: this file cannot be read ({failure}); see its disk and its owner.")
    return _damaged(path, str(failure))


def _damaged(path: Path, finding: str) -> StoreUnusable:
    return StoreUnusable(
        f"{path}: this store is damaged ({finding.strip()}); nothing in it was touched: restore it from a copy, or "
        "move it away to begin anew."
    )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _sync_folder(folder: Path) -> None:
    """Make a new name in a directory survive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
