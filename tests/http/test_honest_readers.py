"""Honest readers beside the guard: lists, quotations, shared paragraphs, widgets. None is cut or miscounted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pennypress.config import load
from pennypress.http.asgi import Parts, Paywall, PaywallApp
from pennypress.readers.keys import Keys
from pennypress.store.opening import open_store
from tests.http.browser import Browser, Site
from tests.http.copies import CONFIG, OWN, TOLD
from tests.http.guarded import BAKER, CRANE, SHOWN, WITHHELD, html_of, page, rss

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEPT = {"cache-control": "public, max-age=60", "etag": '"o1"', "last-modified": "Fri, 20 Nov 2026 09:00:00 GMT"}
SEVEN = " ".join(WITHHELD[1].split()[3:10])
BOILERPLATE = (
    "Copyright 2026 The Test Paper Limited. Sign up for our letter and get the harbour's news every day at six."
)
WEATHER = '{"t": 1.10, "text": "Rain at first, then sun and wind from the north, then a cold night."}'
TEASERS = "".join(
    f'<div class="teaser"><h2><a href="/news/t{number}">Story {number} of the day</a></h2><p>It rains again.</p></div>'
    for number in range(8)
)


def listing(inside: str) -> str:
    head = "<!doctype html><html><head><title>The Test Paper</title></head>"
    return f"{head}<body><main>{TEASERS}{inside}</main></body></html>"


def told(name: str) -> tuple[str, ...]:
    """The paragraphs of a story of its own; no other has eight words in a row of them."""
    return tuple(
        f"{name} {number} went {name} out {number} of {name} the house {number} and {name} sang {number} to {name} all."
        for number in range(1, 7)
    )


UNTOUCHED: dict[str, tuple[str, str, str | bytes]] = {
    "a front page with an article's opening": ("/", "text/html", listing(f"<p>{SHOWN[0]}</p>")),
    "a quotation of seven words": ("/opinion", "text/html", listing(f"<p>They wrote “{SEVEN}”, which is odd.</p>")),
    "a press review": ("/review/1", "text/html", page("Review", ("We read.",), after=f"<q>{WITHHELD[1]}</q>")),
    "a press review of all of it": ("/review/2", "text/html", page("Review", ("We read.",), after=html_of(CRANE))),
    "a search with excerpts": ("/search?q=crane", "text/html", listing(f"<p>{SHOWN[0][:70]} …</p>")),
    "a feed of openings": ("/feed", "application/rss+xml", rss(("The crane", "/news/crane", f"<p>{SHOWN[0]}</p>"))),
    "the weather": ("/api/weather", "application/json", WEATHER),
    "a menu": ("/api/menu", "application/json", '[ {"url": "/news/crane", "name": "The crane"} ]'),
    "another paper's feed": ("/wire", "application/rss+xml", rss(("Far", ".far/x", html_of(told("Far"))))),
    "a style sheet": ("/a.css", "text/css", "a::after{content:'a rather long text that stands in no article at all'}"),
    "a script": ("/a.js", "text/javascript", f"const a='{' '.join(told('Script'))}'"),
    "a picture": ("/a.png", "image/png", b"\x89PNG\0\0"),
    "a document": ("/a.pdf", "application/pdf", b"%PDF-1.7 \0"),
    "bytes": ("/a.bin", "application/octet-stream", b"\0\1\2\3" * 99),
    "an archive": ("/a.tar.gz", "application/gzip", b"\x1f\x8b\x08 that is none"),
    "a calendar": ("/a.ics", "text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    "json as html": ("/ajax", "text/html", '{"success": true, "html": "<p>Nothing more.</p>"}'),
}  # fmt: skip


@pytest.fixture
def site() -> Site:
    site = Site()
    site.put("/news/crane", page("The crane", CRANE, head=OWN))
    site.put("/news/baker", page("The baker", BAKER))
    for target, content_type, body in UNTOUCHED.values():
        site.put(target, body, 200, **{"content-type": content_type, **KEPT})
    return site


@pytest.fixture
async def app(site: Site, tmp_path: Path) -> AsyncIterator[PaywallApp]:
    path = tmp_path / "pennypress.toml"
    path.write_text(CONFIG.format(mode="withhold"))
    app = Paywall(load(path), Parts(open_store("memory:", tmp_path), Keys((bytes(32),)), lambda: NOON)).around(site)
    yield app
    await app.close()


async def used_up(app: PaywallApp) -> Browser:
    """A reader who opened the baker and was walled at the crane."""
    reader = Browser(app)
    assert (await reader.get("/news/baker")).header("pennypress-access") == "full"
    assert (await reader.get("/news/crane")).header("pennypress-access") == "preview"
    return reader


async def all_learned(app: PaywallApp) -> None:
    """Until what was read so far is known."""
    while app._guarding.learning._tasks:
        await asyncio.wait(app._guarding.learning._tasks)


async def test_what_withholds_nothing_passes_byte_for_byte_with_its_head(app: PaywallApp, site: Site) -> None:
    reader = await used_up(app)
    for name, (target, content_type, _) in UNTOUCHED.items():
        for _again in range(2):
            answer = await reader.get(target)
            assert (answer.status, answer.body) == (200, site.pages[target][2]), name
            assert {field: answer.header(field) for field in KEPT} == KEPT, name
            assert answer.header("content-type") == content_type, name
            assert answer.header("pennypress-access") is None, name


async def test_what_stands_at_the_end_of_every_article_is_nobodys(app: PaywallApp, site: Site) -> None:
    for name in ("anna", "bert"):
        site.put(f"/news/{name}", page(name, (*told(name), BOILERPLATE)))
    site.put("/imprint", listing(f"<footer>{BOILERPLATE}</footer>"))
    reader = await used_up(app)
    for name in ("anna", "bert"):
        assert (await reader.get(f"/news/{name}")).header("pennypress-access") == "preview"
    assert (await reader.get("/imprint")).text == listing(f"<footer>{BOILERPLATE}</footer>")


async def test_a_free_article_that_shares_its_text_with_a_premium_one_stays_free(app: PaywallApp, site: Site) -> None:
    shared = told("carol")
    site.put("/news/premium/carol", page("Carol", ("Subscribers read this first.", *shared)))
    site.put("/news/free/carol", page("Carol for all", ("This is how it was.", *shared)))
    reader = await used_up(app)
    assert (await reader.get("/news/premium/carol")).header("pennypress-reason") == "premium"
    free = await reader.get("/news/free/carol")
    assert (free.header("pennypress-reason"), free.text) == (
        "free",
        page("Carol for all", ("This is how it was.", *shared)),
    )
    assert (await reader.get("/news/premium/carol")).header("pennypress-reason") == "premium"


async def test_agency_copy_on_two_articles_is_read_in_both_and_stays_open(app: PaywallApp, site: Site) -> None:
    wire = told("dora")
    for name in ("one", "two"):
        head = f'<link rel="canonical" href="http://paper.test/news/dora-{name}">'
        site.put(f"/news/dora-{name}", page(f"Dora {name}", (f"Our own beginning, number {name}.", *wire), head=head))
    reader, other = Browser(app), await used_up(app)
    assert (await reader.get("/news/dora-one")).header("pennypress-reason") == "granted"
    assert (await other.get("/news/dora-two")).header("pennypress-access") == "preview"
    again = await reader.get("/news/dora-one")
    assert again.header("pennypress-reason") == "repeated", "though its text is known from the other by now"
    assert wire[-1] in again.text


async def test_a_long_article_that_holds_an_agencys_short_one_is_an_article_of_its_own(
    app: PaywallApp, site: Site
) -> None:
    wire, story = told("dora"), (*told("nils"), *told("olga"))
    site.put("/news/wire", page("The wire", ("So the agency begins.", "And so on.", *wire)))
    site.put("/news/story", page("The story", ("So our reporter begins.", "She goes on.", *story, *wire)))
    blocks = [{"text": part} for part in (*story, *wire)]
    site.put("/story.json", json.dumps({"url": "/news/story", "blocks": blocks}), content_type="application/json")
    reader, other = Browser(app), Browser(app)
    assert (await reader.get("/news/wire")).header("pennypress-reason") == "granted"
    await app.settle()
    assert (await reader.get("/news/story")).header("pennypress-reason") == "used-up"
    assert (await other.get("/news/story")).header("pennypress-reason") == "granted"
    assert story[2] in (await other.get("/story.json")).text
    withheld = (await reader.get("/story.json")).text
    assert not [part for part in story if part in withheld]


async def test_a_paragraph_of_an_agency_in_two_articles_is_nobodys(app: PaywallApp, site: Site) -> None:
    wire = "The agency says that no ferry goes out before the ice on the sound has melted for good this year."
    for name in ("emil", "fritz"):
        site.put(f"/news/{name}", page(name, (*told(name), wire)))
    site.put("/ticker.json", json.dumps([{"text": wire}]), content_type="application/json")
    reader = await used_up(app)
    for name in ("emil", "fritz"):
        await reader.get(f"/news/{name}")
    assert (await reader.get("/ticker.json")).text == json.dumps([{"text": wire}])


async def test_a_ticker_that_grows_and_a_corrected_article_are_one_charge(app: PaywallApp, site: Site) -> None:
    reader = Browser(app)
    reasons = []
    for length in (3, 4, 6):
        site.put("/news/live", page("Live", told("gustav")[::-1][:length]))
        reasons.append((await reader.get("/news/live")).header("pennypress-reason"))
    corrected = told("gustav")[0].replace("sang", "whistled")
    site.put("/news/live", page("Live", (*told("gustav")[1:], corrected, "An earlier version said that he sang.")))
    answer = await reader.get("/news/live")
    assert [*reasons, answer.header("pennypress-reason")] == ["granted", "repeated", "repeated", "repeated"]
    assert corrected in answer.text


async def test_a_gallery_of_pages_is_one_charge(app: PaywallApp, site: Site) -> None:
    head = '<link rel="canonical" href="http://paper.test/news/pictures">'
    for number, part in enumerate(told("heidi"), 1):
        query = "" if number == 1 else f"?page={number}"
        site.put(f"/news/pictures{query}", page("Pictures", (part, *told(f"heidi{number}")), head=head))
    reader = Browser(app)
    reasons = [(await reader.get("/news/pictures")).header("pennypress-reason")]
    reasons += [(await reader.get(f"/news/pictures?page={number}")).header("pennypress-reason") for number in (2, 3, 6)]
    assert reasons == ["granted", "repeated", "repeated", "repeated"]


async def test_comments_on_an_article_that_quote_it_are_no_second_charge(app: PaywallApp, site: Site) -> None:
    comments = (*told("irma"), f"I read “{WITHHELD[0]}” and do not believe it.")
    site.put("/news/crane/comments", page("Comments on the crane", comments))
    await used_up(app)
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-reason") == "granted"
    answer = await reader.get("/news/crane/comments")
    assert (answer.status, answer.header("pennypress-reason")) == (200, "repeated")
    assert comments[-1] in answer.text


async def test_a_search_for_a_sentence_is_answered_though_the_page_repeats_it(app: PaywallApp, site: Site) -> None:
    sentence = WITHHELD[1].rstrip(".").replace(" ", "+")
    body = listing(f'<form><input name="q" value="{WITHHELD[1]}"></form><p>Nothing was found.</p>')
    site.put(f"/search?q={sentence}", body)
    answer = await (await used_up(app)).get(f"/search?q={sentence}")
    assert answer.status == 200
    assert "Nothing was found." in answer.text
    assert answer.text.count('class="teaser"') == 8


async def test_a_readers_own_articles_stand_whole_in_a_feed_beside_others_openings(app: PaywallApp, site: Site) -> None:
    feed = rss(("The crane", "/news/crane", html_of(CRANE)), ("The baker", "/news/baker", html_of(BAKER)))
    site.put("/all", feed, content_type="application/rss+xml")
    reader = await used_up(app)
    await all_learned(app)
    answer = await reader.get("/all")
    assert html_of(BAKER) in answer.text
    assert SHOWN[0] in answer.text
    assert TOLD.partition(".")[0] not in answer.text


async def test_many_at_once_with_and_without_the_article_get_what_is_theirs(app: PaywallApp, site: Site) -> None:
    feed = rss(("The crane", "/news/crane", html_of(CRANE)))
    site.put("/all", feed, content_type="application/rss+xml")
    poor, rich = await used_up(app), Browser(app)
    await rich.get("/news/crane")
    answers = await asyncio.gather(*((rich if turn % 2 else poor).get("/all") for turn in range(20)))
    assert [WITHHELD[2] in answer.text for answer in answers] == [bool(turn % 2) for turn in range(20)]
