"""Makes the README's pictures from the running demo: ``python -m tools.pictures``."""

from __future__ import annotations

import asyncio
import base64
import html
import socket
from pathlib import Path

from playwright.async_api import Browser, ViewportSize

from tests.conftest import needs
from tests.journeys.running import chromium_browser, running_demo

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PAGE = "/opinion/slow-clock"
OTHERS = ("/news/harbour-bridge", "/news/library-roof", "/sport/rowing-final")
PHONE = ViewportSize(width=390, height=1080)
STATES = (
    ("Two more", (PAGE,)),
    ("One more", (*OTHERS[:1], PAGE)),
    ("The last", (*OTHERS[:2], PAGE)),
    ("Opened before", (PAGE, *OTHERS[:2], PAGE)),
    ("The limit is up", (*OTHERS, PAGE)),
)
SHEET = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 36px; display: flex; gap: 28px; background: #e6e2d8;
  font: 600 26px/1.2 "Liberation Sans", sans-serif; color: #1c2733; }
figure { margin: 0; } figcaption { margin: 0 0 14px; text-align: center; }
img { display: block; width: 390px; border: 9px solid #1c2733; border-radius: 30px; }
</style>"""


async def make(demo: str, chromium: str) -> None:
    """Make both pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with chromium_browser(chromium) as browser:
        phones = [(title, await _phone(browser, demo, visits)) for title, visits in STATES]
        sheet = await browser.new_page(viewport=ViewportSize(width=2224, height=400))
        await sheet.set_content(SHEET + "".join(_figure(title, picture) for title, picture in phones))
        await sheet.screenshot(path=PICTURES / "five-states.png", full_page=True)
        plain = await _phone(browser, demo, (*OTHERS, PAGE), script=False)
        (PICTURES / "without-script.png").write_bytes(plain)


async def _phone(browser: Browser, demo: str, visits: tuple[str, ...], *, script: bool = True) -> bytes:
    """What a new reader's phone shows after these visits."""
    context = await browser.new_context(
        viewport=PHONE, locale="en-GB", java_script_enabled=script, reduced_motion="reduce", color_scheme="light"
    )
    page = await context.new_page()
    for path in visits:
        await page.goto(demo + path)
    await page.locator("main").evaluate("(at) => scrollTo(0, at.offsetTop)")
    picture = await page.screenshot()
    await context.close()
    return picture


def _figure(title: str, picture: bytes) -> str:
    source = base64.b64encode(picture).decode("ascii")
    return f'<figure><figcaption>{html.escape(title)}</figcaption><img src="data:image/png;base64,{source}"></figure>'


def main() -> None:
    """Start the demo, and make the pictures."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_demo(port) as demo:
        asyncio.run(make(demo, needs("chromium")))
    print(*(str(path) for path in sorted(PICTURES.glob("*.png"))), sep="\n")


if __name__ == "__main__":
    main()
