"""Programs that serve readers: feed readers, link previews, crawlers, editors' tools, a newsletter."""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree

from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.meter import ReaderId
from pennypress.core.rights import Rights
from pennypress.http.asgi import PaywallApp
from pennypress.readers.pass_ import Passes
from tests.clock import Clock
from tests.honest.conftest import HOME, KEYS, LIMIT, OFFICE, PARTNERS_KEY, Visit
from tests.http.browser import Page, Site
from tests.http.guarded import CRANE, SHOWN, html_of, leaks

ALL = [0, 1, 2, 3, 4]
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def content_of(feed: Page) -> str:
    """The text of a feed's one item; the feed must be valid XML."""
    item = ElementTree.fromstring(feed.body).find("channel/item")
    assert item is not None
    assert item.findtext("link") == "http://paper.test/news/crane"
    return item.findtext(CONTENT) or ""


async def test_a_feed_reader_polls_by_the_hour_for_nothing_and_its_reader_comes_by_the_link(
    browser: Visit, clock: Clock
) -> None:
    program = browser(HOME)
    first = await program.get("/feed")
    shown = content_of(first)
    assert SHOWN[0] in shown
    assert leaks(first) == []
    assert shown.count('href="http://paper.test/news/crane"') == 1
    validator = first.header("etag") or ""
    assert validator not in ("", '"9"'), "its own"
    for _ in range(12):
        clock.now += timedelta(hours=1)
        polled = await program.get("/feed", if_none_match=validator)
        assert (polled.status, polled.body, polled.header("set-cookie")) == (304, b"", None)
    page = await browser(HOME).get("/news/crane")
    assert (page.header("pennypress-reason"), page.header("pennypress-remaining")) == ("granted", str(LIMIT - 1))


async def test_a_link_preview_shows_title_and_picture_and_spends_nothing(browser: Visit) -> None:
    robot = browser(OFFICE)
    for agent in ("Slackbot-LinkExpanding 1.0", "facebookexternalhit/1.1", "WhatsApp/2.23"):
        page = await robot.get("/news/crane", user_agent=agent)
        assert (page.status, page.header("pennypress-access"), page.header("set-cookie")) == (200, "preview", None)
        assert '<meta property="og:title" content="The crane">' in page.text
        assert '<meta property="og:image" content="http://paper.test/crane.jpg">' in page.text
        assert SHOWN[0] in page.text
        assert leaks(page) == []


async def test_a_verified_crawler_reads_every_article_however_many_and_is_never_counted(browser: Visit) -> None:
    crawler = browser("66.249.66.1")
    for number in (*range(40), "crane"):
        page = await crawler.get(f"/news/{number}", user_agent=GOOGLEBOT)
        assert (page.header("pennypress-reason"), page.header("set-cookie")) == ("entitled", None)
        assert page.header("pennypress-remaining") is None
    assert leaks(page) == ALL
    assert "pennypress-notice" not in page.text
    reader = await browser("66.249.66.1").get("/news/50")
    assert reader.header("pennypress-reason") == "granted", "its address's newcomers lost nothing"


async def test_an_editor_with_a_staff_pass_sees_and_saves_the_whole(
    app: PaywallApp, browser: Visit, site: Site
) -> None:
    post = json.dumps({"id": 1, "link": "http://paper.test/news/crane", "content": {"raw": html_of(CRANE)}})
    site.put("/wp-json/wp/v2/posts/1", post, content_type="application/json; charset=utf-8")
    account, device = ReaderId(b"e" * 16), ReaderId(b"d" * 16)
    await app._store.put(account, Rights(account, entitlements=(Entitlement(EntitlementKind.STAFF),)))
    await app._store.sign_in(device, account)
    name, _, value = Passes(KEYS, secure=False).set_device_cookie(device).decode().partition(";")[0].partition("=")
    editor = browser(OFFICE)
    editor.cookies |= {name: value, "wordpress_logged_in_0a1b": "edith"}
    assert (await editor.get("/wp-json/wp/v2/posts/1")).text == post
    assert (await editor.ask("PUT", "/wp-json/wp/v2/posts/1")).text == post
    for number in range(LIMIT + 2):
        page = await editor.get(f"/news/{number}")
        assert page.header("pennypress-reason") == "entitled"
        assert page.body == site.pages[f"/news/{number}"][2], "byte for byte, without a notice"
    without = browser(OFFICE)
    without.cookies |= {"wordpress_logged_in_0a1b": "edith"}
    refused = await without.ask("PUT", "/wp-json/wp/v2/posts/1")
    assert (refused.status, json.loads(refused.body)["code"]) == (403, "pennypress_withheld")


async def test_a_newsletter_made_from_the_feed_is_whole_with_the_partners_key_and_valid_without(
    browser: Visit, clock: Clock
) -> None:
    keyed, known, stranger = browser("192.0.2.200"), browser("198.51.100.240"), browser("192.0.2.201")
    for whole in (await keyed.get(f"/feed?partner={PARTNERS_KEY}"), await known.get("/feed")):
        assert content_of(whole) == html_of(CRANE)
    cut = await stranger.get("/feed")
    assert SHOWN[0] in content_of(cut)
    assert leaks(cut) == []
    clock.now += timedelta(days=30)
    assert leaks(await keyed.get(f"/feed?partner={PARTNERS_KEY}")) == [], "until the day that was agreed"
