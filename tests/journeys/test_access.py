"""Everyone can read it: axe, the keyboard alone, a window of 320 CSS pixels, forced colours."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.journeys.reader import NOTICE, PHONE, WALL, Reader, new_reader

pytestmark = pytest.mark.asyncio(loop_scope="module")

USED_UP = ("/news/harbour-bridge", "/news/library-roof", "/sport/rowing-final")
FULL, WALLED, PREMIUM = "/news/harbour-bridge", "/news/bakery-ovens", "/business/shipyard-accounts"
READING = "/-/pennypress/reading"
WAYS = ("subscribing here", "Which articles counted?", "Sign in")
PAGES = (
    "/",
    "/news",
    FULL,
    WALLED,
    PREMIUM,
    READING,
    "/features/tide-gauge",
    "/features/lighthouse-keeper?page=2",
    "/live/storm-bettany",
    "/pictures/herring-fair",
    "/arabic/night-market",
)
Languages = pytest.mark.parametrize("language", ["en-GB", "ar"])
_FOCUSED = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return "";
    const place = at.closest("aside, .skip, nav, form") || at;
    return `${place.className || place.tagName} > ${(at.textContent || "").trim()}`;
}"""


async def used_up(browser: Browser, demo: str, **settings: object) -> Reader:
    """A reader who has opened their three articles."""
    reader = await new_reader(browser, demo, **settings)  # type: ignore[arg-type]
    await reader.use_up(*USED_UP)
    return reader


@Languages
async def test_axe_finds_nothing_on_any_page(browser: Browser, demo: str, language: str) -> None:
    reader = await used_up(browser, demo, language=language)
    found = {}
    for path in PAGES:
        await reader.open(path)
        if violations := await reader.violations():
            found[path] = violations
    assert found == {}


async def test_axe_finds_nothing_on_a_phone_with_articles_left(browser: Browser, demo: str) -> None:
    reader = await new_reader(browser, demo, window=PHONE)
    await reader.open(FULL)
    assert await reader.violations() == []


@pytest.mark.parametrize(
    ("path", "aside", "help"),
    [(FULL, NOTICE, []), (WALLED, WALL, ["01632 960 123", "help@lantern.example"])],
)
async def test_the_keyboard_alone_reaches_everything_and_leaves_again(
    browser: Browser, demo: str, path: str, aside: str, help: list[str]
) -> None:
    reader = await used_up(browser, demo)
    await reader.open(path)
    visited = []
    for _ in range(80):
        await reader.page.keyboard.press("Tab")
        focused = await reader.page.evaluate(_FOCUSED)
        if not focused:
            break
        visited.append(focused)
    else:
        raise AssertionError("the keyboard never leaves the page")
    assert visited[0].startswith("skip > ")
    links = [place for place in visited if place.startswith(aside.rpartition(".")[2])]
    assert [link.partition(" > ")[2] for link in links] == [*WAYS, *help]
    assert visited.index(links[0]) < len(visited) - 1


async def test_the_skip_link_leads_to_the_article(browser: Browser, demo: str) -> None:
    reader = await new_reader(browser, demo)
    await reader.open(FULL)
    await reader.page.keyboard.press("Tab")
    await reader.page.keyboard.press("Enter")
    assert await reader.page.evaluate("document.activeElement.id") == "main"


@Languages
async def test_no_page_is_wider_than_a_window_of_320_pixels(
    browser: Browser, demo: str, language: str, pictures: Path
) -> None:
    reader = await used_up(browser, demo, language=language, window=PHONE)
    wide = []
    for path in PAGES:
        await reader.open(path)
        name = path.strip("/").replace("/", "-").replace("?", "-") or "front"
        await reader.page.screenshot(path=pictures / f"320-{language}-{name}.png", full_page=True)
        if await reader.is_scrolled_sideways():
            wide.append(path)
    assert wide == []


@pytest.mark.parametrize(("path", "aside"), [(FULL, NOTICE), (WALLED, WALL)])
async def test_notice_and_wall_are_seen_in_forced_colours(
    browser: Browser, demo: str, path: str, aside: str, pictures: Path
) -> None:
    reader = await used_up(browser, demo, forced_colours=True)
    await reader.open(path)
    await reader.page.screenshot(path=pictures / f"forced-colours{path.replace('/', '-')}.png")
    look = await reader.page.locator(aside).evaluate(
        """(at) => { const own = getComputedStyle(at), page = getComputedStyle(document.body);
            return [own.color, page.backgroundColor, own.borderTopStyle, own.borderBottomStyle]; }"""
    )
    assert look[0] != look[1]
    assert look[2:] == ["solid", "solid"]
    assert await reader.page.locator(f"{aside} a").first.evaluate(
        "(at) => getComputedStyle(at).textDecorationLine"
    ) == ("underline")


async def test_nothing_moves_the_focus_or_speaks_by_itself(browser: Browser, demo: str) -> None:
    reader = await used_up(browser, demo)
    for path in (FULL, WALLED):
        await reader.open(path)
        assert await reader.page.evaluate("document.activeElement === document.body")
        assert await reader.count("[aria-live], [role=alert], [role=status], dialog, [role=dialog]") == 0
