"""What the guard knows cannot be read, or is not read yet: nobody is answered by a worker that knows nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from pennypress.http.asgi import Paywall
from tests.failure.world import (
    PARAGRAPHS,
    Paper,
    Reader,
    Running,
    free_port,
    line,
    nothing_is_open_and_the_free_page_is_there,
    search,
    used_up,
    wait_until,
)
from tests.http.browser import Browser, Site

CANNOT = "until it can, this worker shows no page"


def rewrite(store: Path, article: str) -> str:
    """Write something else in the place of what is known of an article; what stood there."""
    with closing(sqlite3.connect(store)) as other, other:
        (held,) = other.execute("SELECT article FROM known WHERE key LIKE '%theirs'").fetchone()
        other.execute("UPDATE known SET article = ? WHERE key LIKE '%theirs'", (article,))
    return str(held)


def learned(paper: Paper) -> Reader:
    """A reader of a gateway that has ended, and left in the store what /news/theirs withholds."""
    paper.site.put("/search", search("theirs"))
    with paper.gateway() as gateway:
        return used_up(gateway)


def withheld_is_withheld(gateway: Running, reader: Reader) -> None:
    nothing_is_open_and_the_free_page_is_there(gateway, reader.at(gateway))
    assert not reader.at(gateway).get("/search").holds("theirs")


def test_a_worker_that_cannot_read_what_was_learned_answers_nobody_until_it_can(paper: Paper) -> None:
    reader = learned(paper)
    held = rewrite(paper.store, "damaged")
    with paper.begun() as gateway:
        wait_until(lambda: gateway.said(CANNOT), 20)
        try:
            answer = gateway.ask("/search", patience=0.3)
        except OSError:
            pass
        else:
            raise AssertionError(answer)
        rewrite(paper.store, held)
        wait_until(gateway.answers)
        withheld_is_withheld(gateway, reader)


def test_it_ends_when_it_is_told_to_while_it_waits(paper: Paper) -> None:
    learned(paper)
    rewrite(paper.store, "damaged")
    with paper.begun() as gateway:
        wait_until(lambda: gateway.said(CANNOT), 20)
        gateway.process.send_signal(signal.SIGTERM)
        gateway.process.wait(20)


def test_running_workers_serve_on_and_take_nothing_up_that_could_not_withhold(paper: Paper) -> None:
    paper.site.put("/search", search("theirs"))
    with paper.gateway() as gateway:
        reader = used_up(gateway)
        wait_until(lambda: holds_row(paper.store))
        held = rewrite(paper.store, "damaged")
        os.kill(gateway.process.pid, signal.SIGHUP)
        wait_until(lambda: gateway.said(CANNOT))
        withheld_is_withheld(gateway, reader)
        rewrite(paper.store, held)
        wait_until(lambda: gateway.said("up to date again"))
        withheld_is_withheld(gateway, reader)


def holds_row(store: Path) -> bool:
    with closing(sqlite3.connect(store)) as other:
        return bool(other.execute("SELECT 1 FROM known WHERE key LIKE '%theirs'").fetchone())


async def test_a_server_without_a_lifespan_shows_no_page_before_the_guard_knows(paper: Paper) -> None:
    reader = learned(paper)
    held = rewrite(paper.store, "damaged")
    site = Site()
    site.put("/search", search("theirs"))
    site.put("/style.css", "p { color: black }", content_type="text/css")
    app = Paywall.from_file(paper.write(free_port())).around(site)
    name, _, value = reader.cookie.partition("=")
    browser = Browser(app, {name: value})
    refused = await browser.get("/search")
    assert (refused.status, "We cannot show this page just now" in refused.text) == (503, True)
    assert (await browser.get("/style.css")).status == 200
    rewrite(paper.store, held)
    shown = await browser.get("/search")
    assert (shown.status, line("theirs", PARAGRAPHS - 1) in shown.text) == (200, False)
    await app.close()
