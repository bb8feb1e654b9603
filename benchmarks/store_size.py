"""How many bytes of disk the SQLite store takes for a reader, and how long it takes to open what they fill.

Run: PYTHONPATH=src python benchmarks/store_size.py [readers]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pennypress.core.meter import Claim, ReaderId
from pennypress.core.window import Window
from pennypress.store.opening import prepare
from pennypress.store.sqlite_file import connect
from pennypress.store.sqlite_rows import Rows

MONTH = Window.parse("month", ZoneInfo("Europe/London"))
START = datetime(2026, 11, 1, tzinfo=UTC)
SECONDS_OF_NOVEMBER = 30 * 86_400
ARTICLES = 3000
LIMIT = 5
READERS_A_COMMIT = 100


def main() -> None:
    """Let readers open five articles each through November, all in the order of time, and measure the file."""
    readers = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    chance = random.Random(7)
    views = [
        (chance.randrange(SECONDS_OF_NOVEMBER), reader, chance.randrange(ARTICLES))
        for reader in (ReaderId(chance.randbytes(16)) for _ in range(readers))
        for _ in range(LIMIT)
    ]
    views.sort()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        prepare("sqlite:size.db", base)
        path = base / "size.db"
        began = time.process_time()
        _insert(path, views)
        spent = time.process_time() - began
        size = path.stat().st_size
        print(f"{readers} readers, {LIMIT} articles each, {size} bytes: {size / readers:.1f} bytes a reader")
        print(f"{spent / len(views) * 1e6:.1f} microseconds of CPU a spend (rows and commits alone, one thread)")
        began = time.perf_counter()
        prepare("sqlite:size.db", base)
        print(f"{(time.perf_counter() - began) * 1000:.0f} ms to check and open it")


def _insert(path: Path, views: list[tuple[int, ReaderId, int]]) -> None:
    connection = connect(path)
    connection.execute("PRAGMA wal_autocheckpoint = 1000")
    rows = Rows(connection)
    span = MONTH.span(START)
    for place in range(0, len(views), READERS_A_COMMIT):
        connection.execute("BEGIN IMMEDIATE")
        for seconds, reader, article in views[place : place + READERS_A_COMMIT]:
            now = START + timedelta(seconds=seconds)
            rows.spend(Claim(reader, f"/news/{article}", LIMIT, span, now))
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()


if __name__ == "__main__":
    main()
