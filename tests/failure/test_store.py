"""The store fails while the gateway serves: locked, full, damaged, gone, read-only; each made for real."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.cli.program import environment
from tests.failure.world import (
    Paper,
    Reader,
    Running,
    feed,
    fill,
    free_port,
    line,
    nothing_is_open_and_the_free_page_is_there,
    running_site,
    search,
    small_disk,
    used_up,
    wait_until,
)


def a_new_article_is_not_counted(gateway: Running, reader: Reader) -> None:
    """What must hold while the meter cannot be written: nobody opens anything new, who holds a grant reads on."""
    nothing_is_open_and_the_free_page_is_there(gateway, reader)
    assert reader.get("/news/mine").access == "full"
    began = time.monotonic()
    fresh = gateway.ask("/news/fresh")
    assert (fresh.access, fresh.reason, fresh.holds("fresh")) == ("preview", "meter-unknown", False)
    assert time.monotonic() - began < 2


@contextmanager
def held(store: Path) -> Iterator[None]:
    """The store, locked by another program."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_locked_store_opens_nothing_new_and_is_well_again_by_itself(paper: Paper) -> None:
    paper.site.put("/search", search("theirs"))
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        with held(paper.store):
            a_new_article_is_not_counted(gateway, reader)
            assert not reader.get("/search").holds("theirs")
        assert gateway.ask("/news/fresh").access == "full"
        assert gateway.said("the meter cannot be asked")
        assert gateway.said("the meter answers again")


def test_a_worker_that_begins_while_the_store_is_locked_knows_what_was_learned(paper: Paper) -> None:
    paper.site.put("/search", search("theirs"))
    with paper.gateway() as gateway:
        reader = used_up(gateway)
    with held(paper.store), paper.gateway() as gateway:
        a_new_article_is_not_counted(gateway, reader.at(gateway))
        assert not reader.at(gateway).get("/search").holds("theirs")


@contextmanager
def paper_on(folder: Path) -> Iterator[Paper]:
    with running_site() as site:
        yield Paper(folder, site)


def test_a_full_disk_opens_nothing_new_keeps_what_was_learned_and_is_well_again_by_itself() -> None:
    with small_disk(2048) as folder, paper_on(folder) as paper:
        paper.site.put("/search", search("theirs"))
        paper.site.put("/feed", feed("theirs", "later"), "application/rss+xml")
        with paper.gateway() as gateway:
            reader = used_up(gateway)
            ballast = fill(folder)
            wait_until(lambda: gateway.ask("/news/fresh").reason == "meter-unknown")
            a_new_article_is_not_counted(gateway, reader)
            assert reader.get("/news/later").access == "preview"
            cut = reader.get("/feed")
            assert (cut.status, cut.holds("theirs"), cut.holds("later")) == (200, False, False)
            assert not reader.get("/search").holds("theirs")
            wait_until(lambda: gateway.said("what articles withhold cannot be brought up to date"))
            ballast.unlink()
            wait_until(lambda: gateway.ask("/news/fresh").access == "full")
            wait_until(lambda: gateway.said("what articles withhold is up to date again"))
        with paper.gateway() as gateway:
            paper.site.put("/search", search("later"))
            assert not reader.at(gateway).get("/search").holds("later")


def test_on_a_disk_that_can_only_be_read_nothing_listens_and_it_says_so() -> None:
    with small_disk(2048) as folder, paper_on(folder) as paper:
        with paper.gateway() as gateway:
            reader = used_up(gateway)
        paper.write(free := free_port())
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        command = [sys.executable, "-m", "pennypress.cli.main", "gateway", "--config", f"{folder}/gateway-{free}.toml"]
        ended = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=30, check=False)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert "pennypress.db" in ended.stderr
        assert "Traceback" not in ended.stderr
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        with paper.gateway() as gateway:
            nothing_is_open_and_the_free_page_is_there(gateway, reader.at(gateway))


def test_a_store_that_is_damaged_while_it_serves_opens_nothing(paper: Paper) -> None:
    paper.site.put("/search", search("theirs"))
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        for name in ("pennypress.db", "pennypress.db-wal"):
            part = paper.folder / name
            with part.open("r+b") as file:
                file.write(b"\xa5" * part.stat().st_size)
        nothing_is_open_and_the_free_page_is_there(gateway, reader)
        fresh = [gateway.ask(f"/news/fresh{number}") for number in range(3)]
        assert all(answer.status == 200 for answer in fresh)
        assert not reader.get("/search").holds("theirs")
    with paper.begun() as gateway:
        assert gateway.process.wait(20) == 1
        assert gateway.said("damaged") or gateway.said("no SQLite")


def test_a_store_that_was_taken_away_serves_on_and_is_made_anew_at_the_next_start(paper: Paper) -> None:
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        for part in paper.folder.glob("pennypress.db*"):
            part.unlink()
        nothing_is_open_and_the_free_page_is_there(gateway, reader)
        assert reader.get("/news/mine").access == "full"
        assert gateway.ask("/news/fresh").status == 200
    with paper.gateway() as gateway:
        assert reader.at(gateway).get("/news/theirs").access == "full"
        assert line("theirs", 0) in reader.at(gateway).get("/news/theirs").text
