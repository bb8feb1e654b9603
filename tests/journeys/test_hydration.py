"""Pages that a real React and a real Vue hydrate: what Pennypress put in is still there when their scripts have run."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Response

from pennypress.demo.stories import stories
from tests.hydration.pages import SKIPPING

pytestmark = pytest.mark.asyncio(loop_scope="module")

FRAMEWORKS = ("react", "vue")
TWO_SECONDS = "() => new Promise((done) => setTimeout(done, 2000))"
LAST_WORDS = {story.path.rpartition("/")[2]: story.text(1)[-120:] for story in stories()}
MIDDLE_WORDS = {story.path.rpartition("/")[2]: story.text(1).split()[300:309] for story in stories()}


@dataclass(slots=True)
class Watched:
    """A page, what went wrong in it, and every answer that it got."""

    page: Page
    errors: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    async def read(self, address: str) -> None:
        """Open an address, and wait until two seconds after it has loaded."""
        self.answers.clear()
        self.errors.clear()
        await self.page.goto(address)
        await self.page.evaluate(TWO_SECONDS)

    async def bodies(self) -> str:
        """The text of every answer."""
        return "\n".join([await answer.text() for answer in self.answers])


@pytest_asyncio.fixture(loop_scope="module")
async def watched(browser: Browser) -> Watched:
    page = await browser.new_page()
    watched = Watched(page)
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on("console", lambda said: watched.errors.append(said.text) if said.type == "error" else None)
    page.on("response", lambda answer: watched.answers.append(answer) if "favicon" not in answer.url else None)
    await page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    counting = "window.counted = (window.counted || 0) + 1;"
    await page.route(
        "http://tags.example/*", lambda route: route.fulfill(body=counting, content_type="text/javascript")
    )
    return watched


def withheld_of(slug: str) -> tuple[str, str]:
    return LAST_WORDS[slug], " ".join(MIDDLE_WORDS[slug])


@pytest.mark.parametrize("slug", ["library-roof", SKIPPING])
@pytest.mark.parametrize("framework", FRAMEWORKS)
async def test_the_notice_outlives_hydration(watched: Watched, hydrated_site: str, framework: str, slug: str) -> None:
    await watched.read(f"{hydrated_site}/news/{framework}-{slug}")
    page = watched.page
    notice = page.locator("aside.pennypress-notice")
    assert await notice.is_visible()
    assert watched.errors == []
    assert withheld_of(slug)[0] in await page.locator(".body").inner_text()
    assert await page.locator(".body").count() == 1
    await page.locator("#likes[data-ready=true]").click()
    assert await page.locator("#likes").inner_text() == "Likes: 1"


@pytest.mark.parametrize("slug", ["library-roof", SKIPPING])
@pytest.mark.parametrize("framework", FRAMEWORKS)
async def test_a_notice_on_a_hydrated_page_stands_before_the_text_and_after_the_skip_link(
    watched: Watched, hydrated_site: str, framework: str, slug: str
) -> None:
    await watched.read(f"{hydrated_site}/news/{framework}-{slug}")
    page = watched.page
    assert await page.locator("aside.pennypress-notice").is_visible()
    notice = await page.locator("aside.pennypress-notice").bounding_box()
    first = await page.locator(".body > p").first.bounding_box()
    assert notice is not None
    assert first is not None
    assert notice["y"] + notice["height"] <= first["y"]
    if slug == SKIPPING:
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the story"


@pytest.mark.parametrize("framework", FRAMEWORKS)
async def test_the_wall_stands_after_scripts_and_no_answer_holds_the_text(
    watched: Watched, hydrated_site: str, framework: str
) -> None:
    await watched.read(f"{hydrated_site}/news/{framework}-library-roof")
    for slug in ("bakery-ovens", "seaweed-farm", "slow-clock"):
        await watched.read(f"{hydrated_site}/news/{framework}-{slug}")
        page = watched.page
        assert await page.locator("aside.pennypress-wall").is_visible()
        assert watched.errors == []
        for words in withheld_of(slug):
            assert words not in await page.content()
            assert words not in await watched.bodies()
        assert await page.locator(".body > p").count() >= 1


@pytest.mark.parametrize("framework", FRAMEWORKS)
async def test_scripts_that_hydrate_nothing_still_run_on_a_walled_page(
    watched: Watched, hydrated_site: str, framework: str
) -> None:
    await watched.read(f"{hydrated_site}/news/{framework}-library-roof")
    await watched.read(f"{hydrated_site}/news/{framework}-bakery-ovens")
    assert await watched.page.evaluate("[window.begun, window.counted]") == [True, 1]


@pytest.mark.parametrize("framework", FRAMEWORKS)
async def test_a_crawler_that_runs_the_scripts_finds_what_is_not_free_where_the_page_says(
    browser: Browser, hydrated_site: str, framework: str
) -> None:
    context = await browser.new_context(user_agent="Mozilla/5.0 (compatible; Examplebot/1.0)")
    page = await context.new_page()
    await page.goto(f"{hydrated_site}/news/{framework}-bakery-ovens")
    await page.evaluate(TWO_SECONDS)
    await page.locator("#likes[data-ready=true]").click()
    withheld = " ".join(await page.locator(".pennypress-withheld").all_inner_texts())
    for words in withheld_of("bakery-ovens"):
        assert words in withheld
    first = await page.locator(".body > p").first.inner_text()
    assert first not in withheld
    await context.close()
