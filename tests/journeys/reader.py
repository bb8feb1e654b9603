"""A reader with a browser of their own: what they open, and what they find there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Browser, BrowserContext, Page, Response, ViewportSize

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
NOTICE = "aside.pennypress-notice"
WALL = "aside.pennypress-wall"
DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=320, height=640)

_AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass(slots=True)
class Reader:
    """One reader: their browser's page on one site, and the errors that pages threw at them."""

    page: Page
    site: str
    errors: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Response:
        """Open a page of the paper."""
        answer = await self.page.goto(self.site + path)
        assert answer is not None
        return answer

    async def use_up(self, *paths: str) -> None:
        """Open these articles one after the other."""
        for path in paths:
            await self.open(path)

    async def text(self, selector: str) -> str:
        """The text of the one element that matches, as it is seen."""
        return " ".join((await self.page.locator(selector).inner_text()).split())

    async def count(self, selector: str) -> int:
        """How many elements match."""
        return await self.page.locator(selector).count()

    async def structured(self) -> dict[str, Any]:
        """The structured data of the page."""
        held = await self.page.locator('script[type="application/ld+json"]').first.text_content()
        found: dict[str, Any] = json.loads(held or "")
        return found

    async def violations(self) -> list[str]:
        """What axe finds wrong with the page, with the places."""
        await self.page.evaluate(AXE)
        found = await self.page.evaluate(
            "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", list(_AXE_RULES)
        )
        return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found["violations"]]

    async def is_scrolled_sideways(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(
            await self.page.evaluate("document.scrollingElement.scrollWidth > document.documentElement.clientWidth")
        )


async def new_reader(
    browser: Browser,
    site: str,
    *,
    language: str = "en-GB",
    script: bool = True,
    window: ViewportSize = DESK,
    forced_colours: bool = False,
) -> Reader:
    """A reader whom the paper has never seen."""
    context: BrowserContext = await browser.new_context(
        locale=language,
        java_script_enabled=script,
        viewport=window,
        forced_colors="active" if forced_colours else "none",
    )
    reader = Reader(await context.new_page(), site)
    reader.page.on("pageerror", lambda error: reader.errors.append(str(error)))
    return reader
