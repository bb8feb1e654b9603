"""Where the log goes out, without ever waiting for whoever reads it."""

from __future__ import annotations

import os
import select
import stat
from contextlib import suppress

ATOMIC = 4096
"""A pipe takes so many bytes whole, so that the lines of several workers do not mix."""


class Outlet:
    """A file descriptor to write to. A reader of a pipe who has stopped reading would otherwise hold up the whole
    worker, and with it everybody who reads the paper."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._own: int | None = None
        with suppress(OSError):
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                # Opened anew, so that it waits for nobody here and does as before elsewhere.
                self._own = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def write(self, line: bytes) -> bool:
        """Whether this went out whole. What does not (a full disk or pipe, a reader gone) is lost: a log that cannot
        be kept is no reason to stop answering."""
        try:
            return all(self._takes(line[at : at + ATOMIC]) for at in range(0, len(line), ATOMIC))
        except OSError:
            return False

    def _takes(self, piece: bytes) -> bool:
        if self._own is not None:
            return os.write(self._own, piece) == len(piece)
        if not select.select((), (self._descriptor,), (), 0)[1]:
            return False
        return os.write(self._descriptor, piece) == len(piece)
