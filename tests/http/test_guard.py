"""The leak guard in the middleware: what leaves on routes that are not an article's own page."""

from __future__ import annotations

import asyncio
import gzip
import json
from xml.etree import ElementTree

import pytest

from tests.http.browser import Browser, Site
from tests.http.guarded import BAKER, CRANE, SHOWN, WITHHELD, Build, html_of, leaks, page, rss, used_up


async def test_a_feeds_item_is_cut_to_the_preview_and_ends_with_a_link(built: Build) -> None:
    reader = await used_up(built())
    feed = await reader.get("/feed")
    assert (feed.status, leaks(feed)) == (200, [])
    assert SHOWN[0] in feed.text
    content = ElementTree.fromstring(feed.body).findtext(".//{*}encoded") or ""
    assert content.endswith(
        '<p>Read the whole article: <a href="http://paper.test/news/crane">http://paper.test/news/crane</a></p>'
    )


async def test_a_cut_feed_has_validators_of_ours_and_answers_304(built: Build) -> None:
    reader = await used_up(built())
    feed = await reader.get("/feed")
    tag = feed.header("etag")
    assert tag is not None
    assert tag != '"9"'
    again = await reader.get("/feed", if_none_match=tag)
    assert (again.status, again.body, again.header("etag")) == (304, b"", tag)


async def test_the_head_of_a_feed_that_may_be_cut_says_nothing_of_what_the_site_would_send(built: Build) -> None:
    reader = await used_up(built())
    head = await reader.ask("HEAD", "/feed")
    assert (head.status, head.header("content-type")) == (200, "application/rss+xml")
    assert (head.header("etag"), head.header("content-length")) == (None, None)


async def test_a_packed_feed_is_handed_out_in_parts_as_little_as_whole(built: Build, site: Site) -> None:
    site.put("/export.gz", gzip.compress(site.pages["/feed"][2]), content_type="application/gzip")
    reader = await used_up(built())
    assert (await reader.get("/export.gz", range="bytes=0-99")).status == 403
    assert site.header_of_last("range") == [], "what is packed is looked at whole or not at all"
    site.put("/export.gz", gzip.compress(site.pages["/feed"][2])[:100], 206, content_type="application/gzip")
    assert (await reader.get("/export.gz", range="bytes=0-99")).status == 403


async def test_json_is_cut_and_stays_json(built: Build) -> None:
    reader = await used_up(built())
    answer = await reader.get("/api/posts")
    (post,) = json.loads(answer.body)
    assert leaks(answer) == []
    assert post["id"] == 1
    assert SHOWN[0] in post["content"]["rendered"]
    assert "Read the whole article" in post["content"]["rendered"]


async def test_another_page_loses_the_text_and_keeps_the_rest(built: Build) -> None:
    reader = await used_up(built())
    answer = await reader.get("/search?q=crane")
    assert (answer.status, leaks(answer)) == (200, [])
    assert "One story was found." in answer.text


async def test_plain_text_loses_its_paragraphs(built: Build) -> None:
    reader = await used_up(built())
    answer = await reader.get("/llms-full.txt")
    assert leaks(answer) == []
    assert SHOWN[0] in answer.text


@pytest.mark.parametrize(
    ("content_type", "body", "refused_as"),
    [
        ("application/json", json.dumps(" ".join(WITHHELD).split(" ")), "application/json"),
        ("text/javascript", f"export default `{' '.join(WITHHELD)}`", "text/plain"),
        ("text/vtt", "WEBVTT\n\n00:01.000 --> 00:09.000\n" + "\n".join(WITHHELD), "text/plain"),
        ("application/json", json.dumps({"mappings": "", "sourcesContent": [" ".join(WITHHELD)]}), None),
    ],
)
async def test_what_cannot_be_cut_is_refused_in_its_own_format(
    built: Build, site: Site, content_type: str, body: str, refused_as: str | None
) -> None:
    site.put("/other", body, content_type=content_type)
    reader = await used_up(built())
    answer = await reader.get("/other")
    assert leaks(answer) == []
    if refused_as is not None:
        assert answer.status == 403
        assert (answer.header("content-type") or "").startswith(refused_as)


async def test_who_has_the_article_has_it_everywhere_but_in_no_shared_cache(built: Build) -> None:
    app = built()
    await used_up(app)
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    feed = await reader.get("/feed")
    assert leaks(feed) == [0, 1, 2, 3, 4]
    assert feed.header("cache-control") == "private, no-store"


async def test_an_item_of_an_article_not_yet_known_goes_with_title_and_link_until_it_was_read(
    built: Build, site: Site
) -> None:
    app = built()
    reader = Browser(app)
    first = await reader.get("/feed")
    assert leaks(first) == []
    assert "<title>The crane</title><link>http://paper.test/news/crane</link>" in first.text
    assert SHOWN[0] not in first.text
    await app._ahead.go_on()
    second = await reader.get("/feed")
    assert leaks(second) == []
    assert SHOWN[0] in second.text
    assert "cookie" not in dict(site.asked[-2]["headers"])


async def test_a_feed_of_free_articles_passes_byte_for_byte(built: Build, site: Site) -> None:
    site.put("/news/free/notice", page("A notice", CRANE))
    feed = rss(("A notice", "/news/free/notice", html_of(CRANE)))
    site.put("/feed", feed, content_type="application/rss+xml", etag='"9"')
    app = built()
    await Browser(app).get("/news/free/notice")
    for _ in range(2):
        await app._ahead.go_on()
        answer = await Browser(app).get("/feed")
    assert answer.text == feed
    assert answer.header("etag") == '"9"'


async def test_a_copy_of_a_free_article_is_free_at_every_address(built: Build, site: Site) -> None:
    site.put("/news/free/notice", page("A notice", BAKER))
    site.put("/print/notice", page("A notice", BAKER))
    app = built()
    reader = Browser(app)
    await reader.get("/news/free/notice")
    await app.settle()
    copy = await reader.get("/print/notice")
    assert (copy.header("pennypress-access"), copy.text) == (None, page("A notice", BAKER))
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"


async def test_report_tells_the_log_and_withholds_nothing(built: Build, caplog: pytest.LogCaptureFixture) -> None:
    reader = await used_up(built(guard='mode = "report"'))
    for _ in range(3):
        assert leaks(await reader.get("/feed")) == [0, 1, 2, 3, 4]
    assert len([record for record in caplog.records if "would withhold" in record.getMessage()]) == 1


async def test_report_makes_no_page_a_twin(built: Build, site: Site) -> None:
    site.put("/print/17", page("The crane", CRANE))
    reader = await used_up(built(guard='mode = "report"'))
    printed = await reader.get("/print/17")
    assert printed.header("pennypress-access") is None
    assert leaks(printed) == [0, 1, 2, 3, 4]


async def test_off_withholds_nothing(built: Build) -> None:
    reader = await used_up(built(guard='mode = "off"'))
    assert leaks(await reader.get("/feed")) == [0, 1, 2, 3, 4]


async def test_an_allowed_page_may_quote(built: Build) -> None:
    reader = await used_up(built(guard='allow = ["/feed"]'))
    assert leaks(await reader.get("/feed")) == [0, 1, 2, 3, 4]
    assert leaks(await reader.get("/api/posts")) == []


async def test_a_print_view_without_a_canonical_is_the_article(built: Build, site: Site) -> None:
    site.put("/print/17", page("The crane", CRANE))
    app = built()
    reader = await used_up(app)
    printed = await reader.get("/print/17")
    assert printed.header("pennypress-access") == "preview"
    assert leaks(printed) == []
    other = Browser(app)
    assert (await other.get("/print/17")).header("pennypress-access") == "full"
    assert (await other.get("/news/crane")).header("pennypress-reason") == "repeated"


def front(quoted: tuple[str, ...], head: str = "", *, headlines: int = 14) -> str:
    """A page that opens with a story and goes on with the headlines of others."""
    others = "".join(
        f"<li><h3><a href=/news/h{number}>What the town said of thing {number} on that day</a></h3></li>"
        for number in range(headlines)
    )
    return (
        f"<!doctype html><html><head><title>The Test Paper</title>{head}</head><body><main>"
        f"<section><h1><a href=/news/crane>The crane</a></h1>{html_of(quoted)}</section>"
        f"<section><ul>{others}</ul></section></main></body></html>"
    )


COLLECTION = '<script type="application/ld+json">{"@type": "CollectionPage"}</script>'


@pytest.mark.parametrize("head", ["", '<link rel="canonical" href="/">', COLLECTION], ids=["plain", "own", "declared"])
@pytest.mark.parametrize("target", ["/", "/?utm_source=letter", "/section/politics"])
async def test_a_front_page_that_opens_with_a_short_article_is_a_list(
    built: Build, site: Site, target: str, head: str
) -> None:
    """It is neither counted nor walled: what it withholds goes, and the headlines stay."""
    site.put(target, front(CRANE, head))
    app = built()
    answer = await (await used_up(app)).get(target)
    assert (answer.header("pennypress-access"), leaks(answer)) == (None, [])
    assert answer.text.count("/news/h") == 14
    new = Browser(app)
    assert (await new.get(target)).header("pennypress-access") is None
    assert (await new.get("/news/crane")).header("pennypress-reason") == "granted"


async def test_the_front_page_is_no_twin_even_where_it_has_nothing_but_one_story(built: Build, site: Site) -> None:
    site.put("/", front(CRANE, headlines=0))
    answer = await (await used_up(built())).get("/")
    assert (answer.header("pennypress-access"), leaks(answer)) == (None, [])


async def test_a_page_that_quotes_much_and_says_more_loses_the_quotation_alone(built: Build, site: Site) -> None:
    own = tuple(
        f"At {hour} past the hour the {hour}th reader writes that eels were never cheaper." for hour in range(60)
    )
    site.put("/letters", page("Letters", (*own[:30], *CRANE, *own[30:])))
    answer = await (await used_up(built())).get("/letters")
    assert (answer.header("pennypress-access"), leaks(answer)) == (None, [])
    assert own[59] in answer.text


async def test_page_two_of_a_twin_shows_nothing_that_the_article_withholds(built: Build, site: Site) -> None:
    site.put("/news/crane/more", page("The crane", CRANE[3:]))
    reader = await used_up(built())
    later = await reader.get("/news/crane/more")
    assert later.header("pennypress-access") == "preview"
    assert leaks(later) == []


async def test_a_walled_page_loses_what_it_holds_of_another_article(built: Build, site: Site) -> None:
    site.put(
        "/news/third", page("The third", BAKER[::-1], after=f"<aside><h2>Read too</h2>{html_of(CRANE[2:4])}</aside>")
    )
    reader = await used_up(built())
    answer = await reader.get("/news/third")
    assert answer.header("pennypress-access") == "preview"
    assert leaks(answer) == []


async def test_an_error_page_loses_the_text_and_keeps_its_status(built: Build, site: Site) -> None:
    site.put("/gone", page("Gone", ("Nothing here.",), after=f"<aside>{html_of(CRANE)}</aside>"), status=404)
    reader = await used_up(built())
    answer = await reader.get("/gone")
    assert (answer.status, leaks(answer)) == (404, [])


async def test_a_teaser_that_runs_past_the_opening_ends_with_it(built: Build, site: Site) -> None:
    teasers = "".join(
        f"<li><h2><a href=/news/{name}>The {name}</a></h2><p>{' '.join(' '.join(text).split()[:40])} […]</p></li>"
        for name, text in (("crane", CRANE), ("baker", BAKER))
    )
    site.put("/tag/harbour", page("Harbour", ("All about the harbour.",), after=f"<ul>{teasers}</ul>"))
    reader = await used_up(built())
    answer = await reader.get("/tag/harbour")
    assert leaks(answer) == []
    assert f"<p>{SHOWN[0]} …</p>" in answer.text
    assert "[…]" in answer.text, "the other was opened, and is theirs"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
async def test_what_went_wrong_under_an_articles_address_is_said_to_who_has_not_opened_it(
    built: Build, site: Site, content_type: str
) -> None:
    said = json.dumps({"error": "Please write a name under your comment."})
    site.put("/news/crane/comments", said, status=422, content_type=content_type, content_length=str(len(said)))
    told = json.dumps({"error": "Broken", "trace": html_of(CRANE)})
    site.put("/news/crane/broken", told, status=500, content_type=content_type)
    reader = await used_up(built())
    answer = await reader.ask("POST", "/news/crane/comments")
    assert (answer.status, answer.text) == (422, said)
    broken = await reader.get("/news/crane/broken")
    assert broken.status in (403, 500)
    assert leaks(broken) == []


async def test_what_belongs_to_an_article_is_refused_in_the_format_asked_for(built: Build, site: Site) -> None:
    site.put("/news/crane/comments", "[]", content_type="application/json")
    site.put("/news/crane.pdf", "%PDF-1.4", content_type="application/pdf")
    reader = Browser(built())
    for target, accept, kind in (
        ("/news/crane/comments", "*/*", "application/json"),
        ("/news/crane/comments", "text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ("/news/crane.pdf", "application/json", "application/json"),
        ("/news/crane.pdf", "*/*", "text/html; charset=utf-8"),
    ):
        refused = await reader.get(target, accept=accept)
        assert (refused.status, refused.header("content-type")) == (403, kind)


async def test_what_went_wrong_and_may_hold_an_article_is_a_short_page_of_ours(built: Build, site: Site) -> None:
    site.put("/news/nowhere", "There is no such page.", status=404, content_type="text/plain")
    told = json.dumps({"text": " ".join(CRANE)})
    site.put("/news/port", page("The port", ("It is open.",)))
    site.put("/news/port/unread.json", told, status=500, content_type="application/json", content_length=str(len(told)))
    reader = Browser(built())
    assert (await reader.get("/news/port")).header("pennypress-reason") == "brief"
    for target, status in (("/news/nowhere", 404), ("/news/port/unread.json", 500)):
        answer = await reader.get(target)
        assert (answer.status, answer.header("content-type")) == (status, "text/html; charset=utf-8")
        assert "This page cannot be shown" in answer.text
        assert leaks(answer) == []


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {}),
        ("PUT", {}),
        ("GET", {"authorization": "Basic ZWRpdGg6eA=="}),
        ("GET", {"cookie": "wordpress_logged_in_0a1b=edith"}),
        ("GET", {"cookie": "a=b; SSESS0123456789abcdef0123456789abcdef=x"}),
        ("GET", {"cookie": "cms_session=1"}),
    ],
)
async def test_what_may_be_saved_back_is_refused_whole_and_never_cut(
    built: Build, method: str, headers: dict[str, str]
) -> None:
    app = built(guard='sign_in_cookies = ["cms_session"]')
    await used_up(app)
    editor = Browser(app)
    refused = await editor.ask(method, "/api/posts", **headers)
    assert refused.status == 403
    assert json.loads(refused.body)["code"] == "pennypress_withheld"
    assert (await editor.ask(method, "/about", **headers)).text == "nothing here"


async def test_learned_by_one_and_asked_of_another_and_again_after_a_restart(built: Build) -> None:
    one, other = built(store="sqlite:p.db"), built(store="sqlite:p.db")
    await Browser(other).get("/about")
    await used_up(one)
    await one._guarding.learning.catch_up()
    await other._guarding.learning.catch_up()
    assert SHOWN[0] in (await Browser(other).get("/feed")).text
    assert leaks(await Browser(other).get("/feed")) == []
    later = built(store="sqlite:p.db")
    answer = await Browser(later).get("/feed")
    assert leaks(answer) == []
    assert SHOWN[0] in answer.text


async def test_parts_of_a_text_are_not_asked_for(built: Build, site: Site) -> None:
    app = built()
    await Browser(app).get("/llms-full.txt", range="bytes=0-40")
    assert site.header_of_last("range") == []
    await Browser(app).get("/paper.pdf", range="bytes=0-40")
    assert site.header_of_last("range") == ["bytes=0-40"]


async def test_an_article_below_another_that_quotes_it_is_one_by_itself_where_it_says_so(
    built: Build, site: Site
) -> None:
    below = "/news/crane/baker"
    own = f'<link rel="canonical" href="http://paper.test{below}">'
    site.put("/news/crane", page("The crane", (*CRANE, f"Read besides: {BAKER[0]}")))
    site.put(below, page("The baker", BAKER, head=own))
    app = built()
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-reason") == "granted"
    await asyncio.gather(*app._guarding.learning._tasks)
    story = await reader.get(below)
    assert (story.header("pennypress-access"), BAKER[3] in story.text) == ("preview", False)


async def test_a_page_that_names_the_wrong_charset_is_looked_at_in_both(built: Build, site: Site) -> None:
    told = ("Кран на набережной старше ратуши и большинству горожан кажется уродливым.",) * 3 + tuple(
        f"Начальник порта сказал во вторник что его разберут до зимы и это случится {number} декабря."
        for number in range(9)
    )
    site.put("/news/kran", page("Кран", told))
    site.put("/print/kran", page("Print", told).encode(), content_type="text/html; charset=iso-8859-1")
    app = built()
    await Browser(app).get("/news/kran")
    await app.settle()
    reader = await used_up(app)
    assert "разберут до зимы".encode() not in (await reader.get("/print/kran")).body


async def test_a_brief_that_is_a_piece_of_an_article_is_looked_at_and_frees_none_of_it(
    built: Build, site: Site
) -> None:
    app = built()
    reader = await used_up(app)
    for number, text in enumerate(CRANE[1:]):
        site.put(f"/news/ticker/{number}", page("Ticker", (text,)))
        ticker = await reader.get(f"/news/ticker/{number}")
        assert leaks(ticker) == [], number
    await asyncio.gather(*app._guarding.learning._tasks)
    assert leaks(await reader.get("/llms-full.txt")) == []


async def test_a_brief_that_quotes_a_sentence_in_more_words_of_its_own_is_a_free_page(built: Build, site: Site) -> None:
    app = built()
    reader = await used_up(app)
    own = " ".join(f"letters{number:02}" for number in range(40))
    site.put("/news/ticker", page("Ticker", (own, CRANE[2])))
    ticker = await reader.get("/news/ticker")
    assert ticker.header("pennypress-reason") == "brief"
    assert CRANE[2] in ticker.text


async def test_a_fragment_below_an_opened_article_is_looked_at_for_the_text_of_others(built: Build, site: Site) -> None:
    app = built()
    reader = await used_up(app)
    site.put("/news/baker/next", f"<section>{html_of(CRANE)}</section><section>{html_of(BAKER)}</section>")
    following = await reader.get("/news/baker/next")
    assert leaks(following) == []
    site.put("/news/baker/more", f"<section>{html_of(BAKER[3:])}</section>")
    more = await reader.get("/news/baker/more")
    assert (more.status, BAKER[4] in more.text) == (200, True)


@pytest.mark.parametrize("corrected", ["/news/crane-fixed", "/news/harbour/crane", "/news/crane?id=7"])
async def test_an_article_whose_canonical_link_is_corrected_is_charged_to_nobody_again(
    built: Build, site: Site, corrected: str
) -> None:
    app = built()
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-reason") == "granted"
    await asyncio.gather(*app._guarding.learning._tasks)
    site.put(
        "/news/crane", page("The crane", CRANE, head=f'<link rel="canonical" href="http://paper.test{corrected}">')
    )
    again = await reader.get("/news/crane")
    assert (again.header("pennypress-reason"), leaks(again)) == ("repeated", [0, 1, 2, 3, 4])
    site.put(
        "/news/crane", page("The baker", BAKER, head=f'<link rel="canonical" href="http://paper.test{corrected}">')
    )
    another = await reader.get("/news/crane")
    assert another.header("pennypress-access") == "preview", "another article at the same address is another article"


SLUG = "-".join(WITHHELD[0].rstrip(".").lower().replace(",", "").split())
ADDRESS = f"http://paper.test/gallery/{SLUG}"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/xml", f'<?xml version="1.0"?><urlset><url><loc>{ADDRESS}</loc></url></urlset>'),
        ("application/rss+xml", f"<rss><channel><item><title>x</title><link>{ADDRESS}</link></item></channel></rss>"),
        ("application/json", json.dumps({"url": ADDRESS, "slug": SLUG, "path": f"/gallery/{SLUG}/"})),
        ("application/json", json.dumps({"url": ADDRESS}).replace("/", "\\/")),
        ("text/html", page("Gallery", ("One picture.",), after=f'<p><a href="/gallery/{SLUG}?full=1">It</a></p>')),
        ("text/plain", f"See {ADDRESS} for more.\n"),
        ("text/javascript", f'location = "{ADDRESS}"'),
    ],
)
async def test_the_words_that_an_address_is_made_of_are_no_secret(
    built: Build, site: Site, content_type: str, body: str
) -> None:
    reader = await used_up(built())
    site.put("/list", body, content_type=content_type)
    answer = await reader.get("/list")
    assert (answer.status, answer.text) == (200, body)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (
            "application/rss+xml",
            f"<rss><channel><item><link>{ADDRESS}</link><guid>{ADDRESS}?{SLUG}</guid>"
            f"<description>{' '.join(WITHHELD)}</description></item></channel></rss>",
        ),
        ("application/json", json.dumps({"url": ADDRESS, "share": f"{ADDRESS}?{SLUG}", "text": " ".join(WITHHELD)})),
        ("text/html", page("Found", ("One.",), after=f'<a href="{ADDRESS}">It</a><p>{WITHHELD[1]}</p>')),
    ],
)
async def test_beside_an_address_that_stays_the_text_goes(
    built: Build, site: Site, content_type: str, body: str
) -> None:
    reader = await used_up(built())
    site.put("/list", body, content_type=content_type)
    answer = await reader.get("/list")
    assert (answer.status, leaks(answer)) == (200, [])
    assert ADDRESS in answer.text
    assert f"?{SLUG}" not in answer.text
    assert ">Read the whole" not in answer.text.partition("<description>")[0], "no sentence stands where a link stood"
    if content_type == "application/json":
        assert json.loads(answer.text)["share"] == "http://paper.test/news/crane"


async def test_a_redirect_leads_on_to_an_address_of_whatever_words(built: Build, site: Site) -> None:
    reader = await used_up(built())
    site.put("/old", "", 301, location=f"/gallery/{SLUG}", link=f"</gallery/{SLUG}>; rel=canonical")
    moved = await reader.get("/old")
    assert moved.header("location") == f"/gallery/{SLUG}"
    assert moved.header("link") == f"</gallery/{SLUG}>; rel=canonical"
