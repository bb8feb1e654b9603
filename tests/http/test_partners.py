"""Partners: what they may read, that nobody learns their key, and that nobody is forgotten before the meter is on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pennypress.config import load
from pennypress.core.use import Use, UseKind
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.memory import MemoryStore
from tests.clock import NOON, Clock
from tests.http.browser import Browser, Site
from tests.http.guarded import CRANE, html_of, leaks, page, rss

KEY = "k3Jq8vTn5Xw2Lr7Yd9Hs"
CONFIG = f"""
[paper]
name = "The Test Paper"
url = "http://paper.test"
[meter]
limit = 1
mode = "MODE"
[articles]
paths = ["/news/**"]
[network]
trusted_proxies = ["10.0.0.0/8"]
[[partners]]
name = "The Agency"
ranges = ["198.51.100.0/24"]
paths = ["/feed/**"]
key = "{KEY}"
until = 2026-12-01
[[partners]]
name = "The Archive"
paths = ["/news/**"]
key = "ArchiveArchiveArchive1"
"""
ALL = [0, 1, 2, 3, 4]
FEED = rss(("The crane", "/news/crane", html_of(CRANE)))


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def site() -> Site:
    site = Site()
    site.put("/news/crane", page("The crane", CRANE))
    site.put("/feed", FEED, content_type="application/rss+xml", etag='"9"', cache_control="public, max-age=600")
    site.put("/feed/?paged=2", FEED, content_type="application/rss+xml")
    site.put("/feed/moved", "", status=301, location="http://paper.test/feed?paged=2", content_type="text/html")
    site.put("/feed/away", "", status=302, location="https://elsewhere.test/feed", content_type="text/html")
    site.put("/other", FEED, content_type="application/rss+xml")
    return site


Start = Callable[[str], PaywallApp]


@pytest.fixture
async def start(tmp_path: Path, clock: Clock, store: MemoryStore, site: Site) -> AsyncIterator[Start]:
    apps: list[PaywallApp] = []

    def started(mode: str) -> PaywallApp:
        (tmp_path / "pennypress.toml").write_text(CONFIG.replace("MODE", mode))
        config = load(tmp_path / "pennypress.toml")
        apps.append(Paywall(config, Parts(store, Keys((bytes(32),)), clock)).around(site))
        return apps[-1]

    yield started
    for app in apps:
        await app.close()


@pytest.fixture
async def app(start: Start) -> PaywallApp:
    app = start("on")
    await Browser(app).get("/news/crane", user_agent="Slackbot")
    return app


async def test_a_partner_by_key_gets_the_feed_whole_and_nobody_may_keep_it(app: PaywallApp) -> None:
    answer = await Browser(app).get(f"/feed?partner={KEY}")
    assert leaks(answer) == ALL
    assert answer.header("cache-control") == "private, no-store"
    assert (answer.header("etag"), answer.header("set-cookie")) == (None, None)


@pytest.mark.parametrize(
    "query", [f"partner={KEY}", f"paged=2&partner={KEY}", f"partner={KEY}&paged=2", f"p%61rtner={KEY}&partner={KEY}"]
)
async def test_the_key_reaches_neither_the_origin_nor_its_referers(app: PaywallApp, site: Site, query: str) -> None:
    for target in (f"/feed/?{query}", f"/other?{query}", f"/news/crane?{query}", f"/nothing?{query}"):
        told = f"http://paper.test/feed?{query}"
        answer = await Browser(app).get(target, referer=told, x_original_uri=target, cookie=f"a=1; landing={told}; b=2")
        assert KEY not in repr(site.asked[-1])
        assert KEY not in answer.text
        assert KEY not in repr(answer.fields)
    (cookies,) = site.header_of_last("cookie")
    assert cookies.startswith("a=1; landing=http://paper.test/feed?")
    assert cookies.endswith("; b=2"), "the site's own cookies stay"


async def test_a_parameter_of_that_name_that_is_no_key_is_the_sites_own(app: PaywallApp, site: Site) -> None:
    await Browser(app).get("/other?partner=hotel", referer="http://paper.test/?partner=hotel")
    assert site.asked[-1]["query_string"] == b"partner=hotel"
    assert site.header_of_last("referer") == ["http://paper.test/?partner=hotel"]


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (f"/other?partner={KEY}", {}),
        (f"/feed?Partner={KEY}", {}),
        (f"/feed?key={KEY}", {}),
        (f"/feed?partner={KEY[:-1]}", {}),
        (f"/feed?partner={KEY.lower()}", {}),
        ("/feed?partner=", {}),
        (f"/feed;partner={KEY}", {}),
        (f"/feed?partner%3D{KEY}", {}),
        ("/feed?partner=ArchiveArchiveArchive1", {}),
        ("/feed", {"cookie": f"partner={KEY}"}),
        ("/feed", {"authorization": f"Bearer {KEY}"}),
        ("/feed", {"x_forwarded_for": "198.51.100.4"}),
    ],
)
async def test_a_key_in_the_wrong_place_gains_nothing(
    app: PaywallApp, site: Site, target: str, headers: dict[str, str]
) -> None:
    site.put(target, FEED, content_type="application/rss+xml")
    answer = await Browser(app).get(target, **headers)
    assert leaks(answer) == []


async def test_what_a_partner_got_is_given_to_nobody_else(app: PaywallApp) -> None:
    partner, stranger = Browser(app, peer="198.51.100.4"), Browser(app)
    assert leaks(await stranger.get("/feed")) == []
    assert leaks(await partner.get("/feed")) == ALL
    assert leaks(await stranger.get("/feed")) == []
    assert leaks(await stranger.get(f"/feed?partner={KEY}")) == ALL
    assert leaks(await stranger.get("/feed")) == []


async def test_a_partner_by_network_is_known_behind_a_trusted_proxy(app: PaywallApp) -> None:
    proxied = Browser(app, peer="10.0.0.1")
    assert leaks(await proxied.get("/feed", x_forwarded_for="203.0.113.1, 198.51.100.4")) == ALL
    assert leaks(await proxied.get("/feed", x_forwarded_for="198.51.100.4, 203.0.113.1")) == []


async def test_a_partner_reads_articles_where_the_paths_say_so_with_nothing_put_in(app: PaywallApp) -> None:
    answer = await Browser(app).get("/news/crane?partner=ArchiveArchiveArchive1")
    assert answer.text == page("The crane", CRANE)
    assert answer.header("pennypress-reason") == "entitled"
    assert (answer.header("cache-control"), answer.header("set-cookie")) == ("private, no-store", None)


async def test_a_partner_writes_nothing_by_that_right(app: PaywallApp, site: Site) -> None:
    answer = await Browser(app, peer="198.51.100.4").ask("POST", "/feed")
    assert leaks(answer) == []


async def test_a_partner_is_led_on_with_the_key_and_only_on_this_site(app: PaywallApp) -> None:
    browser = Browser(app)
    moved = await browser.get(f"/feed/moved?partner={KEY}")
    assert moved.header("location") == f"http://paper.test/feed?paged=2&partner={KEY}"
    assert (await browser.get(f"/feed/away?partner={KEY}")).header("location") == "https://elsewhere.test/feed"
    assert (await browser.get("/feed/moved")).header("location") == "http://paper.test/feed?paged=2"


async def test_an_ended_partner_reads_as_anybody_and_the_key_stays_a_secret(
    app: PaywallApp, clock: Clock, site: Site, store: MemoryStore
) -> None:
    assert leaks(await Browser(app).get(f"/feed?partner={KEY}")) == ALL
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    answer = await Browser(app).get(f"/feed?partner={KEY}")
    assert leaks(answer) == []
    assert KEY not in repr(site.asked[-1])
    await app.close()
    assert [(use.who, use.count, use.last) for use in await store.uses()] == [("The Agency", 1, NOON)]


async def test_the_last_use_of_a_partner_is_noted(app: PaywallApp, clock: Clock, store: MemoryStore) -> None:
    for minutes in (0, 5):
        clock.now = NOON + timedelta(minutes=minutes)
        await Browser(app, peer="198.51.100.4").get("/feed")
    await Browser(app, peer="198.51.100.4").get("/other")
    await app.close()
    assert await store.uses() == (Use(UseKind.PARTNER, "The Agency", NOON + timedelta(minutes=5), count=2),)


async def test_while_observing_it_is_noted_who_fetched_which_feed_and_no_address(
    start: Start, site: Site, store: MemoryStore
) -> None:
    app = start("observe")
    site.put("/index.xml", FEED, content_type="text/xml; charset=utf-8")
    site.put("/feed.json", "{}", content_type="application/json")
    site.put("/feed?x=1", FEED, content_type="application/rss+xml")
    site.put("/sitemap.xml", "<urlset/>", content_type="application/xml")
    site.put("/api/posts", "[]", content_type="application/json")
    reeder = Browser(app, peer="203.0.113.77")
    for target in ("/feed", "/feed", "/index.xml", "/feed.json", "/sitemap.xml", "/api/posts", "/news/crane", "/none"):
        await reeder.get(target, user_agent="Reeder/5.4 (Ada's iPhone; ada@example.com)")
    await Browser(app, peer="2001:db8:1:2::9").get(
        "/feed?x=1", user_agent="Mozilla/5.0 (compatible; Fetchling/2; 9 subscribers; feed-id=77)"
    )
    await Browser(app, peer="198.51.100.4").get("/feed")
    await app.close()
    uses = await store.uses()
    assert {use.name for use in uses} == {
        ("feed", "Reeder", "/feed", "203.0.113.0/24"),
        ("feed", "Reeder", "/index.xml", "203.0.113.0/24"),
        ("feed", "Reeder", "/feed.json", "203.0.113.0/24"),
        ("feed", "Fetchling", "/feed", "2001:db8:1::/48"),
        ("partner", "The Agency", "", ""),
    }
    assert uses[0].count == 2


async def test_a_feed_reader_that_asks_whether_anything_is_new_is_noted_too(
    start: Start, site: Site, store: MemoryStore
) -> None:
    app = start("observe")
    await Browser(app).get("/feed", user_agent="Reeder/5")
    site.put("/feed", "", status=304, content_type="")
    await Browser(app).get("/feed", user_agent="Other/1")
    await app.close()
    assert {use.who for use in await store.uses()} == {"Reeder", "Other"}


async def test_once_the_meter_is_on_nobody_else_is_noted(app: PaywallApp, store: MemoryStore) -> None:
    await Browser(app).get("/feed", user_agent="Reeder/5")
    await app.close()
    assert await store.uses() == ()


async def test_an_answer_for_a_partner_is_private_even_where_nothing_in_it_is_withheld(
    app: PaywallApp, site: Site
) -> None:
    site.put("/feed/free", rss(), content_type="application/rss+xml", cache_control="public, max-age=600", etag='"1"')
    assert (await Browser(app).get("/feed/free")).header("cache-control") == "public, max-age=600"
    answer = await Browser(app).get(f"/feed/free?partner={KEY}")
    assert (answer.header("cache-control"), answer.header("etag")) == ("private, no-store", None)


async def test_a_path_that_an_origin_may_read_in_two_ways_is_a_partners_only_if_both_are(
    app: PaywallApp, site: Site
) -> None:
    hidden = "/feed/x%2F..%2F..%2Fnews/crane"
    site.put(hidden, page("The crane", CRANE))
    answer = await Browser(app).get(f"{hidden}?partner={KEY}")
    assert answer.header("pennypress-reason") != "entitled"
