"""What crawlers get: the page as Google wants it, the preview, and never a charge."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from pennypress.config import load
from pennypress.core.policy import Mode
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.http.askers import LISTS
from pennypress.readers.keys import Keys
from pennypress.readers.published import SOURCES, Published, write_lists
from pennypress.store.opening import open_store
from tests.clock import NOON, Clock
from tests.http.browser import Browser, Site
from tests.http.guarded import BAKER, CRANE, leaks, page

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
"""
BOT = "Mozilla/5.0 (compatible; Examplebot/1.0)"


@pytest.fixture
def site() -> Site:
    site = Site()
    site.put("/news/crane", page("The crane", CRANE), set_cookie="origin=1")
    site.put("/news/baker", page("The baker", BAKER))
    site.put("/news/free/notice", page("A notice", BAKER))
    return site


@pytest.fixture
async def app(tmp_path: Path, clock: Clock, site: Site) -> AsyncIterator[PaywallApp]:
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


@pytest.mark.parametrize(
    "headers",
    [
        {"range": "bytes=0-99"},
        {"if_none_match": '"1"', "if_modified_since": "Fri, 20 Nov 2026 12:00:00 GMT"},
        {"sec_purpose": "prefetch"},
        {"cookie": "pennypress=nonsense"},
    ],
)
async def test_a_crawler_gets_the_whole_page_however_it_asks(app: PaywallApp, headers: dict[str, str]) -> None:
    answer = await Browser(app, peer="192.0.2.7").get("/news/crane", user_agent=BOT, **headers)
    assert answer.status == 200
    assert leaks(answer) == [0, 1, 2, 3, 4]
    assert answer.header("set-cookie") is None
    assert "etag" not in dict(answer.fields)


async def test_a_head_says_what_a_get_would(app: PaywallApp) -> None:
    crawler = Browser(app, peer="192.0.2.7")
    head = await crawler.ask("HEAD", "/news/crane", user_agent=BOT)
    get = await crawler.get("/news/crane", user_agent=BOT)
    assert list(get.fields) == list(head.fields)
    assert head.body == b""


async def test_a_crawlers_post_opens_nothing_more_and_costs_nothing(app: PaywallApp) -> None:
    answer = await Browser(app).ask("POST", "/news/crane", user_agent=BOT)
    assert (answer.header("pennypress-access"), leaks(answer)) == ("preview", [])


async def test_a_page_that_bears_a_nonce_keeps_that_of_its_own_answer(app: PaywallApp, site: Site) -> None:
    for nonce in ("firstfirst1", "secondsecond2"):
        script = f'<script nonce="{nonce}">0</script>'
        site.put("/news/crane", page("The crane", CRANE, head=script), content_security_policy=f"'nonce-{nonce}'")
        answer = await Browser(app, peer="192.0.2.7").get("/news/crane", user_agent=BOT)
        assert answer.text.count(nonce) == 1
        assert nonce in (answer.header("content-security-policy") or "")
        assert "pennypress-withheld" in answer.text


async def test_the_words_of_the_origin_to_us_do_not_reach_a_crawler(app: PaywallApp, site: Site) -> None:
    site.put("/news/crane", page("The crane", CRANE, head='<meta name="pennypress" content="premium">'))
    answer = await Browser(app, peer="192.0.2.7").get("/news/crane", user_agent=BOT)
    assert leaks(answer) == [0, 1, 2, 3, 4]
    assert 'name="pennypress"' not in answer.text


async def test_a_page_in_another_charset_stays_in_it(app: PaywallApp, site: Site) -> None:
    body = page("The cräne", CRANE).replace('<meta charset="utf-8">', '<meta charset="iso-8859-1">')
    site.put("/news/crane", body.encode("latin-1"), content_type="text/html; charset=iso-8859-1")
    answer = await Browser(app, peer="192.0.2.7").get("/news/crane", user_agent=BOT)
    assert "The cräne".encode("latin-1") in answer.body


async def test_while_observing_a_crawler_gets_the_origins_bytes(app: PaywallApp) -> None:
    app.gate.use(Mode.OBSERVE)
    answer = await Browser(app, peer="192.0.2.7").get("/news/crane", user_agent=BOT)
    assert answer.text == page("The crane", CRANE)


async def test_a_crawler_behind_a_front_that_goes_by_its_name_is_verified_by_what_that_says(tmp_path: Path) -> None:
    (tmp_path / "examplebot.json").write_text(json.dumps({"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}))
    front = '[network]\ntrusted_proxies = ["cloudflare", "127.0.0.1"]\n'
    (tmp_path / "pennypress.toml").write_text(CONFIG.replace("[articles]", f"{front}[articles]"))
    site = Site()
    site.put("/news/crane", page("The crane", CRANE))
    parts = Parts(open_store("memory:", tmp_path), Keys((bytes(32),)), Clock())
    app = Paywall(load(tmp_path / "pennypress.toml"), parts).around(site)

    async def access(peer: str, forwarded_for: str) -> str | None:
        answer = await Browser(app, peer=peer).get("/news/crane", user_agent=BOT, x_forwarded_for=forwarded_for)
        return answer.header("pennypress-access")

    assert await access("104.16.0.9", "192.0.2.7") == "full"
    assert await access("127.0.0.1", "192.0.2.7, 104.16.0.9") == "full"
    assert await access("2606:4700::9", "192.0.2.7") == "full"
    assert await access("104.16.0.9", "192.0.2.7, 203.0.113.5") == "preview"
    assert await access("151.101.0.9", "192.0.2.7") == "preview", "fastly is not named"
    lists = {"cloudflare": Published(("151.101.0.0/16",), NOON)}
    write_lists(tmp_path / LISTS, lists)
    app.askers.take_up()
    assert await access("151.101.0.9", "192.0.2.7") == "full", "what was fetched takes the place of what is built in"
    assert await access("104.16.0.9", "192.0.2.7") == "preview"
    await app.close()


async def test_of_a_real_logs_543_googlebots_the_539_that_come_from_its_ranges_read_everything(
    tmp_path: Path, shared: Path
) -> None:
    networks = SOURCES[0].networks((shared / "crawlers/cloud-ips/googlebot.json").read_bytes())
    for file in (shared / "crawlers/ipranges/googlebot").glob("*.txt"):
        networks += tuple(file.read_text().split())
    write_lists(tmp_path / LISTS, {"Googlebot": Published(tuple(dict.fromkeys(networks)), NOON)})
    (tmp_path / "examplebot.json").write_text('{"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}')
    (tmp_path / "pennypress.toml").write_text(
        CONFIG.replace("[articles]", '[network]\nresolver = "127.0.0.1:9"\n[articles]')
    )
    site = Site()
    site.put("/news/crane", page("The crane", CRANE))
    parts = Parts(open_store("memory:", tmp_path), Keys((bytes(32),)), Clock())
    app = Paywall(load(tmp_path / "pennypress.toml"), parts).around(site)
    log = (shared / "clicks/elastic_apache_access.log").read_text("utf-8", "replace").splitlines()
    said = [found for line in log if "Googlebot" in line and (found := re.match(r'(\S+) .*"([^"]+)"?\s*$', line))]
    outcomes: Counter[str | None] = Counter()
    for found in said:
        answer = await Browser(app, peer=found[1]).ask("HEAD", "/news/crane", user_agent=found[2])
        outcomes[answer.header("pennypress-access")] += 1
        assert answer.header("set-cookie") is None
    await app.close()
    assert outcomes == {"full": 539, "preview": 4}
