"""Reading the demo through every state, as a reader does: with and without script, in English and in Arabic."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from babel.dates import format_date
from playwright.async_api import Browser

from pennypress.demo.stories import stories
from tests.journeys.reader import NOTICE, WALL, Reader, new_reader

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST, SECOND, THIRD, FOURTH = "/news/harbour-bridge", "/news/library-roof", "/sport/rowing-final", "/news/bakery-ovens"
TEXTS = {story.path: story.text(1) for story in stories()}
SAID = {
    "en-GB": {
        "two": "You can read 2 more articles this month",
        "one": "You can read 1 more article this month",
        "last": "This is the last article you can read this month",
        "up": "Sorry, your limit is up for this month",
        "open": "You opened this article before, so it stays open for you until",
        "premium": "This article is for subscribers",
        "resets": "Resets on: ",
    },
    "ar": {
        "two": "مقالين",
        "one": "مقال واحد",
        "last": "آخر مقال",
        "up": "هذا الشهر",
        "open": "سبق",
        "premium": "للمشتركين",
        "resets": "",
    },
}
Languages = pytest.mark.parametrize("language", ["en-GB", "ar"])
Scripts = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


def said_of_reset(headers: dict[str, str], language: str) -> str:
    """The day of the reset as this reader reads it."""
    moment = datetime.datetime.fromisoformat(headers["pennypress-resets"])
    return format_date(moment, "long", locale=language.replace("-", "_"))


async def assert_walled(reader: Reader, path: str) -> None:
    """The page holds the wall, the title, and nothing of the second half of its text."""
    held = await reader.page.content()
    words = TEXTS[path].split()
    for start in range(len(words) // 2, len(words) - 8, 8):
        assert " ".join(words[start : start + 8]) not in held
    assert await reader.count(WALL) == 1
    assert await reader.count(NOTICE) == 0
    assert (await reader.structured())["isAccessibleForFree"] in (False, "False")


async def assert_whole(reader: Reader, path: str) -> None:
    """The page holds the whole of its text."""
    shown = await reader.page.locator(".story-body").text_content()
    assert "".join(TEXTS[path].split()[-20:]) in "".join((shown or "").split())
    assert await reader.count(WALL) == 0


@Languages
@Scripts
async def test_a_reader_goes_through_every_state(browser: Browser, demo: str, language: str, script: bool) -> None:
    said = SAID[language]
    reader = await new_reader(browser, demo, language=language, script=script)
    for path, expected in ((FIRST, "two"), (SECOND, "one"), (THIRD, "last")):
        answer = await reader.open(path)
        notice = await reader.text(NOTICE)
        assert said[expected] in notice
        assert said_of_reset(answer.headers, language) in notice
        assert await reader.page.locator(NOTICE).get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert await reader.page.locator(f'{NOTICE} a[href^="/subscribe?from="]').count() == 1
        await assert_whole(reader, path)
    answer = await reader.open(FOURTH)
    wall = await reader.text(WALL)
    assert said["up"] in wall
    assert said_of_reset(answer.headers, language) in wall
    assert answer.headers["pennypress-access"] == "preview"
    await assert_walled(reader, FOURTH)
    await reader.open(FIRST)
    assert said["open"] in await reader.text(NOTICE)
    await assert_whole(reader, FIRST)
    await reader.open(THIRD)
    assert said["last"] in await reader.text(NOTICE)
    assert reader.errors == []


@Languages
async def test_a_premium_article_is_walled_from_the_first_with_neither_count_nor_date(
    browser: Browser, demo: str, language: str
) -> None:
    reader = await new_reader(browser, demo, language=language)
    answer = await reader.open("/business/shipyard-accounts")
    wall = await reader.text(WALL)
    assert SAID[language]["premium"] in wall
    assert not re.search(r"\d", wall.removesuffix(await reader.text(f"{WALL} .pennypress-foot")))
    assert "pennypress-remaining" not in answer.headers
    await assert_walled(reader, "/business/shipyard-accounts")


@pytest.mark.parametrize("path", ["/news/ferry-timetable", "/obituaries/agnes-torvald", "/", "/news", "/subscribe"])
async def test_what_is_free_says_nothing_and_costs_nothing(browser: Browser, demo: str, path: str) -> None:
    reader = await new_reader(browser, demo)
    await reader.open(path)
    assert await reader.count("aside") == 0
    assert "pennypress" not in {cookie["name"] for cookie in await reader.page.context.cookies()}
    answer = await reader.open(FIRST)
    assert answer.headers["pennypress-remaining"] == "2"


@pytest.mark.parametrize("path", ["/live/storm-bettany", "/pictures/herring-fair", "/arabic/night-market"])
async def test_other_kinds_of_article_are_metered_alike(browser: Browser, demo: str, path: str) -> None:
    reader = await new_reader(browser, demo)
    await reader.open(path)
    assert SAID["en-GB"]["two"] in await reader.text(NOTICE)
    await assert_whole(reader, path)
    other = await new_reader(browser, demo)
    await other.use_up(FIRST, SECOND, THIRD)
    await other.open(path)
    await assert_walled(other, path)


async def test_two_pages_of_one_story_are_one_article(browser: Browser, demo: str) -> None:
    reader = await new_reader(browser, demo)
    await reader.open("/features/lighthouse-keeper")
    await reader.page.get_by_role("link", name="Next page").click()
    assert "Visitor. Lit." in (await reader.page.locator(".story-body").text_content() or "")
    assert SAID["en-GB"]["two"] in await reader.text(NOTICE)


async def test_the_second_page_of_a_story_shows_nothing_of_its_text_past_the_limit(browser: Browser, demo: str) -> None:
    reader = await new_reader(browser, demo)
    await reader.use_up(FIRST, SECOND, THIRD)
    await reader.open("/features/lighthouse-keeper?page=2")
    assert await reader.count(WALL) == 1
    assert await reader.count(".story-body p:not(aside p)") == 0
    assert "The sea had taken out the causeway" not in await reader.page.content()


@Scripts
async def test_the_reader_s_own_page_lists_what_counted_and_forgets_it(
    browser: Browser, demo: str, script: bool
) -> None:
    reader = await new_reader(browser, demo, script=script)
    await reader.use_up(FIRST, SECOND)
    await reader.page.locator(NOTICE).get_by_role("link", name="Which articles counted?").click()
    assert await reader.count("main li") == 2
    assert "The bridge turns again" in await reader.text("main")
    await reader.page.locator("main button").click()
    assert "The bridge turns again" not in await reader.text("main")
    answer = await reader.open(THIRD)
    assert answer.headers["pennypress-remaining"] == "0"


@Scripts
async def test_the_strip_says_where_the_reader_stands_and_makes_them_new(
    browser: Browser, demo: str, script: bool
) -> None:
    reader = await new_reader(browser, demo, script=script)
    await reader.use_up(FIRST, SECOND, THIRD, FOURTH)
    assert "preview, used-up, 0 left" in await reader.text(".pennypress-strip")
    await reader.page.get_by_role("button", name="Start again as a new reader").click()
    assert reader.page.url == demo + FOURTH
    assert "full, granted, 2 left" in await reader.text(".pennypress-strip")


async def test_the_strip_switches_to_arabic_and_back(browser: Browser, demo: str) -> None:
    reader = await new_reader(browser, demo, script=False)
    await reader.open(FIRST)
    await reader.page.get_by_role("button", name="العربية").click()
    assert await reader.page.locator(NOTICE).get_attribute("lang") == "ar"
    await reader.page.get_by_role("button", name="English").click()
    assert SAID["en-GB"]["two"] in await reader.text(NOTICE)


async def test_exactly_one_state_is_in_a_page(browser: Browser, demo: str) -> None:
    reader = await new_reader(browser, demo)
    sentences: Any = [SAID["en-GB"][name] for name in ("two", "one", "last", "up", "premium")]
    for path in (FIRST, SECOND, THIRD, FOURTH, "/business/shipyard-accounts"):
        await reader.open(path)
        held = await reader.page.content()
        assert sum(sentence in held for sentence in sentences) == 1
