"""From the wall to the till and back, a second device, cancelling, and the wall again: as readers and clerks do it."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.journeys.conftest import free_port
from tests.journeys.reader import NOTICE, PHONE, WALL, Reader, new_reader
from tests.journeys.running import running_demo

pytestmark = pytest.mark.asyncio(loop_scope="module")

READ = ("/news/harbour-bridge", "/news/library-roof", "/sport/rowing-final")
WANTED, ANOTHER = "/news/bakery-ovens", "/features/tide-gauge"
MONTHLY = '[href*="/subscribe/monthly"]'
PAY = 'main form button:not([name="total"]):not(.quiet)'
_PATIENCE_SECONDS = 25
_LETTER = re.compile(r"<article><h3>(.*?)</h3><p>To (\S+?),.*?<pre>(.*?)</pre></article>", re.DOTALL)
_CODE = re.compile(r"^\d{4} \d{4}$", re.MULTILINE)

Script = pytest.mark.parametrize("script", [False, True], ids=["without script", "with script and axe"])
Languages = pytest.mark.parametrize(("language", "word"), [("en-GB", "Sorry, your limit is up"), ("de-DE", "Artikel")])


@pytest.fixture(scope="module")
def paper() -> Iterator[str]:
    """A demo of this module's own, whose clock is moved forward."""
    with running_demo(free_port()) as address:
        yield address


@dataclass(slots=True)
class Subscriber:
    """A reader with a mail address; with scripts every page that they meet is looked at by axe."""

    reader: Reader
    mail: str
    looks: bool
    pictures: Path

    async def look(self, name: str) -> None:
        """Keep a picture of the page; where scripts run axe finds nothing, and nothing is wider than the window."""
        await self.reader.page.screenshot(
            path=self.pictures / f"{self.mail.partition('@')[0]}-{name}.png", full_page=True
        )
        assert self.reader.errors == []
        if self.looks:
            assert await self.reader.violations() == [], name
            assert not await self.reader.is_scrolled_sideways(), name

    async def press(self, selector: str) -> None:
        """Press a button or a link, and wait for the page that comes."""
        async with self.reader.page.expect_navigation():
            await self.reader.page.locator(selector).first.click()

    async def letters(self) -> list[tuple[str, str]]:
        """The letters to this reader, newest first: subject and text."""
        answer = await self.reader.page.context.request.get(f"{self.reader.site}/-/demo/")
        found = _LETTER.findall(await answer.text())
        return [(html.unescape(subject), html.unescape(text)) for subject, to, text in found if to == self.mail]

    async def type_code(self) -> None:
        """Type the code of the newest letter."""
        (_subject, text), *_ = await self.letters()
        await self.reader.page.fill('input[name="code"]', _CODE.findall(re.sub(r"<[^>]+>", "", text))[0])
        await self.press("main form button:not(.quiet)")

    async def sign_in(self, path: str) -> None:
        """Sign in by a code, from an article."""
        await self.reader.open(path)
        await self.press('a[href^="/sign-in"]')
        await self.reader.page.fill('input[name="mail"]', self.mail)
        await self.press('main form:has(input[name="mail"]) button')
        await self.look("code")
        await self.type_code()

    async def until_walled(self, path: str) -> None:
        """Open an article again and again until the wall is there."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            await self.reader.open(path)
            if await self.reader.count(WALL):
                return
            assert time.monotonic() < end, "no wall came"

    async def is_whole(self) -> bool:
        """Whether the page is an article without a wall and without a notice."""
        return not await self.reader.count(WALL) and not await self.reader.count(NOTICE)


async def let_pass(reader: Reader, days: int) -> None:
    """Move the demo's clock forward."""
    await reader.page.context.request.post(f"{reader.site}/-/demo/clock", form={"days": str(days)})


async def walled(browser: Browser, paper: str, mail: str, pictures: Path, language: str, script: bool) -> Subscriber:
    """A reader who has used their articles up, before the wall."""
    reader = await new_reader(browser, paper, language=language, script=script, window=PHONE if script else None)  # type: ignore[arg-type]
    subscriber = Subscriber(reader, mail, script, pictures)
    await reader.use_up(*READ, WANTED)
    assert await reader.count(WALL)
    return subscriber


@Languages
@Script
async def test_from_the_wall_to_the_till_and_back_and_to_the_wall_again(
    browser: Browser, paper: str, pictures: Path, language: str, word: str, script: bool
) -> None:
    mail = f"card-{language[:2]}-{int(script)}@reader.example"
    ann = await walled(browser, paper, mail, pictures, language, script)
    page = ann.reader.page
    assert word in await ann.reader.text(WALL)
    await ann.look("wall")
    await ann.press(f'{WALL} a[href^="/subscribe"]')
    assert await page.locator("html").get_attribute("lang") == language[:2]
    await ann.look("offers")
    await ann.press(MONTHLY)
    await ann.look("plan")
    await page.fill('input[name="mail"]', mail)
    await ann.press('main form:has(input[name="mail"]) button')
    await ann.type_code()
    await ann.look("plan-signed-in")
    await page.check('input[name="at_once"]')
    await ann.press(PAY)
    await ann.look("till")
    await ann.press('button[value="pay"]')
    assert page.url == paper + WANTED
    assert await ann.is_whole()
    await page.go_back()
    await page.goto(paper + WANTED)
    assert await ann.is_whole()

    telephone = Subscriber(await new_reader(browser, paper, language=language, script=script), mail, script, pictures)
    await telephone.reader.use_up(*READ)
    await telephone.sign_in(ANOTHER)
    assert telephone.reader.page.url == paper + ANOTHER
    assert await telephone.is_whole()

    await ann.reader.open("/account")
    await ann.look("account")
    await ann.press('a[href^="/account/cancel/"]')
    await ann.look("cancel")
    await ann.press("main form button")
    await ann.look("cancelled")
    await let_pass(ann.reader, 7)
    await ann.reader.open(ANOTHER)
    assert await ann.is_whole(), "what is paid for is read until its end"
    await let_pass(ann.reader, 31)
    await ann.reader.use_up(*READ)
    await ann.until_walled("/opinion/slow-clock")
    assert await ann.reader.count(f'{WALL} a[href^="/account"]'), "the wall says how it is mended"
    await ann.look("lapsed")
    subjects = [subject for subject, _text in await ann.letters()]
    assert len(subjects) >= 5, "a code, what was bought, the receipt, the cancelling, the end"


async def test_with_the_keyboard_alone(browser: Browser, paper: str, pictures: Path) -> None:
    ann = await walled(browser, paper, "keys@reader.example", pictures, "en-GB", False)
    page = ann.reader.page

    async def enter(words: str) -> None:
        """Go on by Tab until this has the focus, and press Enter."""
        for _ in range(60):
            await page.keyboard.press("Tab")
            if words in (
                await page.locator(":focus").first.inner_text() if await page.locator(":focus").count() else ""
            ):
                break
        async with page.expect_navigation():
            await page.keyboard.press("Enter")

    async def type_into(name: str, text: str) -> None:
        """Go on by Tab to a field, and type."""
        for _ in range(60):
            await page.keyboard.press("Tab")
            if await page.locator(f'input[name="{name}"]:focus').count():
                break
        await page.keyboard.type(text)

    await enter("subscribing here")
    await enter("Choose Reader")
    await type_into("mail", ann.mail)
    await enter("Go on")
    (_subject, text), *_ = await ann.letters()
    await type_into("code", _CODE.findall(re.sub(r"<[^>]+>", "", text))[0])
    await enter("Sign in")
    await type_into("at_once", " ")
    await enter("Subscribe and pay")
    await enter("Pay")
    assert page.url == paper + WANTED
    assert await ann.is_whole()


@Languages
@Script
async def test_by_bank_transfer_with_the_clerks_part(
    browser: Browser, paper: str, pictures: Path, language: str, word: str, script: bool
) -> None:
    mail = f"bank-{language[:2]}-{int(script)}@reader.example"
    bob = await walled(browser, paper, mail, pictures, language, script)
    page = bob.reader.page
    assert word in await bob.reader.text(WALL)
    await bob.press(f'{WALL} a[href^="/subscribe"]')
    await bob.press(MONTHLY)
    await page.fill('input[name="mail"]', mail)
    await bob.press('main form:has(input[name="mail"]) button')
    await bob.type_code()
    await page.check('input[name="method"][value="transfer"]')
    await page.check('input[name="at_once"]')
    await bob.press(PAY)
    await bob.look("promise")
    reference = (await bob.reader.text("dd.code")).strip()
    await bob.reader.open(WANTED)
    assert await bob.is_whole(), "one reads on at once, on one's word"

    clerk = Subscriber(await new_reader(browser, paper, script=script), "clerk@lantern.example", script, pictures)
    await clerk.reader.open("/sign-in")
    await clerk.reader.page.fill('input[name="mail"]', clerk.mail)
    await clerk.press('main form:has(input[name="mail"]) button')
    await clerk.type_code()
    await clerk.reader.open("/-/pennypress/desk/")
    await clerk.look("desk")
    await clerk.reader.page.fill('input[name="q"]', mail)
    await clerk.press('form[role="search"] button')
    assert "Can read" in await clerk.reader.text("main")
    await clerk.look("person")
    await clerk.reader.open(f"/-/pennypress/desk/payments?reference={reference}")
    await clerk.look("payment")
    await clerk.press('main form[method="post"] button')
    assert "Recorded: receipt" in await clerk.reader.text("main")
    await let_pass(clerk.reader, 7)
    await let_pass(clerk.reader, 7)
    await let_pass(clerk.reader, 7)
    await bob.reader.open(ANOTHER)
    assert await bob.is_whole(), "what was recorded goes on after the trust has run out"


async def test_registering_free_opens_more_and_signing_out_hands_nothing_out(
    browser: Browser, paper: str, pictures: Path
) -> None:
    cy = await walled(browser, paper, "free@reader.example", pictures, "en-GB", False)
    await cy.press(f'{WALL} a[href^="/sign-in"]')
    await cy.reader.page.fill('input[name="mail"]', cy.mail)
    await cy.press('main form:has(input[name="mail"]) button')
    await cy.type_code()
    assert cy.reader.page.url == paper + WANTED
    for path in READ:
        await cy.reader.open(path)
        assert not await cy.reader.count(WALL), "what was opened before stays open"
    await cy.reader.open("/sign-in/out")
    await cy.press("main form button")
    await cy.reader.open("/opinion/slow-clock")
    assert await cy.reader.count(WALL)


async def test_the_owner_sees_what_is_offered_and_who_changed_what(
    browser: Browser, paper: str, pictures: Path
) -> None:
    owner = Subscriber(await new_reader(browser, paper), "owner@lantern.example", False, pictures)
    await owner.reader.open("/sign-in")
    await owner.reader.page.fill('input[name="mail"]', owner.mail)
    await owner.press('main form:has(input[name="mail"]) button')
    await owner.type_code()
    for path, words in (
        ("office/plan/", "Pay what you can"),
        ("auditlog/logentry/", "account"),
        ("office/letter/", ""),
    ):
        await owner.reader.open(f"/-/pennypress/admin/{path}")
        assert words in await owner.reader.text("#content")
