"""The site fails behind the whole gateway: nothing is spent, nothing is set, and it is well again with the site."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.failure.world import FREE, Paper, story, used_up
from tests.http.origin import Exchange, Origin, answering, page, running_origin

HTML = b"Content-Type: text/html; charset=utf-8"


def silent(exchange: Exchange) -> None:
    exchange.wait_for_end()


def breaks_off(exchange: Exchange) -> None:
    body = story("late").encode()
    exchange.send(b"HTTP/1.1 200 OK\r\n%s\r\nContent-Length: %d\r\n\r\n" % (HTML, len(body) + 1) + body)
    exchange.connection.shutdown(socket.SHUT_RDWR)


def dies_before_it_answers(exchange: Exchange) -> None:
    exchange.connection.shutdown(socket.SHUT_RDWR)


def serves(exchange: Exchange) -> None:
    path = exchange.asked.line.split()[1].decode()
    exchange.read_body()
    exchange.send(page(story(path.rpartition("/")[2]).encode(), HTML))


@pytest.fixture
def origin() -> Iterator[Origin]:
    with running_origin() as origin:
        origin.script = serves
        yield origin


FAILURES: list[tuple[Callable[[Exchange], None], int]] = [
    (dies_before_it_answers, 502),
    (silent, 504),
    (breaks_off, 502),
    (answering(b"\x00\x01\x02 nonsense\r\n\r\n"), 502),
    (answering(page(story("late").encode(), HTML, status=b"500 Oh")), 500),
]


def test_a_failing_site_costs_nobody_an_article(paper: Paper, origin: Origin) -> None:
    paper.site.port = origin.port
    with paper.gateway(more='origin_timeout = "1 second"\ncache = 0\n') as gateway:
        reader = used_up(gateway)
        for script, status in FAILURES:
            origin.script = script
            for cookie in ("", reader.cookie):
                failed = gateway.ask("/news/late", cookie)
                assert (failed.status, failed.holds("late"), failed.headers.get("set-cookie")) == (status, False, None)
            assert gateway.ask(FREE).status == status
        origin.script = serves
        first = gateway.ask("/news/late")
        assert (first.access, first.headers["pennypress-remaining"]) == ("full", "1")
        assert reader.get("/news/late").access == "preview"


def test_while_the_site_is_down_public_pages_of_the_last_minutes_are_served_and_walls_stay(
    paper: Paper, origin: Origin
) -> None:
    paper.site.port = origin.port

    def public(exchange: Exchange) -> None:
        path = exchange.asked.line.split()[1].decode()
        exchange.read_body()
        exchange.send(page(story(path.rpartition("/")[2]).encode(), HTML, b"Cache-Control: public, max-age=60"))

    origin.script = public
    with paper.gateway() as gateway:
        gateway.ask(FREE)
        reader = used_up(gateway)
        with closing(origin.listener):
            origin.script = dies_before_it_answers
        assert gateway.ask(FREE).status == 200
        theirs = gateway.ask("/news/theirs", reader.cookie)
        assert (theirs.status, theirs.access, theirs.holds("theirs")) == (200, "preview", False)
