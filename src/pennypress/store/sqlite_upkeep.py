"""The upkeep of the SQLite file, away from every answer: the log is written back, rows without a use are let go."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pennypress.core.meter import Claim
from pennypress.core.window import Span
from pennypress.store.budget import keys_from
from pennypress.store.held import MERGED_FOR, SeenTime, kept_from
from pennypress.store.sqlite_budget import clean as clean_budget
from pennypress.store.sqlite_file import connect
from pennypress.store.sqlite_rows import Rows
from pennypress.store.sqlite_uses import clean as clean_uses

LOG_LIMIT = 4 * 1024 * 1024
"""Bytes from which on the log is written back."""

_DAY = 86_400
_LOG_KEPT = 1024 * 1024
_ROWS_A_STEP = 200
_BETWEEN_STEPS = 0.02
_PATIENCE_MS = 1000
_PATIENCE_TO_EMPTY_MS = 20
_BETWEEN_LOOKS = 1.0
_LOOKS_BETWEEN_CLEANINGS = 60

_log = logging.getLogger("pennypress.store")


class Upkeep:
    """Tends the file, once started about once a second on a thread of its own, until closed.

    ``latest`` gives the newest claim that this process has seen, None before the first; ``tick`` is a clock that
    nobody sets, in seconds. Of all processes on a file one alone, which holds the lock on
    ``<file>-upkeep``, writes the log back: SQLite before 3.51.3 can lose a commit where two do so at the same instant.
    """

    def __init__(self, path: Path, latest: Callable[[], Claim | None], tick: Callable[[], float]) -> None:
        self._log_file = path.with_name(f"{path.name}-wal")
        self._latest = latest
        self._tick = tick
        self._connection = connect(path)
        self._connection.execute(f"PRAGMA journal_size_limit = {_LOG_KEPT}")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        self._rows = Rows(self._connection)
        self._written_back = -1
        self._months: frozenset[str] = frozenset()
        self._lock = os.open(path.with_name(f"{path.name}-upkeep"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._leads = False
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pennypress-upkeep", daemon=True)

    def start(self) -> None:
        """Begin to tend the file."""
        self._thread.start()

    def close(self) -> None:
        """End the thread, if it was started, and close the file."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        self._connection.close()
        os.close(self._lock)

    def _run(self) -> None:
        looks = 0
        while not self._ending.wait(_BETWEEN_LOOKS):
            looks += 1
            try:
                self.write_back()
                if looks % _LOOKS_BETWEEN_CLEANINGS == 0 and (latest := self._latest()) is not None:
                    self.clean(latest.now, latest.span, keys_from(latest))
            except (sqlite3.Error, OSError) as failure:
                _log.warning("the upkeep of the store waits: %s", failure)

    def write_back(self) -> None:
        """Write the log back into the file once it is large, if this process leads and others have committed since.

        Only since then there surely is something to write back, so that no writer can begin the log anew meanwhile.
        """
        if not self._leads and not self._take_lead():
            return
        self._empty_after_destroyed_keys()
        if self._log_file.stat().st_size <= LOG_LIMIT or self._changes() == self._written_back:
            return
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._written_back = self._changes()

    def _empty_after_destroyed_keys(self) -> None:
        """Empty the log once a key of addresses was destroyed: it holds pages as they were before. Where somebody reads
        or writes just then, at a later look: nobody is to wait for it."""
        months = frozenset(month for (month,) in self._connection.execute("SELECT month FROM address_keys"))
        if not self._months <= months:
            self._connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_TO_EMPTY_MS}")
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            if busy:
                return
        self._months = months

    def clean(self, now: datetime, span: Span, keys_since: str) -> None:
        """Let go of what has had no use for a full window, and of the addresses' keys of the months before: in small
        steps, a pass about once a day."""
        if not self._pass_is_due(now, span):
            return
        while not self._clean_step(int(now.timestamp()), keys_since) and not self._ending.wait(_BETWEEN_STEPS):
            pass

    def _take_lead(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._leads = True
        return True

    def _changes(self) -> int:
        changes: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return changes

    def _pass_is_due(self, now: datetime, span: Span) -> bool:
        """Note the time of the newest claim, and begin a pass if one is due; one that was broken off goes on."""
        moment = int(now.timestamp())
        with self._transaction():
            newest, ahead_since, cleaned_to, place = self._connection.execute("SELECT * FROM upkeep").fetchone()
            seen = SeenTime(moment) if newest is None else SeenTime(newest, ahead_since).after(moment, self._tick())
            self._connection.execute("UPDATE upkeep SET newest = ?, ahead_since = ?", (seen.newest, seen.ahead_since))
            if seen.ahead_since is not None:
                return False
            start = int(kept_from(span, now).timestamp())
            if place is None and start < cleaned_to + _DAY:
                return False
            if place is None:
                self._connection.execute("UPDATE upkeep SET cleaned_to = ?, place = x''", (start,))
            return True

    def _clean_step(self, now: int, keys_since: str) -> bool:
        """Clean a few rows; whether that ends the pass."""
        with self._transaction():
            start, place = self._connection.execute("SELECT cleaned_to, place FROM upkeep").fetchone()
            if place is None:
                return True
            rows = self._connection.execute(
                "SELECT reader, units FROM meters WHERE reader > ? ORDER BY reader LIMIT ?", (place, _ROWS_A_STEP)
            ).fetchall()
            for reader, packed in rows:
                self._rows.trim(reader, packed, start)
            if len(rows) == _ROWS_A_STEP:
                self._connection.execute("UPDATE upkeep SET place = ?", (rows[-1][0],))
                return False
            self._clean_small_tables(start, now, keys_since)
            self._connection.execute("UPDATE upkeep SET place = NULL")
            return True

    def _clean_small_tables(self, start: int, now: int, keys_since: str) -> None:
        """The rest, once no meter names an article that was last opened before ``start``."""
        before = datetime.fromtimestamp(start, UTC).isoformat()
        long_ago = now - int(MERGED_FOR.total_seconds())
        execute = self._connection.execute
        execute("DELETE FROM articles WHERE day < ?", (start // _DAY,))
        clean_budget(self._connection, start, keys_since)
        clean_uses(self._connection, now)
        execute("DELETE FROM stopped WHERE moment < ?", (start,))
        execute("DELETE FROM merged WHERE moment < ?", (long_ago,))
        execute("DELETE FROM tallies WHERE day < ?", (datetime.fromtimestamp(long_ago, UTC).date().isoformat(),))
        ended = execute("DELETE FROM openings WHERE until < ?", (before,)).rowcount
        ended += execute("DELETE FROM locks WHERE until < ?", (before,)).rowcount
        if ended:
            execute("UPDATE controls SET generation = generation + 1")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
