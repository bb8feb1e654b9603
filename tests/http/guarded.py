"""A small paper for the tests of the guard: two articles, and the routes on which their text leaves besides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from pennypress.config import load
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store, prepare
from tests.clock import NOON
from tests.http.browser import Browser, Page, Site

CONFIG = """
[paper]
name = "The Test Paper"
url = "http://paper.test"
[meter]
limit = 1
[articles]
paths = ["/news/**"]
[[rules]]
access = "free"
paths = ["/news/free/**"]
{rules}
[guard]
{guard}
[store]
meters = "{store}"
[gateway]
largest_article = "{largest}"
"""

CRANE = (
    "The crane on the quay is older than the town hall, and most of those who live here say uglier.",
    "It was put up by a shipyard that nobody remembers, for ships that nobody builds any more.",
    "The harbour master told us on Tuesday that the whole of it will be taken down before winter comes.",
    "Three families live in its shadow and not one of them was asked, so one has now gone to court.",
    "A judge is going to hear them in March, long after the last bolt was carried away by a slow barge.",
    "What becomes of the quay nobody knows, though the brewery has let it be known that it would like to buy.",
)
BAKER = (
    "Mr Holm has baked the same seven loaves each morning since his father handed him the keys in spring.",
    "On Monday he is going to stop, and the street does not yet know what it will eat for breakfast then.",
    "His oven is to go to a museum in the capital, where children may look at it but must never touch it.",
    "He himself wants to sleep until eight for once in his life and then walk slowly down to the harbour.",
    "The new people will sell telephones, he says, and shrugs, and puts another tray upon the counter.",
)
SHOWN, WITHHELD = CRANE[:1], CRANE[1:]


def page(title: str, paragraphs: tuple[str, ...], head: str = "", after: str = "", language: str = "en") -> str:
    body = "".join(f"<p>{text}</p>\n" for text in paragraphs)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><main><article><h1>{title}</h1><div>{body}</div></article></main>{after}"
        "<footer>The Test Paper</footer></body></html>"
    )


def rss(*items: tuple[str, str, str]) -> str:
    entries = "".join(
        f"<item><title>{title}</title><link>http://paper.test{path}</link><description>short</description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item>"
        for title, path, content in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Test Paper</title>'
        f"{entries}</channel></rss>"
    )


def html_of(paragraphs: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in paragraphs)


def leaks(answer: Page) -> list[int]:
    """Which of the crane's withheld paragraphs stand in an answer, in any writing that the tests use."""
    text = answer.text.replace("\\u2019", "'")
    return [number for number, part in enumerate(WITHHELD) if " ".join(part.split()[2:12]) in text]


def small_paper() -> Site:
    """The site behind the meter."""
    site = Site()
    site.put("/news/crane", page("The crane", CRANE))
    site.put("/news/baker", page("The baker", BAKER))
    site.put("/feed", rss(("The crane", "/news/crane", html_of(CRANE))), content_type="application/rss+xml", etag='"9"')
    post = {"id": 1, "link": "http://paper.test/news/crane", "content": {"rendered": html_of(CRANE)}}
    site.put("/api/posts", json.dumps([post]), content_type="application/json; charset=utf-8")
    site.put("/search?q=crane", page("Found", ("One story was found.",), after=f"<section>{html_of(CRANE)}</section>"))
    site.put("/llms-full.txt", "# The Test Paper\n\n" + "\n\n".join(CRANE), content_type="text/plain")
    return site


Build = Callable[..., PaywallApp]


def build(
    site: Site, folder: Path, guard: str = "", store: str = "memory:", rules: str = "", largest: str = "5 MB"
) -> PaywallApp:
    """The site, metered and guarded."""
    path = folder / "pennypress.toml"
    path.write_text(CONFIG.format(guard=guard, store=store, rules=rules, largest=largest))
    config = load(path)
    prepare(config.store.meters, config.base)
    parts = Parts(open_store(config.store.meters, config.base), Keys((bytes(32),)), lambda: NOON)
    return Paywall(config, parts).around(site)


async def used_up(app: PaywallApp) -> Browser:
    """A reader who opened the baker, and was walled at the crane."""
    reader = Browser(app)
    assert (await reader.get("/news/baker")).header("pennypress-access") == "full"
    walled = await reader.get("/news/crane")
    assert walled.header("pennypress-access") == "preview"
    assert leaks(walled) == []
    return reader
