"""What one worker learned, every other knows within a second: of its own gateway, of a second one, after a restart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tests.failure.world import Answer, Paper, Reader, Running, feed, line, search, story, used_up, wait_until

ROUND = 14
"""So many connections of their own reach each of two workers, but for one time in eight thousand."""


def all_of(gateways: list[Running], reader: Reader, target: str) -> list[Answer]:
    """What every worker answers a reader who may open nothing more."""
    return [reader.at(gateway).get(target) for gateway in gateways for _ in range(ROUND)]


def seconds_until(gateways: list[Running], reader: Reader, target: str, so: Callable[[Answer], bool]) -> float:
    """When the last request was asked whose answer was not so, before every worker's was; in seconds from now."""
    began = last = time.monotonic()
    asked_well = 0
    while asked_well < ROUND:
        for gateway in gateways:
            asked = time.monotonic()
            if not so(reader.at(gateway).get(target)):
                last, asked_well = asked, -1
        asked_well += 1
        assert last - began < 5
    return last - began


@contextmanager
def two_gateways(paper: Paper) -> Iterator[list[Running]]:
    with ExitStack() as closing:
        yield [closing.enter_context(paper.gateway(workers=workers)) for workers in (2, 1)]


def test_what_was_learned_on_one_worker_is_withheld_on_all_and_after_a_power_cut(paper: Paper) -> None:
    paper.site.put("/search", search("crane"))
    paper.site.put("/feed", feed("crane"), "application/rss+xml")
    with two_gateways(paper) as gateways:
        reader = used_up(gateways[0])
        assert all(answer.holds("crane") for answer in all_of(gateways, reader, "/search")), (
            "nobody has read the article yet"
        )
        assert gateways[1].ask("/news/crane").access == "full"
        took = seconds_until(gateways, reader, "/search", lambda answer: not answer.holds("crane"))
        print(f"known by every worker after {took:.2f} s")
        assert took < 1
        cut = all_of(gateways, reader, "/feed")
        assert all(line("crane", 0) in answer.text and not answer.holds("crane") for answer in cut)
        for gateway in gateways:
            gateway.kill()
    with two_gateways(paper) as gateways:
        first = [reader.at(gateway).get("/search") for gateway in gateways]
        assert not any(answer.holds("crane") for answer in [*first, *all_of(gateways, reader, "/search")])


def test_a_changed_article_takes_the_place_of_the_old_one_and_a_free_one_is_let_go_everywhere(paper: Paper) -> None:
    paper.site.put("/old", search("crane", range(6, 12)))
    paper.site.put("/new", search("crane", range(20, 26)))
    paper.site.put("/news/crane", story("crane"))
    with two_gateways(paper) as gateways:
        reader = used_up(gateways[0])
        assert gateways[0].ask("/news/crane").access == "full"
        seconds_until(gateways, reader, "/old", lambda answer: not answer.holds("crane"))
        paper.site.put("/news/crane", story("crane", range(20, 26)))
        assert gateways[1].ask("/news/crane").access == "full"
        assert seconds_until(gateways, reader, "/new", lambda answer: line("crane", 25) not in answer.text) < 1
        assert all(answer.holds("crane") for answer in all_of(gateways, reader, "/old")), (
            "the old text is nobody's any more"
        )
        free = '<meta name="pennypress" content="free">'
        paper.site.put("/news/crane", story("crane", range(20, 26), free))
        wait_until(lambda: gateways[0].ask("/news/crane").reason == "free")
        assert seconds_until(gateways, reader, "/new", lambda answer: line("crane", 25) in answer.text) < 1
