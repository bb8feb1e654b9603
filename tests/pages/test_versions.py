"""Page versions: a page is read once, and a fault of ours in reading or cutting it never opens an article."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

from pennypress.pages.page import PageOptions, read_page
from pennypress.pages.versions import Version, Versions, read_version
from tests.http.browser import story

PAGE = story("roof").encode()
TYPE = "text/html; charset=utf-8"
FAULTY = PageOptions(selector=cast(str, 5))
"""Options that no configuration gives: they bring out an error in the middle of the work."""


def test_a_page_that_a_fault_of_ours_keeps_from_being_read_is_unread_and_says_why() -> None:
    version = read_version(PAGE, TYPE, "/news/roof", FAULTY)
    assert version.page is None
    assert version.why_unread == "it could not be read by a fault of ours"


async def test_of_a_page_that_a_fault_of_ours_keeps_from_being_cut_nothing_goes_out() -> None:
    page = replace(read_page(PAGE, TYPE, PageOptions(), address="/news/roof"), options=FAULTY)
    cut = await Version(page, TYPE, None).cut(continued=False)
    assert (cut.head, cut.tail, cut.alone) == (b"", b"", "it could not be cut by a fault of ours")
    assert cut.title == "The roof report"


async def test_what_is_remembered_of_tiny_pages_is_bounded_too() -> None:
    versions = Versions(PageOptions(), capacity=100_000)
    first = (await versions.of(b"<p>0", TYPE, "/0")).version
    for number in range(1, 40):
        await versions.of(b"<p>%d" % number, TYPE, f"/{number}")
    assert (await versions.of(b"<p>0", TYPE, "/0")).version is not first


def with_nonce(number: int) -> bytes:
    """A page that is long enough to be read off the event loop, as one answer brings it."""
    return PAGE.replace(b"</head>", b'<script nonce="%016x">go()</script></head>' % number) + b"<!-- long -->" * 1_000


async def test_pages_that_come_at_once_and_differ_in_their_nonces_alone_are_one_version() -> None:
    versions = Versions(PageOptions(), capacity=1_000_000)
    seen = await asyncio.gather(*(versions.of(with_nonce(number), TYPE, "/news/roof") for number in range(8)))
    assert len({id(one.version) for one in seen}) == 1
    assert [one.nonces for one in seen[1:]] == [(b"%016x" % number,) for number in range(1, 8)]


async def test_another_page_that_comes_at_once_at_the_same_address_is_a_version_of_its_own() -> None:
    versions = Versions(PageOptions(), capacity=1_000_000)
    other = with_nonce(1).replace(b"long", b"long, for a member")
    one, two = await asyncio.gather(*(versions.of(body, TYPE, "/news/roof") for body in (with_nonce(0), other)))
    assert [seen.version.page and seen.version.page.body for seen in (one, two)] == [with_nonce(0), other]


async def test_a_page_whose_reader_went_away_while_it_was_read_is_read_for_the_next_one() -> None:
    versions = Versions(PageOptions(), capacity=1_000_000)
    gone = asyncio.ensure_future(versions.of(with_nonce(0), TYPE, "/news/roof"))
    await asyncio.sleep(0)
    gone.cancel()
    seen = await versions.of(with_nonce(1), TYPE, "/news/roof")
    assert seen.nonces == (b"%016x" % 1,)


async def test_crawlers_that_ask_at_once_get_one_marked_page_and_it_is_not_kept() -> None:
    version = read_version(PAGE, TYPE, "/news/roof", PageOptions())
    one, other = await asyncio.gather(*(version.marked(continued=False) for _ in range(2)))
    assert one is other
    again = await version.marked(continued=False)
    assert again == one
    assert again is not one


async def test_a_page_that_a_fault_of_ours_keeps_from_being_marked_is_none() -> None:
    page = replace(read_page(PAGE, TYPE, PageOptions(), address="/news/roof"), options=FAULTY)
    assert await Version(page, TYPE, None).marked(continued=False) is None
