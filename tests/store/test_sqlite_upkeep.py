"""The upkeep: what has had no use for a full window goes, a leaping clock takes nothing along, the log stays small."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pennypress.core.meter import ReaderId
from pennypress.core.use import Use, UseKind
from pennypress.store import sqlite_upkeep, sqlite_uses
from pennypress.store.opening import prepare
from pennypress.store.sqlite_controls import add_tallies
from pennypress.store.sqlite_file import connect
from pennypress.store.sqlite_rows import Rows
from pennypress.store.sqlite_upkeep import Upkeep
from tests.contract.stores import MONTH, NOON, claim

URL = "sqlite:paper.db"
DAY = timedelta(days=1)
READERS = 500


class Clock:
    """A clock that nobody sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    """A store with readers who each opened an article on 20 November 2026."""
    prepare(URL, tmp_path)
    opened = Rows(connect(tmp_path / "paper.db"))
    opened.connection.execute("BEGIN IMMEDIATE")
    for number in range(READERS):
        opened.spend(claim(f"/{number % 7}", reader=ReaderId(number.to_bytes(16, "big"))))
    opened.connection.execute("COMMIT")
    yield opened
    opened.connection.close()


@pytest.fixture
def upkeep(tmp_path: Path, rows: Rows, clock: Clock) -> Iterator[Upkeep]:
    tending = Upkeep(tmp_path / "paper.db", lambda: None, clock)
    clean(tending, NOON)
    yield tending
    tending.close()


def count(rows: Rows, table: str) -> int:
    found: int = rows.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


def clean(upkeep: Upkeep, now: datetime) -> None:
    upkeep.clean(now, MONTH.span(now), f"{MONTH.last(MONTH.span(now)):%Y-%m}")


def run_days(upkeep: Upkeep, clock: Clock, days: int) -> datetime:
    """Let so many days pass, with claims on each."""
    for day in range(1, days + 1):
        clock.seconds += DAY.total_seconds()
        clean(upkeep, NOON + day * DAY)
    return NOON + days * DAY


def test_rows_go_one_full_window_after_theirs_has_ended(rows: Rows, upkeep: Upkeep, clock: Clock) -> None:
    november_and_december = 10 + 31
    run_days(upkeep, clock, november_and_december)
    assert (count(rows, "meters"), count(rows, "articles")) == (READERS, 7)
    run_days(upkeep, clock, november_and_december + 6)
    assert (count(rows, "meters"), count(rows, "articles")) == (0, 0)


def test_a_row_keeps_what_is_younger(rows: Rows, upkeep: Upkeep, clock: Clock) -> None:
    reader = ReaderId((3).to_bytes(16, "big"))
    later = NOON + 40 * DAY
    rows.spend(claim("/later", reader=reader, now=later))
    run_days(upkeep, clock, 50)
    assert [unit.article for unit in rows.held(reader).units] == ["/later"]
    assert count(rows, "meters") == 1


@pytest.mark.parametrize("leap", [40, 400, 40_000])
def test_a_clock_that_leaps_ahead_and_back_within_a_day_takes_nothing_along(
    rows: Rows, upkeep: Upkeep, clock: Clock, leap: int
) -> None:
    for _ in range(20):
        clock.seconds += 3600
        clean(upkeep, NOON + leap * DAY)
    clock.seconds += 3600
    clean(upkeep, NOON + DAY)
    clock.seconds += 20 * 3600
    clean(upkeep, NOON + leap * DAY)
    assert count(rows, "meters") == READERS


def test_after_a_long_silence_the_new_time_is_believed_within_a_day(rows: Rows, upkeep: Upkeep, clock: Clock) -> None:
    clean(upkeep, NOON + 400 * DAY)
    assert count(rows, "meters") == READERS
    clock.seconds += DAY.total_seconds()
    clean(upkeep, NOON + 401 * DAY)
    assert count(rows, "meters") == 0


def test_a_pass_that_was_broken_off_is_ended_by_another_process(
    tmp_path: Path, rows: Rows, upkeep: Upkeep, clock: Clock
) -> None:
    now = run_days(upkeep, clock, 41)
    rows.connection.execute("UPDATE upkeep SET cleaned_to = cleaned_to + 40 * 86400, place = x'00'")
    other = Upkeep(tmp_path / "paper.db", lambda: None, clock)
    clean(other, now)
    other.close()
    assert count(rows, "meters") == 0


def test_cleaning_goes_in_steps_that_let_spends_in_between(rows: Rows, upkeep: Upkeep, clock: Clock) -> None:
    """Spends go on while a pass goes through the rows; the lock on the file is never held for the whole of it."""
    run_days(upkeep, clock, 41)
    clock.seconds += 10 * DAY.total_seconds()
    now = NOON + 51 * DAY
    clean(upkeep, now)
    cleaning = threading.Thread(target=clean, args=(upkeep, now + DAY))
    clock.seconds += DAY.total_seconds()
    cleaning.start()
    rows.connection.execute("PRAGMA busy_timeout = 100")
    for number in range(50):
        rows.spend(claim("/now", reader=ReaderId(bytes([number]) * 16), now=now))
    cleaning.join()
    assert count(rows, "meters") == 50


def test_figures_and_openings_go_too(rows: Rows, upkeep: Upkeep, clock: Clock) -> None:
    add_tallies(rows.connection, NOON.date(), {"granted": 1}, [ReaderId(b"r" * 16)], observed=False, now=NOON)
    moment = NOON.isoformat()
    rows.connection.execute("INSERT INTO openings VALUES (NULL, NULL, NULL, ?, ?, 'a flood')", (moment, moment))
    rows.connection.execute("INSERT INTO locks VALUES (NULL, '/a', ?, ?, 'ours')", (moment, moment))
    rows.connection.execute("INSERT INTO locks VALUES (NULL, '/b', ?, NULL, 'for good')", (moment,))
    run_days(upkeep, clock, 60)
    assert [count(rows, table) for table in ("stopped", "openings", "locks", "tallies")] == [0, 0, 1, 1]
    run_days(upkeep, clock, 440)
    assert count(rows, "tallies") == 0


def test_who_fetched_a_feed_goes_after_two_months_and_a_partner_stays(rows: Rows, upkeep: Upkeep, clock: Clock) -> None:
    feed = Use(UseKind.FEED, "Reeder", NOON, path="/feed", network="203.0.113.0/24")
    sqlite_uses.note(rows.connection, [feed, Use(UseKind.PARTNER, "The Agency", NOON)])
    run_days(upkeep, clock, 60)
    assert count(rows, "uses") == 2
    run_days(upkeep, clock, 120)
    assert [use.who for use in sqlite_uses.read(rows.connection)] == ["The Agency"]


def test_the_log_is_written_back_and_cut_short(tmp_path: Path, rows: Rows, upkeep: Upkeep) -> None:
    log = tmp_path / "paper.db-wal"
    grow(rows, log)
    upkeep.write_back()
    rows.spend(claim("/last", reader=ReaderId(b"l" * 16)))
    grow(rows, log)
    assert log.stat().st_size < 3 * sqlite_upkeep.LOG_LIMIT


def test_one_process_alone_writes_the_log_back(tmp_path: Path, rows: Rows, upkeep: Upkeep, clock: Clock) -> None:
    log = tmp_path / "paper.db-wal"
    upkeep.write_back()
    grow(rows, log)
    other = Upkeep(tmp_path / "paper.db", lambda: None, clock)
    before = (tmp_path / "paper.db").stat().st_mtime_ns
    other.write_back()
    assert (tmp_path / "paper.db").stat().st_mtime_ns == before
    upkeep.write_back()
    assert (tmp_path / "paper.db").stat().st_mtime_ns > before
    other.close()


def grow(rows: Rows, log: Path) -> None:
    """Spend until the log is larger than it should be."""
    number = 0
    size = log.stat().st_size
    while log.stat().st_size <= max(size, sqlite_upkeep.LOG_LIMIT):
        number += 1
        rows.connection.execute("BEGIN IMMEDIATE")
        for each in range(100):
            reader = ReaderId((number * 7919 + each * 65_537).to_bytes(8, "little") * 2)
            rows.spend(claim("/a", reader=reader))
        rows.connection.execute("COMMIT")
