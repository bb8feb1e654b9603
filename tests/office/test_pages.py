"""What every page of the office has in common."""

from __future__ import annotations

from tests.office.browser import Browser


def test_an_address_that_is_none_is_answered_in_the_papers_words(browser: Browser) -> None:
    page = browser.get("/-/pennypress/desk/no-such-page")
    assert page.status == 404
    assert page.heading == "There is no such page"


def test_no_cache_keeps_a_page_and_nobody_frames_it(browser: Browser) -> None:
    page = browser.get("/-/pennypress/desk/no-such-page")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
