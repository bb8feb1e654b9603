"""A newspaper with the default defences on, a clock to set, and readers who mean no harm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pennypress.config import load
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store, prepare
from tests.clock import Clock
from tests.http.browser import Browser, Site, report
from tests.http.guarded import BAKER, CRANE, html_of, page, rss
from tests.readers.names import Names, running_names

KEYS = Keys((b"k" * 32,))
LIMIT = 3
K, M = 10, 4
PARTNERS_KEY = "k3Jq8vTn5Xw2Lr7Yd9Hs"
CONFIG = f"""
[paper]
name = "The Test Paper"
url = "http://paper.test"
[meter]
limit = {LIMIT}
[articles]
paths = ["/news/**"]
[network]
trusted_proxies = ["127.0.0.1"]
newcomer_articles = {K}
newcomer_readers = {M}
{{network}}
[[network.shared]]
name = "A carrier"
ranges = ["100.64.0.0/10"]
newcomer_articles = 200
newcomer_readers = 100
[[partners]]
name = "The Newsletter"
ranges = ["198.51.100.240/32"]
key = "{PARTNERS_KEY}"
paths = ["/feed"]
until = 2026-12-01
[store]
meters = "sqlite:paper.db"
"""
OG = '<meta property="og:title" content="The crane"><meta property="og:image" content="http://paper.test/crane.jpg">'


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 10, 12, tzinfo=UTC))


@pytest.fixture(scope="session")
def names() -> Iterator[Names]:
    """A name server that knows one of Google's crawlers."""
    with running_names() as running:
        running.host("66.249.66.1", "crawl-66-249-66-1.googlebot.com")
        yield running


@pytest.fixture
def site() -> Site:
    """Sixty stories, one of them the crane's, and a feed, its twin for a partner and the CMS's own routes."""
    site = Site()
    for number in range(60):
        site.put(f"/news/{number}", report(f"n{number}"))
    site.put("/news/crane", page("The crane", CRANE, OG), etag='"7"', last_modified="Mon, 09 Nov 2026 08:00:00 GMT")
    site.put("/news/baker", page("The baker", BAKER))
    feed = rss(("The crane", "/news/crane", html_of(CRANE)))
    for target in ("/feed", f"/feed?partner={PARTNERS_KEY}"):
        site.put(target, feed, content_type="application/rss+xml; charset=utf-8", etag='"9"')
    return site


@pytest.fixture
async def app(site: Site, clock: Clock, names: Names, tmp_path: Path) -> AsyncIterator[PaywallApp]:
    """The whole middleware on a SQLite file, with the guard and the budget on."""
    path = tmp_path / "pennypress.toml"
    path.write_text(CONFIG.format(network=f'resolver = "{names.address}"'))
    config = load(path)
    prepare(config.store.meters, config.base)
    app = Paywall(config, Parts(open_store(config.store.meters, config.base), KEYS, clock)).around(site)
    await Browser(app, peer="192.0.2.99").get("/news/crane", user_agent="Slackbot")
    yield app
    await app.close()


Visit = Callable[[str], Browser]


@pytest.fixture
def browser(app: PaywallApp) -> Visit:
    """A new browser at an address."""
    return lambda peer: Browser(app, peer=peer)


OFFICE, MOBILE, CARRIER, HOME = "203.0.113.9", "198.51.100.77", "100.64.9.9", "192.0.2.10"


async def farm(app: PaywallApp, peer: str, articles: int = 50) -> int:
    """How many articles somebody gains who throws the cookie away before each."""
    pages = [await Browser(app, peer=peer).get(f"/news/{number}") for number in range(articles)]
    return sum(page.header("pennypress-access") == "full" for page in pages)
