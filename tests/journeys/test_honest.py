"""What a real browser does without its reader's knowing (going back, opening at once, fetching ahead) harms nobody."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from tests.journeys.reader import NOTICE, WALL, new_reader

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST, SECOND, THIRD = "/news/harbour-bridge", "/news/library-roof", "/sport/rowing-final"
TWO, ONE = "You can read 2 more articles this month", "You can read 1 more article this month"


async def test_the_back_button_shows_the_article_whole_and_the_number_as_it_now_is(browser: Browser, demo: str) -> None:
    """Whether the browser asks again or shows what it kept in memory: nothing is charged, and nothing is walled."""
    reader = await new_reader(browser, demo)
    await reader.open(FIRST)
    assert TWO in await reader.text(NOTICE)
    await reader.open(SECOND)
    await reader.page.go_back()
    assert ONE in await reader.text(NOTICE)
    await reader.page.go_forward()
    assert ONE in await reader.text(NOTICE)
    await reader.page.reload()
    await reader.page.reload()
    assert ONE in await reader.text(NOTICE)
    assert await reader.count(WALL) == 0


async def test_two_tabs_that_are_opened_at_once_are_two_articles_of_one_reader(browser: Browser, demo: str) -> None:
    reader = await new_reader(browser, demo)
    await reader.open("/")
    tabs = [await reader.page.context.new_page() for _ in range(2)]
    await asyncio.gather(*(tab.goto(demo + path) for tab, path in zip(tabs, (FIRST, SECOND), strict=True)))
    for path in (FIRST, SECOND, FIRST):
        await reader.open(path)
        assert await reader.count(WALL) == 0
    assert ONE in await reader.text(NOTICE)


async def test_what_the_browser_fetches_ahead_costs_nothing_and_the_click_one(browser: Browser, demo: str) -> None:
    reader = await new_reader(browser, demo)
    await reader.open("/")
    async with reader.page.expect_request(lambda asked: asked.url.endswith(THIRD)) as ahead:
        await reader.page.evaluate(
            "path => { const link = document.createElement('link'); link.rel = 'prefetch'; link.href = path;"
            " document.head.append(link) }",
            THIRD,
        )
    await (await ahead.value).response()
    answer = await reader.open(THIRD)
    assert answer.headers["pennypress-reason"] == "granted"
    assert TWO in await reader.text(NOTICE)
