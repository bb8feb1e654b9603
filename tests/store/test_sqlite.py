"""The SQLite store under what really happens: many processes, kill -9, full disks; and what it costs."""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from pennypress.core.meter import Outcome, ReaderId, Spend
from pennypress.errors import StoreUnavailable, StoreUnusable
from pennypress.store.opening import open_store, prepare
from pennypress.store.sqlite_file import connect
from pennypress.store.sqlite_rows import Rows
from tests.conftest import ROOT, lacks, needs
from tests.contract.stores import ADA, BEA, MONTH, NOON, claim
from tests.store.workers import Call, Worker

URL = "sqlite:paper.db"
SPAN = MONTH.span(NOON)
PROCESSES = 4
ROUNDS = 20


def reader(number: int) -> ReaderId:
    return ReaderId(number.to_bytes(16, "big"))


def hundred_claims(of: ReaderId, process: int) -> list[Call]:
    """This process's share of a hundred claims by one reader to a hundred articles, limit 5."""
    return [("spend", (claim(f"/{number}", reader=of),)) for number in range(process, 100, PROCESSES)]


def test_a_hundred_claims_at_once_through_four_processes_are_granted_five_times_exactly(tmp_path: Path) -> None:
    """Twenty times over; the processes meet the first time on a file that none of them has made yet. Then all of
    them are killed, and the five are still five."""
    workers = [Worker(URL, tmp_path) for _ in range(PROCESSES)]
    for number in range(ROUNDS):
        for process, worker in enumerate(workers):
            worker.begin(hundred_claims(reader(number), process))
        answers = [answer for worker in workers for answer in worker.finish()]
        granted = [answer for answer in answers if isinstance(answer, Spend) and answer.granted]
        assert len(answers) == 100
        assert len(granted) == 5, Counter(type(answer) for answer in answers)
    for worker in workers:
        worker.kill()
    with Worker(URL, tmp_path) as after:
        for number in range(ROUNDS):
            assert after.call("standing", reader(number), SPAN, NOON).spent == 5
            assert after.call("spend", claim("/new", reader=reader(number))).outcome is Outcome.USED_UP


def test_what_was_answered_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    """Killed while claims are under way: every grant that left the process is kept, and nothing beyond the limit."""
    for number in range(5):
        with Worker(URL, tmp_path) as first, Worker(URL, tmp_path) as second:
            answered = [first.call("spend", claim(f"/{article}", reader=reader(number))) for article in range(3)]
            first.begin(hundred_claims(reader(number), 0))
            second.begin(hundred_claims(reader(number), 1))
            first.kill()
            answered += second.finish()
            second.kill()
        granted = {answer.standing.units[-1].article for answer in answered if answer.outcome is Outcome.GRANTED}
        with Worker(URL, tmp_path) as after:
            standing = after.call("standing", reader(number), SPAN, NOON)
        assert granted <= {unit.article for unit in standing.units}
        assert standing.spent == 5


def test_a_grant_is_on_the_disk_before_the_first_byte_leaves(tmp_path: Path) -> None:
    """As strace sees it: the sync of the log returns, after the last write to the log, before the answer is written."""
    trace = tmp_path / "trace"
    watched = [needs("strace"), "-f", "-y", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o", str(trace)]
    script = str(Path(__file__).with_name("grant_then_print.py"))
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    ran = subprocess.run(
        [*watched, sys.executable, script, URL, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in ran.stderr and "ermitted" in ran.stderr:
        lacks("strace may not trace on this machine")
    assert ran.stdout == "the article, granted\n", ran.stderr
    calls = finished_calls(trace.read_text())
    answer = next(place for place, call in enumerate(calls) if "the article" in call)
    log = [call for call in calls[:answer] if "paper.db-wal>" in call]
    assert any("write" in call for call in log)
    assert re.search(r"\b(fsync|fdatasync)\(.* = 0$", log[-1]), log[-3:]


def finished_calls(trace: str) -> list[str]:
    """The lines of a trace in the order in which the calls returned, those of several threads joined again."""
    calls: list[str] = []
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        thread, _, call = line.partition(" ")
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>")
        elif resumed := re.search(r"<\.\.\. \w+ resumed>(.*)", call):
            calls.append(begun.pop(thread, "") + resumed[1])
        else:
            calls.append(call)
    return calls


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of half a megabyte."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], capture_output=True, text=True, check=False
        )
        if mounted.returncode != 0:
            lacks(f"a small disk cannot be mounted here ({mounted.stderr.strip()})")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


async def test_a_full_disk_is_said_at_once_and_gets_well_by_itself() -> None:
    with small_disk() as folder:
        store = open_store(URL, folder)
        assert (await store.spend(claim("/before"))).outcome is Outcome.GRANTED
        ballast = folder / "ballast"
        fill(ballast)
        began = time.monotonic()
        spends = [store.spend(claim(f"/{number}", limit=100)) for number in range(50)]
        answers = await asyncio.gather(*spends, return_exceptions=True)
        assert isinstance(answers[-1], StoreUnavailable)
        with pytest.raises(StoreUnavailable, match="full"):
            await store.spend(claim("/new", reader=BEA))
        assert time.monotonic() - began < 0.5
        assert (await store.spend(claim("/before"))).outcome is Outcome.REPEATED
        ballast.unlink()
        assert (await store.spend(claim("/new", reader=BEA))).outcome is Outcome.GRANTED
        await store.close()
        again = open_store(URL, folder)
        assert (await again.standing(BEA, SPAN, NOON)).spent == 1
        await again.close()


def fill(ballast: Path) -> None:
    """Write until the disk is full."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return


def test_a_store_that_cannot_be_made_on_a_full_disk_leaves_nothing_behind() -> None:
    with small_disk() as folder:
        fill(folder / "ballast")
        with pytest.raises(StoreUnusable, match="cannot be made"):
            prepare(URL, folder)
        assert [found.name for found in folder.iterdir()] == ["ballast"]


def test_a_reader_with_five_articles_takes_under_a_hundred_bytes_of_disk(tmp_path: Path) -> None:
    """Readers come in random order, so the tree is as full as chance leaves it. And a large store opens at once."""
    readers = 20_000
    chance = random.Random(7)
    prepare(URL, tmp_path)
    path = tmp_path / "paper.db"
    connection = connect(path)
    rows = Rows(connection)
    empty = path.stat().st_size
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(readers):
        of = ReaderId(chance.randbytes(16))
        for number in range(5):
            now = NOON + timedelta(seconds=chance.randrange(number * 500_000, (number + 1) * 500_000))
            rows.spend(claim(f"/news/{chance.randrange(3000)}", reader=of, limit=5, now=now))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    each = (path.stat().st_size - empty) / readers
    began = time.monotonic()
    prepare(URL, tmp_path)
    assert time.monotonic() - began < 0.5
    print(f"{each:.1f} bytes of disk a reader")
    assert each < 100


async def test_nothing_of_a_forgotten_article_is_left_in_what_the_store_remembers(tmp_path: Path) -> None:
    """Another process forgets; this one, which has just answered for the article, holds no grant of its own."""
    store = open_store(URL, tmp_path)
    await store.spend(claim("/a", limit=1))
    assert (await store.spend(claim("/a", limit=1))).outcome is Outcome.REPEATED
    with Worker(URL, tmp_path) as other:
        other.call("forget", ADA, SPAN, NOON)
    assert (await store.spend(claim("/a", limit=1))).outcome is Outcome.USED_UP
    await store.close()
