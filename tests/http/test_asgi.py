"""The middleware: what a reader gets, in every way in which a page may be asked for."""

from __future__ import annotations

import gzip
import json
import random
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

import pennypress
from pennypress.config import load
from pennypress.core.entitlement import Lock, Opening
from pennypress.core.policy import Mode
from pennypress.core.target import PathPattern
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store
from tests.clock import NOON, Clock
from tests.http.browser import Browser, Page, Site, report, story, withheld

CONFIG = """
[paper]
name = "The Test Paper"
{paper}
[meter]
limit = 3
{meter}
[articles]
paths = {paths}
[[rules]]
access = "free"
paths = ["/news/free/**"]
[[rules]]
access = "premium"
paths = ["/news/premium/**"]
[gateway]
largest_article = "1 MB"
"""


@pytest.fixture
def site() -> Site:
    site = Site()
    for name in ("one", "two", "three", "four", "five"):
        site.put(f"/news/{name}", story(name), etag='"1"', cache_control="public, max-age=600", x_cache_tag="a")
    site.put("/news/free/obituary", story("obituary"), etag='"2"')
    site.put("/news/premium/exclusive", story("exclusive"))
    site.put("/about", story("about"), etag='"3"')
    return site


Metered = Callable[..., PaywallApp]


@pytest.fixture
async def metered(site: Site, clock: Clock, tmp_path: Path) -> AsyncIterator[Metered]:
    apps: list[PaywallApp] = []

    def build(*, paper: str = "", meter: str = "", paths: str = '["/news/**"]', store: str = "memory:") -> PaywallApp:
        path = tmp_path / "pennypress.toml"
        path.write_text(CONFIG.format(paper=paper, meter=meter, paths=paths))
        config = load(path)
        parts = Parts(open_store(store, tmp_path), Keys((b"k" * 32,)), clock)
        apps.append(Paywall(config, parts).around(site))
        return apps[-1]

    yield build
    for app in apps:
        await app.close()


@pytest.fixture
def reader(metered: Metered) -> Browser:
    return Browser(metered())


async def used_up(reader: Browser) -> Browser:
    for name in ("one", "two", "three"):
        await reader.get(f"/news/{name}")
    return reader


async def answered(reader: Browser, target: str) -> Page:
    """A page once the meter answers; a busy disk may take longer than the meter waits, but not twenty times."""
    for _ in range(20):
        page = await reader.get(target)
        if page.header("pennypress-reason") != "meter-unknown":
            break
    return page


def names_in(folder: Path) -> set[str]:
    return {held.name for held in folder.iterdir()}


async def spent(reader: Browser) -> int:
    """How many units the reader has spent, from their own page's count on an article that spends nothing."""
    asked = await reader.ask("HEAD", "/news/four")
    return 3 - int(asked.header("pennypress-remaining") or 0)


def insertion(page: Page, origin: bytes) -> bytes:
    """What was put into the origin's bytes, in one place."""
    length = len(page.body) - len(origin)
    at = next(
        (at for at in range(len(origin) + 1) if page.body[:at] + page.body[at + length :] == origin),
        None,
    )
    assert at is not None, "more than one insertion"
    return page.body[at : at + length]


async def test_a_reader_opens_as_many_articles_as_the_limit_says_and_is_told_where_they_stand(reader: Browser) -> None:
    pages = [await reader.get(f"/news/{name}") for name in ("one", "two", "three", "four", "one", "three")]
    assert [page.header("pennypress-access") for page in pages] == ["full", "full", "full", "preview", "full", "full"]
    assert [page.header("pennypress-remaining") for page in pages] == ["2", "1", "0", "0", "0", "0"]
    assert "You can read 2 more articles this month" in pages[0].text
    assert "You can read 1 more article this month" in pages[1].text
    assert "This is the last article you can read this month" in pages[2].text
    assert "Sorry, your limit is up for this month" in pages[3].text
    assert withheld(pages[3], "four")
    assert "four paragraph 0" in pages[3].text
    assert "stays open for you until 1 December 2026" in pages[4].text
    assert "This is the last article you can read this month" in pages[5].text
    assert all("Resets on: 1 December 2026" in page.text for page in pages)


async def test_a_full_page_is_the_origins_bytes_with_one_insertion(reader: Browser, site: Site) -> None:
    page = await reader.get("/news/one")
    assert b"pennypress-notice" in insertion(page, site.pages["/news/one"][2])


async def test_a_metered_article_is_private_and_bears_nothing_that_could_store_it_or_carry_its_text(
    reader: Browser,
) -> None:
    for page in (await reader.get("/news/one"), await (await used_up(reader)).get("/news/four")):
        assert page.header("cache-control") == "private, no-store"
        assert page.header("vary") == "Cookie"
        assert page.header("etag") is None
        assert page.header("x-cache-tag") is None
        assert page.header("pennypress-resets") == "2026-12-01T00:00:00+00:00"
        assert page.header("content-length") == str(len(page.body))


async def test_a_page_that_is_no_article_passes_byte_for_byte_and_bears_nothing_of_ours(
    reader: Browser, site: Site
) -> None:
    page = await reader.get("/about")
    assert page.body == site.pages["/about"][2]
    assert page.header("etag") == '"3"'
    assert not any(name.startswith("pennypress") or name == "set-cookie" for name, _ in page.fields)


async def test_a_free_article_keeps_the_origins_caching_shows_nothing_and_spends_nothing(
    reader: Browser, site: Site
) -> None:
    page = await reader.get("/news/free/obituary")
    assert page.body == site.pages["/news/free/obituary"][2]
    assert (page.header("etag"), page.header("pennypress-reason")) == ('"2"', "free")
    assert reader.cookies == {}


async def test_a_premium_article_shows_no_count_and_no_date_and_sets_no_cookie(reader: Browser) -> None:
    page = await reader.get("/news/premium/exclusive")
    assert withheld(page, "exclusive")
    assert "This article is for subscribers" in page.text
    assert "December" not in page.text
    assert page.header("pennypress-remaining") is None
    assert reader.cookies == {}


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("POST", {}),
        ("PUT", {}),
        ("OPTIONS", {}),
        ("GET", {"purpose": "prefetch"}),
        ("GET", {"sec_purpose": "prefetch;prerender"}),
        ("GET", {"x_moz": "prefetch"}),
        ("GET", {"x_sec_purpose": "prefetch"}),
        ("GET", {"hx_preloaded": "true"}),
        ("GET", {"next_router_prefetch": "1"}),
        ("GET", {"user_agent": "Twitterbot/1.0"}),
        ("GET", {"user_agent": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"}),
    ],
)
async def test_what_nobody_reads_spends_nothing_and_gets_no_text(
    reader: Browser, method: str, headers: dict[str, str]
) -> None:
    page = await reader.ask(method, "/news/one", **headers)
    assert b"one detail number 11 " not in page.body
    assert await spent(reader) == 0
    assert reader.cookies == {}


async def test_which_wall_an_article_bears_is_said_to_programs_and_a_head_says_the_same(reader: Browser) -> None:
    assert (await reader.get("/news/one")).header("pennypress-wall") is None
    await used_up(reader)
    assert (await reader.get("/news/four")).header("pennypress-wall") == "paywall"
    assert (await reader.ask("HEAD", "/news/four")).header("pennypress-wall") == "paywall"
    assert (await reader.get("/news/premium/exclusive")).header("pennypress-wall") == "paywall"


async def test_no_origin_can_say_which_wall_is_shown(site: Site, reader: Browser) -> None:
    site.put("/news/six", story("six"), pennypress_wall="lapsed")
    assert (await reader.get("/news/six")).header("pennypress-wall") is None


async def test_a_prefetch_without_a_grant_gets_nothing_at_all_and_with_one_the_page(reader: Browser) -> None:
    refused = await reader.get("/news/one", purpose="prefetch")
    assert (refused.status, refused.body, refused.header("cache-control")) == (503, b"", "no-store")
    await reader.get("/news/one")
    assert not withheld(await reader.get("/news/one", purpose="prefetch"), "one")


async def test_a_robots_name_takes_nothing_from_a_reader_who_holds_a_grant(reader: Browser) -> None:
    await reader.get("/news/one")
    assert not withheld(await reader.get("/news/one", user_agent="WhatsApp/2.23.20.0"), "one")


async def test_the_answer_to_a_post_is_whole_for_a_holder_of_the_grant(reader: Browser) -> None:
    await reader.get("/news/one")
    assert not withheld(await reader.ask("POST", "/news/one"), "one")


async def test_errors_and_redirects_cost_nothing_and_keep_their_status(reader: Browser, site: Site) -> None:
    site.put("/news/gone", "<html><body><h1>Gone</h1><p>It is gone.</p></body></html>", status=410)
    site.put("/news/moved", "", status=302, location="/news/one")
    site.put("/news/broken", "oh no", status=500)
    for target, status in (("/news/gone", 410), ("/news/moved", 302), ("/news/broken", 500), ("/news/nowhere", 404)):
        page = await reader.get(target)
        assert page.status == status
        assert page.header("pennypress-access") is None
    assert (await reader.get("/news/gone")).body.startswith(b"<html><body><h1>Gone")
    assert await spent(reader) == 0


async def test_an_error_page_with_an_articles_body_goes_as_a_short_page_of_ours(reader: Browser, site: Site) -> None:
    site.put("/news/hidden", story("hidden"), status=404)
    page = await reader.get("/news/hidden")
    assert page.status == 404
    assert withheld(page, "hidden")
    assert "hidden paragraph 0" not in page.text


async def test_a_view_given_up_before_the_origin_answered_costs_nothing(reader: Browser) -> None:
    reader.gone = True
    page = await reader.get("/news/one")
    assert withheld(page, "one")
    reader.gone = False
    assert await spent(reader) == 0


async def test_another_type_under_an_article_goes_out_only_under_its_grant(reader: Browser, site: Site) -> None:
    for target in ("/news/one.json", "/news/one/feed", "/news/one?format=json"):
        site.put(target, "{}", content_type="application/json", etag='"9"', cache_control="public")
        assert (await reader.get(target)).status == 403
    await reader.get("/news/one")
    for target in ("/news/one.json", "/news/one/feed", "/news/one?format=json"):
        page = await reader.get(target)
        assert (page.status, page.body, page.header("cache-control")) == (200, b"{}", "private, no-store")
        assert page.header("etag") is None
    site.put("/news/onerous.json", "{}", content_type="application/json")
    assert (await reader.get("/news/onerous.json")).status == 403


async def test_pictures_and_styles_pass_uncounted(reader: Browser, site: Site) -> None:
    site.put("/news/one/photo.jpg", b"\xff\xd8", content_type="image/jpeg", etag='"7"')
    page = await reader.get("/news/one/photo.jpg", if_none_match='"7"')
    assert (page.body, page.header("etag")) == (b"\xff\xd8", '"7"')
    assert site.header_of_last("if-none-match") == ['"7"']


async def test_an_article_is_never_asked_for_in_part_or_on_a_condition(reader: Browser, site: Site) -> None:
    await reader.get("/news/one", range="bytes=0-5", if_none_match='"1"', if_modified_since="x", if_range="x")
    assert [name for name, _ in site.asked[-1]["headers"]] == [b"host"]


async def test_the_root_of_the_article_paths_and_what_shows_itself_a_list_are_never_metered(
    reader: Browser, site: Site
) -> None:
    items = "".join(
        f'<article><h2><a href="/news/{n}">Story {n}</a></h2><p>What story {n} is about.</p></article>'
        for n in range(20)
    )
    page = f"<html><head><title>News</title></head><body><main><h1>News</h1>{items}</main></body></html>"
    for target in ("/news", "/news/sport"):
        site.put(target, page)
        got = await reader.get(target)
        assert got.body == page.encode()
        assert got.header("pennypress-access") is None


async def test_the_same_article_under_its_canonical_link_elsewhere_is_one_charge(reader: Browser, site: Site) -> None:
    link = '<link rel="canonical" href="http://paper.test/news/one">'
    site.put("/amp/one", story("one", head=link))
    site.put("/news/one?utm_source=mail", story("one"))
    for target in ("/amp/one", "/news/one", "/news/one?utm_source=mail", "/NEWS//one/"):
        site.pages.setdefault(target, site.pages["/news/one"])
        assert (await reader.get(target)).header("pennypress-remaining") == "2"


async def test_a_canonical_link_to_another_host_is_not_believed(reader: Browser, site: Site) -> None:
    for name in ("six", "seven"):
        site.put(f"/news/{name}", story(name, head='<link rel="canonical" href="https://other.test/news/x">'))
    assert (await reader.get("/news/six")).header("pennypress-remaining") == "2"
    assert (await reader.get("/news/seven")).header("pennypress-remaining") == "1"


async def test_a_canonical_link_that_different_articles_claim_is_not_believed_and_opens_nothing(
    metered: Metered, site: Site
) -> None:
    """One broken template: every article calls itself /news/same."""
    link = '<link rel="canonical" href="http://paper.test/news/same">'
    different = {
        "red": "The red boat sailed at dawn with nine crates of eels and a piano that nobody had paid for. ",
        "blue": "Councillors argued until midnight about lamps, drains, pigeons and the width of the new bridge. ",
        "grey": "A retired clockmaker has walked round the island four hundred times and counted every gate. ",
    }
    for name, text in different.items():
        body = "".join(f"<p>{text * 3}{name} detail number {n} ends.</p>" for n in range(12))
        site.put(
            f"/news/{name}",
            story(name, head=link, paragraphs=0).replace('<div class="text">', f'<div class="text">{body}'),
        )
    for store in ("memory:", "sqlite:claims.db"):
        reader = Browser(metered(store=store))
        left = [(await reader.get(f"/news/{name}")).header("pennypress-remaining") for name in different]
        assert left == ["2", "1", "0"]
        assert withheld(await reader.get("/news/four"), "four")


async def test_page_two_is_the_same_charge_and_has_no_preview_of_its_own(reader: Browser, site: Site) -> None:
    link = '<link rel="canonical" href="http://paper.test/news/four">'
    site.put("/news/four?page=2", story("four-b", head=link))
    await used_up(reader)
    walled = await reader.get("/news/four?page=2")
    assert "four-b paragraph 0" not in walled.text
    other = Browser(reader.app)
    assert (await other.get("/news/four")).header("pennypress-remaining") == "2"
    second = await other.get("/news/four?page=2")
    assert (second.header("pennypress-remaining"), withheld(second, "four-b")) == ("2", False)


async def test_a_brief_is_whole_and_free(reader: Browser, site: Site) -> None:
    site.put("/news/brief", story("brief", paragraphs=2))
    page = await reader.get("/news/brief")
    assert page.body == site.pages["/news/brief"][2]
    assert (page.header("pennypress-reason"), reader.cookies) == ("brief", {})


@pytest.mark.parametrize(
    "where", ['<script type="application/ld+json">{}</script>', '<script type="application/json">{}</script>']
)
async def test_a_teaser_whose_text_stands_in_the_pages_data_is_no_brief(
    reader: Browser, site: Site, where: str
) -> None:
    text = " ".join(f"secret word {number} of the told story goes on and on." for number in range(40))
    data = where.format(json.dumps({"@type": "NewsArticle", "headline": "Told", "articleBody": text}))
    site.put("/news/told", story("told", paragraphs=1, head=data))
    assert (await reader.get("/news/told")).header("pennypress-reason") == "granted"
    walled = await (await used_up(Browser(reader.app))).get("/news/told")
    assert "secret word" not in walled.text
    assert "Sorry, your limit is up" in walled.text


@pytest.mark.parametrize(("word", "reason"), [("free", "free"), ("premium", "premium"), ("metered", "granted")])
async def test_the_origin_may_decide_for_one_article_by_header_or_meta(
    reader: Browser, site: Site, word: str, reason: str
) -> None:
    site.put("/news/said", story("said"), pennypress_article=word)
    site.put("/news/marked", story("marked", head=f'<meta name="pennypress" content="{word}">'))
    for target in ("/news/said", "/news/marked"):
        page = await reader.get(target)
        assert (page.header("pennypress-reason"), page.header("pennypress-article")) == (reason, None)


async def test_without_paths_the_pages_own_word_decides(metered: Metered, site: Site) -> None:
    site.put("/story", story("story", head='<meta property="og:type" content="article">'))
    reader = Browser(metered(paths="[]"))
    assert (await reader.get("/story")).header("pennypress-remaining") == "2"
    assert (await reader.get("/about")).header("pennypress-remaining") is None


async def test_our_cookie_and_our_headers_never_reach_the_origin(reader: Browser, site: Site) -> None:
    await reader.get("/news/one")
    ours = reader.cookies["pennypress"]
    await reader.get(
        "/news/two", cookie=f"a=1; pennypress={ours}; b=2", pennypress_access="full", Pennypress_Article="free"
    )
    assert site.header_of_last("cookie") == ["a=1; b=2"]
    assert not any(b"pennypress" in name for name, _ in site.asked[-1]["headers"])


@pytest.mark.parametrize("value", ["", "x", "A" * 43, "pennypress", '"', "é", "=" * 900])
async def test_a_forged_pass_makes_a_fresh_reader_and_never_an_error(reader: Browser, value: str) -> None:
    await used_up(reader)
    reader.cookies["pennypress"] = value
    page = await reader.get("/news/four")
    assert page.header("pennypress-remaining") == "2"


async def test_of_several_passes_the_one_that_has_spent_the_most_counts(reader: Browser) -> None:
    await used_up(reader)
    spent_all = reader.cookies["pennypress"]
    other = Browser(reader.app)
    await other.get("/news/one")
    page = await other.get("/news/five", cookie=f"pennypress={other.cookies['pennypress']}; pennypress={spent_all}")
    assert page.header("pennypress-access") == "preview"
    assert other.cookies["pennypress"] == spent_all


async def test_in_observe_mode_everything_is_counted_and_nothing_shown_or_withheld(
    metered: Metered, site: Site
) -> None:
    app = metered(meter='mode = "observe"')
    reader = await used_up(Browser(app))
    page = await reader.get("/news/four")
    assert page.body == site.pages["/news/four"][2]
    assert not any(name.startswith("pennypress") for name, _ in page.fields)
    app.gate.use(Mode.ON)
    assert (await reader.get("/news/four")).header("pennypress-reason") == "used-up"


async def test_with_the_mode_off_nothing_is_counted(metered: Metered, site: Site) -> None:
    app = metered(meter='mode = "off"')
    reader = await used_up(Browser(app))
    assert (await reader.get("/news/four")).body == site.pages["/news/four"][2]
    assert reader.cookies == {}


async def test_a_mode_said_to_a_running_meter_is_taken_up_and_one_said_before_it_began_is_not(
    metered: Metered, tmp_path: Path
) -> None:
    operator = open_store("sqlite:modes.db", tmp_path)
    await operator.say_mode(Mode.OFF)
    gate = metered(store="sqlite:modes.db").gate
    await gate.take_up_controls()
    await operator.open(Opening(None, "flood", NOON, NOON + timedelta(hours=1), "flood"))
    await gate.take_up_controls()
    modes = [gate.mode]
    await operator.say_mode(Mode.OFF)
    await gate.take_up_controls()
    assert [*modes, gate.mode] == [Mode.ON, Mode.OFF]
    await operator.close()


async def test_an_opening_opens_spends_nothing_and_shows_its_line_until_it_closes(
    metered: Metered, clock: Clock, tmp_path: Path
) -> None:
    operator = open_store("sqlite:openings.db", tmp_path)
    reader = Browser(app := metered(store="sqlite:openings.db"))
    await operator.open(Opening(PathPattern("/news/four"), None, NOON, NOON + timedelta(hours=6), "flood"))
    await app.gate.take_up_controls()
    page = await reader.get("/news/four")
    assert "Free to read until 18:00" in page.text
    assert (page.header("cache-control"), reader.cookies) == ("private, no-store", {})
    clock.now = NOON + timedelta(hours=6)
    assert (await reader.get("/news/four")).header("pennypress-remaining") == "2"
    await operator.lock(Lock(PathPattern("/news/four"), NOON, None, "exclusive"))
    await app.gate.take_up_controls()
    assert (await reader.get("/news/four")).header("pennypress-reason") == "premium"
    await operator.close()


async def test_when_the_window_is_over_the_meter_is_fresh(reader: Browser, clock: Clock) -> None:
    await used_up(reader)
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert (await reader.get("/news/four")).header("pennypress-remaining") == "2"


async def test_while_the_store_is_locked_metered_articles_say_so_and_all_else_goes_on(
    metered: Metered, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader = Browser(metered(store="sqlite:locked.db"))
    await reader.get("/news/one")
    holder = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    page = await reader.get("/news/two")
    assert (page.header("pennypress-reason"), withheld(page, "two")) == ("meter-unknown", True)
    assert "This is our fault" in page.text
    assert (await reader.get("/about")).status == 200
    assert not withheld(await reader.get("/news/free/obituary"), "obituary")
    assert not withheld(await reader.get("/news/one"), "one")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    holder.execute("ROLLBACK")
    assert (await answered(reader, "/news/two")).header("pennypress-remaining") == "1"
    assert caplog.messages[-1] == "the meter answers again"
    holder.close()


async def test_a_failing_store_opens_new_articles_only_where_the_paper_chose_so(
    metered: Metered, site: Site, tmp_path: Path
) -> None:
    stamp = '<meta property="article:published_time" content="{}">'
    site.put("/news/new", story("new", head=stamp.format(NOON - timedelta(hours=3))))
    site.put("/news/old", story("old", head=stamp.format(NOON - timedelta(days=3))))
    reader = Browser(metered(meter='on_failure = "open newer than 2 days"', store="sqlite:locked.db"))
    holder = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert not withheld(await reader.get("/news/new"), "new")
    assert withheld(await reader.get("/news/old"), "old")
    assert withheld(await reader.get("/news/two"), "two")
    holder.close()


async def test_a_page_longer_than_an_article_may_be_is_not_sent_and_costs_nothing(reader: Browser, site: Site) -> None:
    site.put("/news/huge", story("huge", paragraphs=9000))
    page = await reader.get("/news/huge")
    assert (page.status, b"huge paragraph" in page.body, await spent(reader)) == (502, False, 0)
    site.put("/huge", report("huge", paragraphs=9000))
    assert (await reader.get("/huge")).body == site.pages["/huge"][2]
    link = '<link rel="canonical" href="http://paper.test/news/huge">'
    site.put("/huge", report("huge", paragraphs=9000, head=link))
    assert (await reader.get("/huge")).status == 502


async def test_a_compressed_page_is_metered_like_any_other(reader: Browser, site: Site) -> None:
    site.put("/news/packed", gzip.compress(story("packed").encode()), content_encoding="gzip")
    page = await reader.get("/news/packed", accept_encoding="gzip, br, dcb")
    assert page.header("content-encoding") is None
    insertion(page, story("packed").encode())
    assert site.header_of_last("accept-encoding") == ["gzip, br"]


async def test_a_page_whose_nonce_changes_keeps_each_answers_nonce(reader: Browser, site: Site) -> None:
    def page_with(nonce: str) -> str:
        script = f'<script nonce="{nonce}">let a = 1</script>'
        return story("nonced", head=script).replace("</footer>", f"</footer>{script}")

    for nonce in ("Zm9vYmFyMTIz", "c2Vjb25kbm9uY2U=", "dGhpcmQtbm9uY2UtbG9uZ2Vy"):
        site.put("/news/nonced", page_with(nonce))
        full = await reader.get("/news/nonced")
        assert b"pennypress-notice" in insertion(full, page_with(nonce).encode())
        await used_up(other := Browser(reader.app))
        walled = await other.get("/news/nonced")
        assert walled.text.count(f'nonce="{nonce}"') == 2
        assert withheld(walled, "nonced")


async def test_a_page_that_cannot_be_read_goes_whole_under_a_grant_and_else_as_its_wall_alone(
    reader: Browser, site: Site
) -> None:
    site.put("/news/odd", story("odd"), content_encoding="lzma")
    page = await reader.get("/news/odd")
    assert (page.body, page.header("content-encoding")) == (site.pages["/news/odd"][2], "lzma")
    assert page.header("pennypress-remaining") == "2"
    walled = await (await used_up(Browser(reader.app))).get("/news/odd")
    assert "Sorry, your limit is up" in walled.text
    assert "paragraph" not in walled.text
    assert walled.header("content-encoding") is None


async def test_a_header_that_holds_the_withheld_text_stays_behind(reader: Browser, site: Site) -> None:
    text = "that tells the town what happened and why, with told detail number 9 for all those who stayed at home"
    site.put(
        "/news/told", story("told"), link=f'</a>; title="{text}"', server_timing=text.replace(" ", "%20"), nel="{}"
    )
    page = await (await used_up(reader)).get("/news/told")
    assert (page.header("link"), page.header("server-timing"), page.header("nel")) == (None, None, "{}")


@pytest.mark.parametrize("target", ["/../x", "/a%00", "/a%zz", "/%2e%2e/x"])
async def test_a_target_that_no_browser_sends_is_a_bad_request(reader: Browser, site: Site, target: str) -> None:
    assert (await reader.get(target)).status == 400
    assert site.asked == []


async def test_a_request_for_another_host_is_refused_where_the_paper_names_its_own(
    metered: Metered, site: Site
) -> None:
    reader = Browser(metered(paper='url = "http://paper.test"'))
    for host, status in (("paper.test", 200), ("127.0.0.1:8000", 200), ("localhost", 200), ("evil.test", 421)):
        assert (await reader.get("/about", host=host)).status == status
    assert len(site.asked) == 3


@pytest.mark.parametrize("host", ["", "a b", "paper.test/x", "paper.test:http"])
async def test_a_request_whose_host_is_none_is_a_bad_request(reader: Browser, site: Site, host: str) -> None:
    assert (await reader.get("/about", host=host)).status == 400
    assert site.asked == []


async def test_the_readers_own_page_lists_what_counted_and_forgets_it_at_the_press_of_a_button(
    reader: Browser, site: Site
) -> None:
    await reader.get("/news/one")
    page = await reader.get("/-/pennypress/reading")
    assert "The one report" in page.text
    token = page.text.partition('name="token" value="')[2].partition('"')[0]
    assert (await reader.post("/-/pennypress/reading", b"token=00")).status == 403
    assert (await reader.post("/-/pennypress/reading", f"token={token}".encode())).status == 303
    after = await reader.get("/-/pennypress/reading?forgotten")
    assert "The one report" not in after.text
    assert await spent(reader) == 1
    assert (await reader.get("/news/one")).header("pennypress-remaining") == "1"
    assert all(scope["path"].startswith("/news/") for scope in site.asked)


async def test_nothing_below_our_own_prefix_reaches_the_origin(reader: Browser, site: Site) -> None:
    assert (await reader.get("/-/pennypress/nothing")).status == 404
    assert (await reader.get("/-/pennypress/style.css")).header("content-type") == "text/css; charset=utf-8"
    assert site.asked == []


async def test_the_address_that_goes_on_is_the_peers_whatever_the_client_says(reader: Browser, site: Site) -> None:
    await reader.get("/about", x_forwarded_for="10.0.0.1, 10.0.0.2", forwarded="for=10.0.0.3")
    assert site.asked[-1]["client"][0] == "203.0.113.9"


async def test_the_notice_speaks_the_readers_language(metered: Metered) -> None:
    app = metered(paper='languages = ["en-GB", "de"]')
    german = await Browser(app).get("/news/one", accept_language="de-AT, en;q=0.5")
    english = await Browser(app).get("/news/one", accept_language="fr")
    assert 'lang="de"' in german.text
    assert 'lang="en-GB"' in english.text


async def test_an_app_of_ones_own_is_metered_in_one_line_and_keys_and_store_are_made(
    site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "pennypress.toml"
    path.write_text("[meter]\nlimit = 1\n")
    for remaining in ("0", "0"):
        app = pennypress.Paywall.from_file(path).around(site)
        page = await Browser(app).get("/news/one")
        assert page.header("pennypress-remaining") == remaining
        await app.close()
    assert {"pennypress.keys", "pennypress.db"} <= names_in(tmp_path)


async def test_a_store_with_readers_and_no_key_is_refused(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "pennypress.toml"
    path.write_text("[meter]\nlimit = 1\n")
    app = pennypress.Paywall.from_file(path).around(site)
    await Browser(app).get("/news/one")
    await app.close()
    (tmp_path / "pennypress.keys").unlink()
    with pytest.raises(pennypress.KeysError, match="the store holds readers"):
        pennypress.Paywall.from_file(path)


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "multipart/byteranges; boundary=b"])
async def test_a_part_of_a_page_goes_to_nobody_wherever_it_stands(
    metered: Metered, site: Site, content_type: str
) -> None:
    site.put("/a/four", story("four")[300:], 206, content_type=content_type)
    for paths in ("[]", '["/news/**"]'):
        page = await Browser(metered(paths=paths)).get("/a/four", range="bytes=300-")
        assert (page.status, withheld(page, "four")) == (403, True)
    assert site.header_of_last("range") == []
    await Browser(metered()).get("/film.mp4", range="bytes=0-1")
    assert site.header_of_last("range") == ["bytes=0-1"]
    await Browser(metered()).get("/film.mp4", range="bytes=0-1,5-")
    assert site.header_of_last("range") == []


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ("gzip;q=0, br", "br"),
        ("gzip;q=0", "identity"),
        ("GZIP ; q=0.5, br;q=1.0, dcb", "gzip;q=0.5, br;q=1.0"),
        ("br;q=0.000, identity", "identity"),
    ],
)
async def test_a_coding_that_a_client_refuses_is_asked_for_by_nobody(
    reader: Browser, site: Site, wanted: str, asked: str
) -> None:
    await reader.get("/about", accept_encoding=wanted)
    assert site.header_of_last("accept-encoding") == [asked]


async def test_what_plays_may_be_asked_for_in_parts_wherever_it_stands(metered: Metered, site: Site) -> None:
    site.put("/listen/77", "0123", content_type="audio/mpeg")
    reader = Browser(metered())
    for target, said in (("/listen/77", {"sec_fetch_dest": "audio"}), ("/show.opus", {}), ("/minutes.docx", {})):
        await reader.get(target, range="bytes=0-1", **said)
        assert site.header_of_last("range") == ["bytes=0-1"], target
    await reader.get("/listen/77", range="bytes=0-1")
    assert site.header_of_last("range") == []


@pytest.mark.parametrize("base", ["https://static.example.net/assets/", "//static.example.net"])
async def test_our_links_lead_home_from_a_page_whose_links_lead_elsewhere(
    metered: Metered, site: Site, base: str
) -> None:
    reader = Browser(metered())
    for name in ("based", "two", "three", "four", "five", "six"):
        site.put(f"/news/{name}", story(name, head=f'<base href="{base}">'))
        page = await reader.get(f"/news/{name}")
        ours = page.text[page.text.index('<aside class="pennypress-') :].partition("</aside>")[0]
        links = re.findall(r'href="([^"]*)"', ours)
        assert links
        assert all(link.startswith("http://paper.test/") for link in links), links


async def test_a_page_that_only_leads_on_is_charged_to_nobody(reader: Browser, site: Site) -> None:
    site.put(
        "/news/old",
        '<html><head><title>Moved</title><meta http-equiv="refresh" content="0; url=/news/one"></head>'
        '<body><p>This page has moved <a href="/news/one">here</a>.</p></body></html>',
    )
    assert (await reader.get("/news/old")).header("pennypress-access") is None
    assert await spent(reader) == 0
    site.put("/news/live", story("live", head='<meta http-equiv="refresh" content="60; url=/news/live">'))
    assert (await reader.get("/news/live")).header("pennypress-reason") == "granted"


async def test_a_page_of_xhtml_is_well_formed_with_its_notice(reader: Browser, site: Site) -> None:
    whole = (
        story("strict")
        .replace("<!doctype html>", "")
        .replace("href=/>", 'href="/">')
        .replace("<html", '<html xmlns="http://www.w3.org/1999/xhtml"')
    )
    whole = re.sub(r"<(meta|link|img|br|hr|input)\b([^>]*?)/?>", r"<\1\2/>", whole)
    ElementTree.fromstring(whole)
    site.put("/news/strict", whole, content_type="application/xhtml+xml")
    page = await reader.get("/news/strict")
    assert page.header("pennypress-access") == "full"
    assert ElementTree.fromstring(page.text).find(".//*[@class='pennypress-notice']") is not None


async def test_a_link_preview_robot_that_asks_for_the_beginning_gets_the_page(reader: Browser, site: Site) -> None:
    await reader.get("/about", range="bytes=0-32768", user_agent="Slackbot-LinkExpanding 1.0")
    assert site.header_of_last("range") == []


async def test_an_article_is_found_under_each_form_of_its_address(metered: Metered, site: Site) -> None:
    reader = Browser(metered(paths='["/news/*"]'))
    for target in ("/news/four-%2F..%2F..%2Fabout", "/news/premium%2Ffour"):
        site.put(target, story("four"))
        assert (await reader.get(target)).header("pennypress-access") is not None
    assert (await reader.get("/news/premium%2Ffour")).header("pennypress-reason") == "premium"


async def test_a_single_page_among_the_paths_is_an_article(metered: Metered, site: Site) -> None:
    reader = Browser(metered(paths='["/story.php"]'))
    for number in (1, 2):
        site.put(f"/story.php?id={number}", story("four"))
        assert (await reader.get(f"/story.php?id={number}")).header("pennypress-remaining") == str(3 - number)


async def test_a_page_elsewhere_that_is_too_long_to_be_read_passes_unless_it_is_an_article(
    reader: Browser, site: Site
) -> None:
    long = ("<html><head><title>All</title></head><body><p>" + "é" * 700_000).encode()
    coded = gzip.compress(random.Random(1).randbytes(1_200_000))
    site.put("/cut-within-a-letter", long[:-1])
    site.put("/coded", coded, content_encoding="gzip")
    assert (await reader.get("/cut-within-a-letter")).body == long[:-1]
    assert (await reader.get("/coded")).body == coded
    site.put("/twin", b'<html><head><link rel=canonical href="http://paper.test/news/one"></head>' + long)
    assert (await reader.get("/twin")).status == 502


async def test_a_redirect_under_the_article_paths_leads_on_whatever_its_type(reader: Browser, site: Site) -> None:
    site.put("/news/old", "Found. Redirecting to /news/one", 302, content_type="text/plain", location="/news/one")
    page = await reader.get("/news/old")
    assert (page.status, page.header("location"), page.body) == (302, "/news/one", b"")


async def test_in_observe_mode_no_shared_cache_may_keep_the_answer_that_names_a_reader(metered: Metered) -> None:
    reader = Browser(metered(meter='mode = "observe"'))
    first, again = await reader.get("/news/one"), await reader.get("/news/one")
    assert (first.header("cache-control"), again.header("cache-control")) == (
        "private, no-store",
        "public, max-age=600",
    )
    assert (first.header("set-cookie") is None, again.header("set-cookie")) == (False, None)


async def test_with_the_mode_off_conditions_reach_the_origin(metered: Metered, site: Site) -> None:
    await Browser(metered(meter='mode = "off"')).get("/news/one", if_none_match='"1"')
    assert site.header_of_last("if-none-match") == ['"1"']


async def test_an_app_that_goes_by_the_decoded_path_sees_the_one_that_was_matched(reader: Browser, site: Site) -> None:
    await reader.get("/x/../news/caf%C3%A9")
    assert (site.asked[-1]["path"], site.asked[-1]["raw_path"]) == ("/news/café", b"/news/caf%C3%A9")
