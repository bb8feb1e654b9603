"""What is looked at before a SQLite store is used, and that nothing is touched when it may not be."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from pennypress.errors import StoreUnusable
from pennypress.store.opening import open_store, prepare
from pennypress.store.sqlite import SqliteStore
from pennypress.store.sqlite_file import (
    SCHEMA_VERSION,
    check_file,
    check_place,
    connect,
    create,
    exists,
    network_file_system,
)
from tests.conftest import lacks
from tests.contract.stores import ADA, MONTH, NOON, claim
from tests.store.workers import Worker

MOUNTS = r"""/dev/vda1 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/sdb1 /home/local ext4 rw 0 0
//nas/press /srv/the\040press cifs rw 0 0
host: /mnt/ssh fuse.sshfs rw 0 0
none /mnt/win 9p rw 0 0
cluster /mnt/gluster fuse.glusterfs rw 0 0
mon:/ /mnt/ceph ceph rw 0 0
mgs:/l /mnt/lustre lustre rw 0 0
/dev/sdc1 /mnt/ntfs fuseblk rw 0 0
nas:/over /covered nfs rw 0 0
/dev/sdd1 /covered ext4 rw 0 0
"""


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A store with a reader in it, closed."""
    store = open_store("sqlite:paper.db", tmp_path)
    for number in range(3):
        await store.spend(claim(f"/{number}"))
    await store.close()
    return tmp_path / "paper.db"


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {found.name: found.read_bytes() for found in folder.iterdir() if found.is_file()}


def refusal(path: Path) -> str:
    """The sentence with which a store is refused, once it is sure that nothing was touched."""
    before = everything(path.parent)
    with pytest.raises(StoreUnusable) as refused:
        open_store(f"sqlite:{path.name}", path.parent)
    assert everything(path.parent) == before
    sentence = str(refused.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_a_store_that_is_whole_is_not_refused(path: Path) -> None:
    before = everything(path.parent)
    check_file(path, patience=1.0)
    assert everything(path.parent) == before


@pytest.mark.parametrize("offset", [0, 16, 60, 100, 4096, 5 * 4096 + 3, 9 * 4096 + 1])
def test_a_damaged_file_is_refused_and_named(path: Path, offset: int) -> None:
    damaged = bytearray(path.read_bytes())
    damaged[offset : offset + 64] = b"\xa5" * len(damaged[offset : offset + 64])
    path.write_bytes(damaged)
    assert "damaged" in refusal(path) or "newer" in refusal(path)


@pytest.mark.parametrize("length", [1, 50, 4096, 7 * 4096])
def test_a_file_cut_short_is_refused(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
    sentence = refusal(path)
    assert "damaged" in sentence or "not a store" in sentence


def test_a_file_of_another_kind_is_refused(path: Path) -> None:
    path.write_text("Dear diary,\n" * 500)
    assert "damaged (file is not a database)" in refusal(path)


def test_an_empty_file_is_refused(path: Path) -> None:
    path.write_bytes(b"")
    assert "not a store of Pennypress" in refusal(path)


def test_somebody_elses_sqlite_file_is_refused(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url)")
    assert "not a store of Pennypress" in refusal(path)


def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    assert "written by a newer Pennypress" in refusal(path)


def test_a_damaged_log_beside_the_file_is_refused_and_not_taken_for_empty(path: Path) -> None:
    path.with_name("paper.db-wal").write_bytes(b"\xa5" * 5000)
    assert "paper.db-wal" in refusal(path)


def test_a_log_whose_file_is_missing_is_not_played_into_a_new_one(path: Path) -> None:
    path.rename(path.with_name("paper.db-wal"))
    assert "paper.db-wal" in refusal(path)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "paper.db").mkdir()
    assert "not a file" in refusal(tmp_path / "paper.db")


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "paper.db")
    assert "not a file" in refusal(tmp_path / "paper.db")


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="does not exist"):
        prepare("sqlite:not-there/paper.db", tmp_path)


@pytest.mark.parametrize("modes", [(0o755, 0o600), (0o555, 0o666)], ids=["the file", "the directory"])
def test_without_permission_it_is_refused(modes: tuple[int, int]) -> None:
    if os.geteuid() != 0:
        lacks("this test tries the store of one user as another, which needs root")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.db"
        create(path)
        path.parent.chmod(modes[0])
        path.chmod(modes[1])
        assert "may not" in as_nobody(path)


def as_nobody(path: Path) -> str:
    """With what sentence a store is refused to the user nobody."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            prepare(f"sqlite:{path.name}", path.parent)
        except StoreUnusable as refused:
            os.write(writing, str(refused).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as sentence:
        said = sentence.read()
    os.waitpid(child, 0)
    return said


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib/pennypress", None),
        ("/run/pennypress", None),
        ("/home/ada", "nfs4"),
        ("/home/local/ada", None),
        ("/homestead", None),
        ("/srv/the press", "cifs"),
        ("/mnt/ssh/deep/down", "fuse.sshfs"),
        ("/mnt/win", "9p"),
        ("/mnt/gluster", "fuse.glusterfs"),
        ("/mnt/ceph", "ceph"),
        ("/mnt/lustre", "lustre"),
        ("/mnt/ntfs", None),
        ("/covered", None),
    ],
)
def test_a_network_file_system_is_known_by_what_is_mounted_there(folder: str, kind: str | None) -> None:
    assert network_file_system(Path(folder), MOUNTS) == kind


def test_a_store_on_a_network_file_system_is_refused_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to(tmp_path / "far")
    mounts = f"/dev/vda1 / ext4 rw 0 0\nnas:/x {(tmp_path / 'far').resolve()} nfs rw 0 0\n"
    with pytest.raises(StoreUnusable, match=r"network file system \(nfs\)"):
        check_place(tmp_path / "near" / "paper.db", mounts)


def test_a_new_store_belongs_to_its_user_alone(tmp_path: Path) -> None:
    prepare("sqlite:paper.db", tmp_path)
    assert (tmp_path / "paper.db").stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["paper.db"]


def test_a_store_made_meanwhile_by_another_is_left_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    create(path)
    assert path.read_bytes() == before
    assert exists(path)


def test_a_running_store_that_was_taken_out_of_write_ahead_mode_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
    with pytest.raises(StoreUnusable, match="write-ahead mode"):
        connect(path)


def test_a_store_that_another_program_keeps_to_itself_is_not_called_damaged(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("UPDATE controls SET generation = generation + 1")
        with pytest.raises(StoreUnusable, match="to itself"):
            prepare(f"sqlite:{path.name}", path.parent)


async def test_looking_at_a_store_in_use_neither_disturbs_nor_unlocks_it(path: Path) -> None:
    """A closed look must not give up the locks that this process holds on the same file: another process that comes
    and goes would then take itself for the last, and delete the log under our feet."""
    store = SqliteStore(path)
    await store.spend(claim("/before"))
    check_file(path, patience=1.0)
    with Worker(f"sqlite:{path.name}", path.parent) as other:
        other.call("spend", claim("/other"))
        other.close()
    assert path.with_name("paper.db-wal").exists()
    await store.spend(claim("/after", limit=9))
    standing = await store.standing(ADA, MONTH.span(NOON), NOON)
    await store.close()
    assert [unit.article for unit in standing.units] == ["/0", "/1", "/2", "/before", "/other", "/after"]


async def test_a_store_opened_once_more_by_its_process_keeps_its_log(path: Path) -> None:
    """As a worker does that takes up a changed file, and the office in it: a command that then comes and goes must not
    delete the log, or what is opened from there on would be lost at the next start."""
    store = open_store(f"sqlite:{path.name}", path.parent)
    again = open_store(f"sqlite:{path.name}", path.parent)
    await store.close()
    with Worker(f"sqlite:{path.name}", path.parent) as command:
        command.call("spend", claim("/other"))
        command.close()
    assert path.with_name("paper.db-wal").exists()
    await again.spend(claim("/after", limit=9))
    with Worker(f"sqlite:{path.name}", path.parent) as command:
        standing = command.call("standing", ADA, MONTH.span(NOON), NOON)
    await again.close()
    assert [unit.article for unit in standing.units] == ["/0", "/1", "/2", "/other", "/after"]


def _locks_on(inode: str) -> list[str]:
    """The locks on a file, without their numbers among all locks of the machine, which change with other programs'."""
    held = Path("/proc/locks").read_text().splitlines()
    return [line.partition(":")[2] for line in held if inode in line]


def test_a_quiet_look_gives_up_no_lock_either(path: Path) -> None:
    """The same where there is no log yet: the connection is open, and nothing was written through it."""
    with closing(connect(path)) as held:
        held.execute("SELECT count(*) FROM meters").fetchone()
        inode = f":{path.stat().st_ino} "
        before = _locks_on(inode)
        prepare(f"sqlite:{path.name}", path.parent)
        after = _locks_on(inode)
    assert before
    assert after == before
