"""What crawlers and partners get: the page as Google wants it, the preview, and never a charge."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from pennypress.config import load
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store
from tests.http.browser import Browser, Site
from tests.http.guarded import BAKER, CRANE, html_of, leaks, page, rss

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
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
[[crawlers]]
name = "Examplebot"
user_agents = ["Examplebot"]
ranges = "examplebot.json"
[[crawlers]]
name = "Shortbot"
user_agents = ["Shortbot"]
ranges = "examplebot.json"
access = "preview"
[[partners]]
name = "The Agency"
ranges = ["198.51.100.0/24"]
paths = ["/feed"]
key = "k3Jq8vTn5Xw2Lr7Yd9Hs"
until = 2026-12-01
"""
BOT = "Mozilla/5.0 (compatible; Examplebot/1.0)"


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def app(tmp_path: Path, clock: Clock) -> AsyncIterator[PaywallApp]:
    site = Site()
    site.put("/news/crane", page("The crane", CRANE), set_cookie="origin=1")
    site.put("/news/baker", page("The baker", BAKER))
    site.put("/news/free/notice", page("A notice", BAKER))
    site.put("/feed", rss(("The crane", "/news/crane", html_of(CRANE))), content_type="application/rss+xml")
    site.put(
        "/feed?partner=k3Jq8vTn5Xw2Lr7Yd9Hs",
        rss(("The crane", "/news/crane", html_of(CRANE))),
        content_type="application/rss+xml",
    )
    (tmp_path / "examplebot.json").write_text(json.dumps({"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}))
    (tmp_path / "pennypress.toml").write_text(CONFIG)
    config = load(tmp_path / "pennypress.toml")
    app = Paywall(config, Parts(open_store("memory:", tmp_path), Keys((bytes(32),)), clock)).around(site)
    await Browser(app).get("/news/crane", user_agent="Slackbot")
    yield app
    await app.close()


async def test_a_verified_crawler_reads_all_and_is_told_that_it_is_not_free(app: PaywallApp) -> None:
    for _ in range(3):
        answer = await Browser(app, peer="192.0.2.7").get("/news/crane", user_agent=BOT)
        assert leaks(answer) == [0, 1, 2, 3, 4]
        assert answer.header("cache-control") == "private, no-store"
        assert answer.header("x-robots-tag") == "noarchive"
        assert answer.header("set-cookie") is None
        assert "pennypress-notice" not in answer.text
        data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)[0])
        assert data["isAccessibleForFree"] is False
        assert data["hasPart"]["cssSelector"] == ".pennypress-withheld"


async def test_the_selector_matches_exactly_what_a_walled_reader_does_not_get(app: PaywallApp) -> None:
    whole = await Browser(app, peer="192.0.2.7").get("/news/crane", user_agent=BOT)
    marked = [node.text() for node in LexborHTMLParser(whole.text).css(".pennypress-withheld")]
    assert marked == list(CRANE[1:])


async def test_a_free_article_says_nothing_new(app: PaywallApp) -> None:
    answer = await Browser(app, peer="192.0.2.7").get("/news/free/notice", user_agent=BOT)
    assert answer.text == page("A notice", BAKER)


async def test_who_only_says_so_gets_the_preview_and_no_cookie(app: PaywallApp) -> None:
    answer = await Browser(app, peer="203.0.113.1").get("/news/crane", user_agent=BOT)
    assert (answer.header("pennypress-access"), answer.header("set-cookie")) == ("preview", "origin=1")
    assert leaks(answer) == []


async def test_who_only_says_so_and_holds_a_grant_reads_on(app: PaywallApp) -> None:
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    assert (await reader.get("/news/crane", user_agent=BOT)).header("pennypress-reason") == "repeated"


async def test_a_crawler_whose_access_is_preview_gets_that(app: PaywallApp) -> None:
    answer = await Browser(app, peer="192.0.2.7").get("/news/crane", user_agent="Shortbot/2")
    assert answer.header("pennypress-access") == "preview"


async def test_a_header_does_not_make_a_crawlers_address(app: PaywallApp) -> None:
    answer = await Browser(app).get("/news/crane", user_agent=BOT, x_forwarded_for="192.0.2.7")
    assert answer.header("pennypress-access") == "preview"


async def test_an_ai_crawler_gets_the_preview_and_spends_nothing(app: PaywallApp) -> None:
    answer = await Browser(app).get("/news/baker", user_agent="GPTBot/1.2")
    assert (answer.header("pennypress-access"), answer.header("set-cookie")) == ("preview", None)


async def test_a_partner_reads_the_feed_whole_until_it_ends(app: PaywallApp, clock: Clock) -> None:
    partner = Browser(app, peer="198.51.100.4")
    assert leaks(await partner.get("/feed")) == [0, 1, 2, 3, 4]
    assert leaks(await Browser(app).get("/feed")) == []
    assert leaks(await Browser(app).get("/feed?partner=k3Jq8vTn5Xw2Lr7Yd9Hs")) == [0, 1, 2, 3, 4]
    assert (await partner.get("/news/crane")).header("pennypress-reason") == "granted", "only the paths that were said"
    clock.now = datetime(2026, 12, 2, tzinfo=UTC)
    assert leaks(await Browser(app, peer="198.51.100.5").get("/feed")) == []
