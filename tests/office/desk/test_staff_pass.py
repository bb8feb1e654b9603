"""A staff pass: one browser reads everything whole, and nothing is counted or announced in it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pennypress.office.desk.passes import held, invite, take_back
from tests.office.site import RunningSite, Visitor

if TYPE_CHECKING:
    from tests.office.browser import Page
    from tests.office.conftest import SettableClock

NAME = "Newsroom"


def taken(site: RunningSite, link: str | None = None) -> Visitor:
    """A browser in which the link was opened and the button pressed."""
    reader = Visitor(site)
    page = reader.get(link or invite(NAME, timedelta(days=90)))
    page.submit(button="Give this browser the pass")
    return reader


def is_whole(page: Page) -> bool:
    return page.headers.get("Pennypress-Access") == "full"


def test_nothing_is_cut_counted_walled_or_announced(site: RunningSite, clock: SettableClock) -> None:
    reader = taken(site)
    for _ in range(2):
        for name in "abcdefgh":
            page = reader.get(f"/news/{name}")
            assert is_whole(page)
            assert "Pennypress-Remaining" not in page.headers
            assert "pennypress-notice" not in page.html
    site.origin.put("/news/premium", site.origin.pages["/news/a"][2], pennypress_article="premium")
    assert is_whole(reader.get("/news/premium"))


def test_the_link_alone_gives_nothing_since_scanners_of_mail_follow_it(site: RunningSite, clock: SettableClock) -> None:
    link = invite(NAME, timedelta(days=90))
    scanner = Visitor(site)
    scanner.get(link)
    assert "pennypress" not in scanner.cookies
    assert is_whole(taken(site, link).get("/news/a"))


def test_the_link_works_once(site: RunningSite, clock: SettableClock) -> None:
    link = invite(NAME, timedelta(days=90))
    taken(site, link)
    assert Visitor(site).get(link).status == 410


def test_the_link_works_within_seven_days_and_not_when_forged(site: RunningSite, clock: SettableClock) -> None:
    link = invite(NAME, timedelta(days=90))
    assert Visitor(site).get(link[:-2] + "xx").status == 410
    clock.pass_(timedelta(days=8))
    assert Visitor(site).get(link).status == 410


@pytest.mark.parametrize("how", ["taken back", "run out"])
def test_a_pass_that_has_ended_reads_nothing_more(site: RunningSite, clock: SettableClock, how: str) -> None:
    reader = taken(site)
    assert is_whole(reader.get("/news/a"))
    if how == "taken back":
        assert take_back(NAME)
        site.beat()
    else:
        clock.pass_(timedelta(days=91))
    pages = [reader.get(f"/news/{name}") for name in "abcdefgh"]
    assert not is_whole(pages[-1])
    assert held() == []


def test_those_that_hold_are_listed(site: RunningSite, clock: SettableClock) -> None:
    taken(site)
    assert [(name, devices) for name, _until, devices in held()] == [(NAME, 1)]
    assert not take_back("nobody")
