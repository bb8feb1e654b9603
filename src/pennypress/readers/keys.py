"""The key file: secrets that never leave the paper's machine, from which each purpose derives its own key by name."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from pennypress.errors import KeysError

KEY_BYTES = 32

_KEY = re.compile(r"[0-9a-fA-F]{64}")
_PERSON = b"pennypress"
_MODE = 0o600
_LONGEST_FILE = 65536
_OPEN_TO_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys, newest first: the newest signs, all of them verify. They show in no ``repr``."""

    secrets: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secrets or any(len(secret) != KEY_BYTES for secret in self.secrets):
            raise ValueError(f"there is at least one key, and each has {KEY_BYTES} bytes")

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """One key of 32 bytes from each secret, newest first; those of another purpose say nothing about them."""
        name = purpose.encode("utf-8")
        return tuple(
            blake2b(name, key=secret, digest_size=KEY_BYTES, person=_PERSON).digest() for secret in self.secrets
        )


def keys_for_start(path: Path, *, store_is_new: bool) -> Keys:
    """The keys with which to start: those in the file, or fresh ones where neither it nor the store exists.

    To be called by one process before its workers start. Raises KeysError, also for a store with readers and no
    key file: new keys would verify none of their passes.
    """
    if not path.exists():
        if not store_is_new:
            raise KeysError(
                f"{path}: the key file is missing, but the store holds readers whose passes only those keys verify; "
                "put the file back from your backup, or move the store away to begin with no readers."
            )
        with contextlib.suppress(FileExistsError):
            return make(path)
    return load(path)


def load(path: Path) -> Keys:
    """Read a key file. Raises KeysError when it is missing, badly formed, or open to other users of the machine."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            _refuse_unsafe(path, os.fstat(descriptor))
            lines = os.read(descriptor, _LONGEST_FILE).decode("ascii").splitlines()
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise KeysError(f"{path}: there is no key file; put it back, or let 'pennypress init' make one.") from None
    except UnicodeDecodeError:
        raise KeysError(f"{path}: this is no key file; it holds one key a line, each of 64 hex digits.") from None
    except OSError as error:
        raise KeysError(f"{path}: the key file cannot be read ({error.strerror}); let this user read it.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip() and not _KEY.fullmatch(line.strip()):
            raise KeysError(
                f"{path}, line {number}: this is no key; write 64 hex digits, as 'openssl rand -hex 32' does."
            )
    keys = tuple(bytes.fromhex(line) for line in lines if line.strip())
    if not keys:
        raise KeysError(f"{path}: the key file is empty; put it back from your backup.")
    return Keys(keys)


def make(path: Path) -> Keys:
    """Make a key file with one key, for this user alone, durable and whole from the moment at which it appears.

    Raises FileExistsError when there is one already, and KeysError when it cannot be written.
    """
    secret = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{secret.hex()}\n")
                file.flush()
                os.fsync(descriptor)
            # A link is refused where the name is taken, and a second process never sees half a file.
            os.link(draft, path)
        finally:
            draft.unlink()
        _sync_folder(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise KeysError(
            f"{path}: the key file cannot be made ({error.strerror}); let this user write there."
        ) from error
    return Keys((secret,))


def _refuse_unsafe(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeysError(f"{path}: this is no file; name the key file itself.")
    if status.st_mode & _OPEN_TO_OTHERS:
        mode = stat.S_IMODE(status.st_mode)
        raise KeysError(
            f"{path}: other users of this machine can reach the keys (mode {mode:04o}); run 'chmod 600 {path}', "
            "and put a new key on its first line if somebody may have read it."
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
