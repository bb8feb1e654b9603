"""How the guard comes to know articles: by who opens them, by what feeds and sitemaps name, and on every worker."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest

from pennypress.http.asgi import PaywallApp
from tests.clock import NOON
from tests.http.browser import Browser, Site
from tests.http.guarded import BAKER, CRANE, SHOWN, Build, html_of, leaks, page, rss, used_up

CONTENT = html_of(CRANE)
LINK = "http://paper.test/news/crane"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/rss+xml", rss(("The crane", "/news/crane", CONTENT))),
        (
            "application/rss+xml",
            f"<rss><channel><item><title>The crane</title><link>{LINK}</link>"
            f"<yandex:full-text><![CDATA[{CONTENT}]]></yandex:full-text></item></channel></rss>",
        ),
        (
            "application/atom+xml",
            f'<feed><entry><title>The crane</title><link href="{LINK}"/><content type="xhtml"><div>'
            f"{CONTENT.replace(' ', ' <b>x</b> ')}</div></content></entry></feed>",
        ),
        (
            "application/rdf+xml",
            f'<rdf:RDF><item rdf:about="{LINK}"><link>{LINK}</link><d>{CRANE[2]}</d></item></rdf:RDF>',
        ),
        ("application/rdf+xml", f'<rdf:RDF><item rdf:about="{LINK}"><d>{CRANE[2]}</d></item></rdf:RDF>'),
        (
            "application/atom+xml",
            '<?xml version="1.0"?><feed xml:base="http://paper.test/news/"><entry><title>The crane</title>'
            f'<link href="crane"/><content type="html">{escape(CONTENT)}</content><id>/news/crane</id></entry></feed>',
        ),
        (
            "application/atom+xml",
            f'<feed><entry xml:base="/news/"><id>/news/crane</id><link href="crane"/><summary>{CRANE[2]}</summary>'
            "</entry></feed>",
        ),
        ("application/feed+json", json.dumps({"items": [{"id": LINK, "url": LINK, "content_html": CONTENT}]})),
        ("application/json", json.dumps({"link": LINK, "content": {"rendered": CONTENT}})),
        ("application/vnd.api+json", json.dumps({"data": {"path": {"alias": "/news/crane"}, "body": CONTENT}})),
        ("application/json", json.dumps({"data": {"post": {"uri": "/news/crane", "content": CONTENT}}})),
        ("application/json", json.dumps({"webUrl": LINK, "blocks": [{"text": part} for part in CRANE]})),
        ("application/x-ndjson", "\n".join(json.dumps({"url": LINK, "text": part}) for part in CRANE)),
        ("application/json", ")]}',\n" + json.dumps({"url": LINK, "text": CONTENT})),
        ("text/plain", json.dumps({"url": LINK, "text": CONTENT})),
    ],
)
async def test_an_item_of_an_article_not_yet_known_goes_with_title_and_link_alone_in_every_format(
    built: Build, site: Site, content_type: str, body: str
) -> None:
    site.put("/items", body, content_type=content_type)
    app = built()
    answer = await Browser(app).get("/items")
    assert (answer.status, leaks(answer)) == (200, [])
    assert "harbour master" not in answer.text
    assert "/news/crane" in answer.text
    await app._ahead.go_on()
    again = await Browser(app).get("/items")
    assert leaks(again) == []
    assert again.body != answer.body or again.header("etag") == answer.header("etag")


LONG = " ".join(CRANE)


def _listed(**item: object) -> str:
    return json.dumps([{"title": "The crane", "text": CONTENT, **item}])


def _fed(item: str) -> str:
    return f"<rss><channel>{item}</channel></rss>"


def _item(link: str = LINK, more: str = "") -> str:
    return f"<item><title>The crane</title><link>{link}</link><description>{escape(CONTENT)}</description>{more}</item>"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        *(
            ("application/json", _listed(url=link))
            for link in (
                "http://www.paper.test/news/crane",
                "http://paper.test:80/news/crane",
                "http://PAPER.test/news/crane",
                "HTTP://paper.test/news/crane",
                " http://paper.test/news/crane",
                "https://paper.test/news/crane",
                "http://127.0.0.1:8080/news/crane",
                "http://wordpress:8080/news/crane",
                "//paper.test/news/crane",
            )
        ),
        ("application/rss+xml", _fed(_item("http://WWW.paper.test:80/news/crane"))),
        ("application/json", _listed(links=[{"rel": "next", "href": "/x"}, {"rel": "self", "href": LINK}])),
        ("application/json", _listed(link=[{"rel": "alternate", "href": LINK}])),
        ("application/hal+json", _listed(_links={"self": {"href": LINK}})),
        ("application/hal+json", _listed(_links={"self": [{"href": LINK}]})),
        ("application/hal+json", _listed(_links={"self": {"href": f"{LINK}?_format=hal_json"}})),
        ("application/json", _listed(self=LINK)),
        ("application/vnd.api+json", json.dumps({"data": {"links": {"self": LINK}, "attributes": {"body": LONG}}})),
        ("application/json", json.dumps({"/news/crane": {"title": "The crane", "text": CONTENT}})),
        ("application/json", json.dumps({"/news/crane": LONG})),
        ("application/json", _listed(articleHomeUrl=LINK)),
        ("application/json", _listed(path="news/crane")),
        ("application/json", _listed(url=LINK, title=LONG)),
        ("application/json", f"/* 3 */ {_listed(url=LINK)}"),
        ("application/json", f"// three\n{_listed(url=LINK)}"),
        ("application/json", _listed(url=LINK).replace("}]", ",}]")),
        ("application/json", f"show({_listed(url=LINK)});"),
        ("text/javascript", f"/**/show({_listed(url=LINK)})"),
        ("application/atom+xml", f"<feed><entry><id>{LINK}</id><content>{escape(CONTENT)}</content></entry></feed>"),
        ("application/xml", f'<list><article url="{LINK}"><text>{LONG}</text></article></list>'),
        ("application/rss+xml", _fed(_item()).replace("item>", "ITEM>").replace("link>", "LINK>")),
        ("application/rss+xml", _fed(_item()).replace("item>", "my-ns:item>")),
        ("application/xml", f'<list><newsItem><link href="{LINK}"/><text>{LONG}</text></newsItem></list>'),
        *(
            ("application/rss+xml", _fed(_item(more=f"<{name}>{LONG}</{name}>")))
            for name in ("category", "author", "dc:rights", "media:title")
        ),
    ],
)
async def test_an_item_is_known_by_its_link_wherever_and_however_that_is_written(
    built: Build, site: Site, content_type: str, body: str
) -> None:
    site.put("/items", body, content_type=content_type)
    answer = await Browser(built()).get("/items")
    assert (answer.status, leaks(answer)) == (200, [])
    assert "news/crane" in answer.text.replace("PAPER", "paper")


async def test_an_item_whose_link_has_a_number_for_a_name_is_held_back_until_its_article_was_read(
    built: Build, site: Site
) -> None:
    site.put("/items", _fed(_item("http://paper.test/?p=12")), content_type="application/rss+xml")
    site.put("/?p=12", "", status=301, location="/news/crane")
    app = built()
    assert leaks(await Browser(app).get("/items")) == []
    await app._ahead.go_on()
    again = await Browser(app).get("/items")
    assert leaks(again) == []
    assert SHOWN[0] in again.text


async def test_what_goes_out_of_json_with_an_item_made_bare_is_else_as_the_site_wrote_it(
    built: Build, site: Site
) -> None:
    item = f'{{"url": "{LINK}", "a": 1e400, "b": 1.50, "b": 2, "c": "\\u00e9", "text": %s, "more": %s}}'
    lines = f'{item}\n{{"other" : [1.0]}}\n'
    site.put("/items", lines % (json.dumps(LONG), json.dumps(list(CRANE))), content_type="application/x-ndjson")
    assert (await Browser(built()).get("/items")).text == lines % ('""', "[]")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", _listed(related_url=LINK)),
        ("application/json", _listed(url="http://other.test/news/crane")),
        ("application/json", _listed(kind="text/html", zone="Europe/London")),
        ("application/json", json.dumps([{"url": LINK, "title": " ".join(CRANE[0].split()[:18]), "n": 1.50}])),
        ("application/rss+xml", _fed(_item("http://other.test/news/crane"))),
        ("text/javascript", 'define(["/news/crane"], function (text) { return "one two three four five six seven" })'),
    ],
)
async def test_what_is_not_about_an_article_of_this_paper_or_tells_nothing_of_it_stays_as_it_is(
    built: Build, site: Site, content_type: str, body: str
) -> None:
    site.put("/items", body, content_type=content_type)
    assert (await Browser(built()).get("/items")).text == body


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", json.dumps({"link": LINK, "content": {"rendered": CONTENT}})),
        ("application/rss+xml", rss(("The crane", "/news/crane?utm_source=feed", CONTENT))),
    ],
)
async def test_an_item_of_what_a_reader_has_opened_is_theirs_before_the_article_is_known(
    tmp_path: Path, built: Build, site: Site, content_type: str, body: str
) -> None:
    site.put("/items", body, content_type=content_type, cache_control="public, max-age=60")
    store = f"sqlite:{tmp_path / 'paper.db'}"
    reader = Browser(built(guard='mode = "off"', store=store))
    await reader.get("/news/crane")
    app = built(store=store)
    theirs = await Browser(app, cookies=reader.cookies).get("/items")
    assert (theirs.body, theirs.header("cache-control")) == (body.encode(), "private, no-store")
    assert "harbour master" not in (await Browser(app).get("/items")).text, "nobody else's"


async def test_of_several_items_not_yet_known_a_reader_gets_those_that_they_opened(
    tmp_path: Path, built: Build, site: Site
) -> None:
    posts = [{"link": LINK, "text": CONTENT}, {"link": "http://paper.test/news/baker", "text": html_of(BAKER)}]
    site.put("/items", json.dumps(posts), content_type="application/json")
    store = f"sqlite:{tmp_path / 'paper.db'}"
    reader = Browser(built(guard='mode = "off"', store=store))
    await reader.get("/news/crane")
    shown = (await Browser(built(store=store), cookies=reader.cookies).get("/items")).text
    assert CRANE[-1] in shown
    assert all(part not in shown for part in BAKER)


async def test_what_could_not_be_read_stays_held_back_and_what_is_gone_does_not(built: Build, site: Site) -> None:
    site.put("/news/crane", "busy", status=503)
    app = built()
    for _ in range(2):
        assert leaks(await Browser(app).get("/feed")) == []
        await app._ahead.go_on()
    site.put("/news/gone", "gone", status=410)
    site.put("/feed", rss(("Gone", "/news/gone", html_of(BAKER))), content_type="application/rss+xml")
    await Browser(app).get("/feed")
    await app._ahead.go_on()
    assert BAKER[2] in (await Browser(app).get("/feed")).text


async def test_an_article_in_which_no_body_is_found_keeps_its_items_bare(built: Build, site: Site) -> None:
    shell = '<!doctype html><html><head><title>The crane</title></head><body><div id="app"></div></body></html>'
    site.put("/news/crane", shell)
    app = built()
    await Browser(app).get("/feed")
    await app._ahead.go_on()
    assert leaks(await Browser(app).get("/feed")) == []


async def test_a_link_that_leads_on_to_the_article_is_followed(built: Build, site: Site) -> None:
    site.put("/news/17", "", status=301, location="/news/crane")
    site.put("/feed", rss(("The crane", "/news/17", CONTENT)), content_type="application/rss+xml")
    app = built()
    assert SHOWN[0] not in (await Browser(app).get("/feed")).text
    await app._ahead.go_on()
    feed = await Browser(app).get("/feed")
    assert leaks(feed) == []
    assert SHOWN[0] in feed.text


def sitemap(*paths: str, root: str = "urlset") -> str:
    inner = "sitemap" if root == "sitemapindex" else "url"
    entries = "".join(f"<{inner}><loc>http://paper.test{path}</loc></{inner}>" for path in paths)
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{root}>'


@pytest.mark.parametrize("learn", ["/sitemap.xml", "/sitemap_index", "/feed"])
async def test_what_a_sitemap_or_a_feed_names_is_known_before_anybody_opened_it(
    built: Build, site: Site, learn: str
) -> None:
    site.put("/sitemap.xml", sitemap("/news/baker", "/news/crane", "/about"), content_type="text/xml")
    site.put("/sitemap_index", sitemap("/sitemap?page=1", "/old.xml.gz", root="sitemapindex"), content_type="text/xml")
    site.put("/sitemap?page=1", sitemap("/news/baker"), content_type="application/xml")
    site.put("/old.xml.gz", gzip.compress(sitemap("/news/crane").encode()), content_type="application/gzip")
    app = built(guard=f'learn = ["{learn}"]')
    await app._ahead.go_on()
    answer = await Browser(app).get("/llms-full.txt")
    assert leaks(answer) == []
    assert SHOWN[0] in answer.text


async def test_articles_are_not_asked_for_twice(built: Build, site: Site) -> None:
    site.put("/sitemap.xml", sitemap("/news/crane"), content_type="text/xml")
    app = built(guard='learn = ["/sitemap.xml", "/feed"]')
    await app._ahead.go_on()
    await Browser(app).get("/feed")
    await app._ahead.go_on()
    assert [scope["path"] for scope in site.asked].count("/news/crane") == 1


async def test_a_film_that_an_item_leads_to_is_let_go_by_its_head_and_holds_the_item_back_no_longer(
    built: Build, site: Site
) -> None:
    told = "We filmed the ferries at dawn, from the first rope to the last horn."
    site.put("/films", rss(("The film", "/news/film", told)), content_type="application/rss+xml")
    site.put("/news/film", "x" * 6_000_000, content_type="video/mp4")
    app = built()
    assert told not in (await Browser(app).get("/films")).text
    await app._ahead.go_on()
    assert told in (await Browser(app).get("/films")).text


async def test_twins_that_are_opened_at_the_same_moment_do_not_make_the_text_nobodys(built: Build, site: Site) -> None:
    for number in range(3):
        site.put(f"/news/crane?x={number}", page("The crane", CRANE))
    app = built()
    robot = {"user_agent": "Slackbot-LinkExpanding 1.0"}
    targets = ["/news/crane", *(f"/news/crane?x={number}" for number in range(3))]
    await asyncio.gather(*(Browser(app).get(target, **robot) for target in targets))
    reader = Browser(app)
    await reader.get("/news/baker")
    for target in ("/feed", "/api/posts", "/search?q=crane", "/llms-full.txt"):
        assert leaks(await reader.get(target)) == [], target
    site.put("/print/17", page("The crane", CRANE))
    assert (await reader.get("/print/17")).header("pennypress-access") == "preview"


async def test_made_up_addresses_of_one_article_teach_nothing_new(built: Build, site: Site) -> None:
    canonical = f'<link rel="canonical" href="{LINK}">'
    for number in range(30):
        site.put(f"/news/crane?x={number}", page("The crane", CRANE, head=canonical))
    app = built()
    await used_up(app)
    await asyncio.gather(*app._guarding.learning._tasks)
    known = len(app._guarding._guard._known)
    for number in range(30):
        await Browser(app).get(f"/news/crane?x={number}", user_agent="Slackbot-LinkExpanding 1.0")
    assert len(app._guarding._guard._known) == known


@pytest.mark.parametrize("in_order", [True, False])
async def test_a_page_2_that_is_page_1_once_more_takes_the_opening_from_nobody(
    built: Build, site: Site, in_order: bool
) -> None:
    canonical = f'<link rel="canonical" href="{LINK}">'
    targets = ("/news/crane", "/news/crane?page=2")
    for target in targets:
        site.put(target, page("The crane", CRANE, head=canonical))
    app, robot = built(), {"user_agent": "Slackbot-LinkExpanding 1.0"}
    for target in targets if in_order else targets[::-1]:
        assert leaks(await Browser(app).get(target, **robot)) == []
    for target in ("/news/crane", "/feed", "/api/posts", "/llms-full.txt"):
        answer = await Browser(app).get(target, **robot)
        assert leaks(answer) == [], target
        assert SHOWN[0] in answer.text, target


@pytest.mark.parametrize("address", ["/news/crane/comments", "/news/crane/%C5%BC%C3%B3%C5%82w%20a"])
async def test_a_page_of_comments_that_is_opened_before_its_article_makes_no_second_one(
    built: Build, site: Site, address: str
) -> None:
    quoted = page("Comments", ("So it is to go at last.", f"They write: {CRANE[2]}"))
    site.put(address, quoted)
    app = built()
    comments = await Browser(app).get(address)
    assert comments.header("pennypress-reason") == "brief"
    await asyncio.gather(*app._guarding.learning._tasks)
    reader = await used_up(app)
    assert leaks(await reader.get("/llms-full.txt")) == []
    later = await reader.get(address)
    assert leaks(later) == []
    assert later.header("pennypress-access") == "preview"


async def test_what_a_rule_makes_free_for_a_time_is_guarded_from_the_moment_on_at_which_it_ends(
    built: Build, site: Site
) -> None:
    clock = [NOON]
    app: PaywallApp = built(rules='[[rules]]\naccess = "free"\nuntil = 2026-11-21\n')
    app.gate._clock = lambda: clock[0]
    assert (await Browser(app).get("/news/crane")).header("pennypress-reason") == "free"
    await asyncio.gather(*app._guarding.learning._tasks)
    free = await Browser(app).get("/feed")
    assert leaks(free) == [0, 1, 2, 3, 4]
    assert free.header("etag") == '"9"', "what is free to everybody keeps the origin's caching"
    clock[0] += timedelta(days=2)
    assert leaks(await Browser(app).get("/feed")) == []


async def test_an_article_that_changes_is_guarded_as_it_is_now(built: Build, site: Site) -> None:
    app = built()
    reader = await used_up(app)
    site.put("/news/crane", page("The crane", (*CRANE[:3], *BAKER[2:])))
    await reader.get("/news/crane")
    told = await Browser(app).get("/llms-full.txt")
    assert leaks(told) == [2, 3, 4], "what no page holds any more is nobody's secret"


async def test_an_article_that_becomes_free_by_its_own_word_is_withheld_no_longer(built: Build, site: Site) -> None:
    app = built()
    reader = await used_up(app)
    assert leaks(await reader.get("/feed")) == []
    site.put("/news/crane", page("The crane", CRANE, head='<meta name="pennypress" content="free">'))
    assert (await reader.get("/news/crane")).header("pennypress-reason") == "free"
    await asyncio.gather(*app._guarding.learning._tasks)
    assert leaks(await reader.get("/feed")) == [0, 1, 2, 3, 4]


async def test_text_that_stands_in_two_articles_or_in_anothers_preview_is_nobodys(built: Build, site: Site) -> None:
    wire = "The agency reports from the coast that rain is expected until Friday at the very least, and some wind."
    site.put("/news/first", page("The first", (*CRANE[:5], wire)))
    site.put("/news/second", page("The second", (*BAKER, wire)))
    site.put(
        "/news/third", page("The third", ("A short word before it all begins, so that it is no brief.", *CRANE[::-1]))
    )
    app = built()
    for path in ("/news/first", "/news/second"):
        await Browser(app).get(path, user_agent="Slackbot-LinkExpanding 1.0")
    site.put("/weather", json.dumps({"text": wire}), content_type="application/json", etag='"1"')
    answer = await Browser(app).get("/weather")
    assert wire in answer.text
    assert answer.header("etag") == '"1"'


async def test_what_one_worker_keeps_in_a_file_is_known_after_a_restart_though_nobody_asks(
    built: Build, site: Site, tmp_path: Path
) -> None:
    first = built(store="sqlite:p.db")
    await used_up(first)
    await first._guarding.learning.catch_up()
    later = built(store="sqlite:p.db")
    await later._guarding.learning.catch_up()
    assert leaks(await Browser(later).get("/llms-full.txt")) == []


async def test_one_address_that_answers_in_two_languages_is_guarded_in_both_and_each_is_renewed_alone(
    built: Build, site: Site
) -> None:
    english = site.pages["/news/crane"]
    changed = (*CRANE[:4], CRANE[4].replace(" ", "s "))
    danish = tuple(f"Paa dansk staar der {number} {' '.join(text.split()[::-1])}" for number, text in enumerate(CRANE))
    site.put("/feed/da", rss(("Kranen", "/news/crane", html_of(danish))), content_type="application/rss+xml")
    reader = await used_up(built())
    site.put("/news/crane", page("Kranen", danish, language="da"))
    await reader.get("/news/crane")
    site.pages["/news/crane"] = english
    await reader.get("/news/crane")

    assert leaks(await reader.get("/feed")) == []
    assert "dansk staar der 3" not in (await reader.get("/feed/da")).text

    site.put("/news/crane", page("The crane", changed))
    await reader.get("/news/crane")
    assert "dansk staar der 3" not in (await reader.get("/feed/da")).text
    assert leaks(await reader.get("/llms-full.txt")) == [3, 4]


def odd_text(name: str) -> tuple[str, ...]:
    """Five paragraphs that have nothing in common with any others."""
    return tuple(" ".join(f"{name}{'abcde'[part]}{word:03}" for word in range(40)) for part in range(5))


@pytest.mark.parametrize(
    ("method", "target", "said"),
    [
        ("GET", "/news/crane", {"save_data": "on"}),
        ("GET", "/news/crane", {"cookie": "consent=no"}),
        ("GET", "/news/crane", {"user_agent": "Slackbot-LinkExpanding 1.0"}),
        ("GET", "/news/crane?utm_source=letter", {}),
        ("POST", "/news/crane", {}),
    ],
)
async def test_one_view_of_another_page_at_an_articles_address_does_not_make_its_text_unknown(
    built: Build, site: Site, method: str, target: str, said: dict[str, str]
) -> None:
    app = built()
    reader = await used_up(app)
    article = site.pages["/news/crane"]
    site.put(target, page("Before you read on", odd_text("ask")))
    await Browser(app).ask(method, target, **said)
    await asyncio.gather(*app._guarding.learning._tasks)
    site.pages["/news/crane"] = article
    for target in ("/feed", "/api/posts", "/llms-full.txt"):
        assert leaks(await reader.get(target)) == [], target


async def test_odd_pages_without_end_at_one_address_take_no_more_than_a_few_places(built: Build, site: Site) -> None:
    app = built()
    reader = await used_up(app)
    article = site.pages["/news/crane"]
    for number in range(9):
        site.put("/news/crane", page(f"Odd {number}", odd_text(f"odd{number}")))
        await reader.get("/news/crane", save_data="on")
    site.pages["/news/crane"] = article
    assert leaks(await reader.get("/feed")) == []
    assert len(app._guarding._guard._parts["/news/crane"]) <= 6


async def test_an_article_written_anew_takes_the_place_of_the_old_one(built: Build, site: Site) -> None:
    app = built()
    reader = await used_up(app)
    site.put("/news/crane", page("The crane", odd_text("anew")))
    await reader.get("/news/crane")
    assert leaks(await reader.get("/llms-full.txt")) == [0, 1, 2, 3, 4], "what no page holds any more is nobody's"
    site.put("/quoted", " ".join(odd_text("anew")), content_type="text/plain")
    assert odd_text("anew")[4] not in (await reader.get("/quoted")).text


async def test_an_article_that_becomes_free_is_free_in_all_its_pages(built: Build, site: Site) -> None:
    app = built()
    reader = await used_up(app)
    article = site.pages["/news/crane"]
    odd = odd_text("odd")
    for shown in (page("Odd", odd), page("Odd", odd, head='<meta name="pennypress" content="free">')):
        site.put("/news/crane", shown)
        await reader.get("/news/crane")
    await asyncio.gather(*app._guarding.learning._tasks)
    site.put("/quoted", " ".join(odd), content_type="text/plain")
    assert odd[4] in (await reader.get("/quoted")).text
    site.pages["/news/crane"] = article


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "text/plain"])
async def test_an_answer_that_was_clean_twice_is_withheld_once_its_text_is_known(
    built: Build, site: Site, content_type: str
) -> None:
    whole = " ".join(CRANE) + " It rains on the quay." * 800
    body = (
        json.dumps({"said": whole})
        if content_type == "application/json"
        else f"<html><body><p>{whole}</p></body></html>"
    )
    site.put("/archive", body, content_type=content_type)
    app = built()
    for day in ("first", "second", "third"):
        await Browser(app).get("/news/baker")
        await app.settle()
        assert (await Browser(app).get("/archive")).body == body.encode()
        site.put("/news/baker", page("The baker", (*BAKER, f"It is the {day} day of the last week of the oven.")))
    reader = await used_up(app)
    await app.settle()
    assert leaks(await reader.get("/archive")) == []
