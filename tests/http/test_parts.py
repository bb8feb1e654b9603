"""What belongs to an article and is no page: files at addresses of their own, and pages that grow."""

from __future__ import annotations

import asyncio

import pytest

from tests.http.browser import Browser, Site
from tests.http.guarded import BAKER, CRANE, Build, html_of, leaks, page, used_up

RULES = """
[[rules]]
paths = ["/media/{article}.pdf", "/media/{article}/**"]
part_of = "/news/{article}"
[[rules]]
paths = ["/sound/*.mp3"]
part_of = "/news/crane"
[[rules]]
paths = ["/archive/{article}.pdf"]
part_of = "/news/{article}"
access = "premium"
"""
PDF = b"%PDF-1.7\n" + bytes(range(256))
CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:09.000\n" + "\n".join(CRANE)
PARTS = (
    "/media/crane.pdf",
    "/media/crane/talk.vtt",
    "/media/crane/a/transcript",
    "/media/crane/big.jpg",
    "/sound/x.mp3",
)


@pytest.fixture
def site(site: Site) -> Site:
    site.put("/media/crane.pdf", PDF, content_type="application/pdf", etag='"1"')
    site.put("/media/crane/talk.vtt", CAPTIONS, content_type="text/vtt")
    site.put("/media/crane/a/transcript", page("Transcript", CRANE))
    site.put("/media/crane/big.jpg", b"\xff\xd8\xff", content_type="image/jpeg")
    site.put("/sound/x.mp3", b"ID3\x04", content_type="audio/mpeg")
    site.put("/archive/crane.pdf", PDF, content_type="application/pdf")
    site.put("/files/list.json", "[]", content_type="application/json")
    return site


@pytest.mark.parametrize("mode", ["withhold", "off"])
@pytest.mark.parametrize("target", PARTS)
async def test_a_part_goes_out_whole_to_who_has_its_article_open_and_else_not_at_all(
    built: Build, site: Site, target: str, mode: str
) -> None:
    app = built(rules=RULES, guard=f'mode = "{mode}"')
    reader, other = Browser(app), await used_up(app)
    for refused in (await Browser(app).get(target), await other.get(target), await reader.get(target)):
        assert refused.status == 403
        assert site.pages[target][2] not in refused.body
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    opened = await reader.get(target)
    assert (opened.status, opened.body) == (200, site.pages[target][2])
    assert opened.header("cache-control") == "private, no-store"
    assert opened.header("etag") is None


@pytest.mark.parametrize(
    "target",
    [
        "/media//crane.pdf",
        "/MEDIA/crane.PDF",
        "/media/crane.pdf;x=1",
        "/media/%63rane.pdf",
        "/media/x/../crane.pdf",
        "/media/crane%2Ftalk.vtt",
        "/media/crane.pdf?download=1",
    ],
)
async def test_no_other_writing_of_its_address_opens_a_part(built: Build, site: Site, target: str) -> None:
    app = built(rules=RULES)
    reader = await used_up(app)
    for known in list(site.pages):
        site.pages.setdefault(target, site.pages[known])
    assert (await reader.get(target)).status == 403


async def test_a_part_costs_nothing_and_a_part_of_a_free_article_is_free(built: Build, site: Site) -> None:
    site.put("/news/free/notice", page("A notice", BAKER))
    site.put("/media/own.pdf", PDF, content_type="application/pdf")
    site.put("/news/own", page("Its own word", CRANE[::-1], head='<meta name="pennypress" content="free">'))
    app = built(rules=RULES.replace('part_of = "/news/crane"', 'part_of = "/news/free/notice"'))
    reader = Browser(app)
    free = await reader.get("/sound/x.mp3")
    assert (free.status, free.header("cache-control")) == (200, None)
    assert (await reader.get("/media/own.pdf")).status == 403, "nobody has read yet what its article says"
    await app._ahead.go_on()
    assert (await reader.get("/media/own.pdf")).status == 200
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full", "nothing was spent"


async def test_a_premium_part_is_for_subscribers_whoever_opened_the_article(built: Build) -> None:
    app = built(rules=RULES)
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    assert (await reader.get("/media/crane.pdf")).status == 200
    assert (await reader.get("/archive/crane.pdf")).status == 403


async def test_parts_may_be_asked_for_in_pieces_and_are_then_no_secret_of_a_cache(built: Build, site: Site) -> None:
    app = built(rules=RULES)
    reader = Browser(app)
    await reader.get("/news/crane")
    site.put("/sound/x.mp3", b"ID", status=206, content_type="audio/mpeg", content_range="bytes 0-1/4")
    answer = await reader.get("/sound/x.mp3", range="bytes=0-1")
    assert site.header_of_last("range") == ["bytes=0-1"]
    assert (answer.status, answer.header("content-range")) == (206, "bytes 0-1/4")
    assert (await Browser(app).get("/sound/x.mp3", range="bytes=0-1")).status == 403


@pytest.mark.parametrize("method", ["HEAD", "POST"])
async def test_no_method_opens_a_part(built: Build, method: str) -> None:
    app = built(rules=RULES)
    answer = await (await used_up(app)).ask(method, "/media/crane.pdf")
    assert (answer.status, PDF in answer.body) == (403, False)


async def test_what_matches_no_rule_passes(built: Build, site: Site) -> None:
    app = built(rules=RULES)
    assert (await Browser(app).get("/files/list.json")).text == "[]"
    missing = await Browser(app).get("/media/gone.pdf")
    assert missing.status == 404
    assert "This page cannot be shown" in missing.text


NEW = "At noon the mayor came to the quay herself and told the men on the barge to put their tools away for good."


@pytest.fixture
def live(site: Site) -> Site:
    """A page that grows: a script asks for what is new, as HTML, as JSON and as events."""
    posts = f'<div class="post"><p>{NEW}</p><p>{BAKER[0]}</p></div>'
    site.put("/news/crane?after=6", posts)
    site.put("/news/crane/updates", posts)
    site.put("/news/crane/updates.json", f'{{"html": "{NEW}"}}', content_type="application/json")
    site.put("/news/crane/events", f"data: {NEW}\n\n", content_type="text/event-stream")
    return site


LIVE = ("/news/crane?after=6", "/news/crane/updates", "/news/crane/updates.json", "/news/crane/events")


@pytest.mark.parametrize("target", LIVE)
async def test_what_a_growing_page_fetches_goes_to_who_has_it_open_and_to_nobody_else(
    built: Build, live: Site, target: str
) -> None:
    app = built()
    walled, reader = await used_up(app), Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    refused = await walled.get(target, x_requested_with="XMLHttpRequest")
    assert refused.status == 403
    assert NEW not in refused.text
    grown = await reader.get(target)
    assert (grown.status, grown.body) == (200, live.pages[target][2])
    assert grown.header("cache-control") == "private, no-store"
    assert "set-cookie" not in dict(grown.fields), "nothing more was charged"


async def test_a_growing_page_is_cut_as_it_is_each_time(built: Build, live: Site) -> None:
    reader = await used_up(built())
    live.put("/news/crane", page("The crane", (*CRANE, NEW, NEW.upper())))
    again = await reader.get("/news/crane")
    assert leaks(again) in ([], [0])
    assert NEW not in again.text
    live.put("/elsewhere", html_of((NEW,)))
    assert NEW not in (await reader.get("/elsewhere")).text


async def test_a_live_stream_elsewhere_belongs_to_its_article_where_a_rule_says_so(built: Build, site: Site) -> None:
    site.put("/live/crane", f"data: {NEW}\n\n", content_type="text/event-stream")
    app = built(rules='[[rules]]\npaths = ["/live/{article}"]\npart_of = "/news/{article}"\n')
    walled, reader = await used_up(app), Browser(app)
    await reader.get("/news/crane")
    await asyncio.gather(*app._guarding.learning._tasks)
    assert (await walled.get("/live/crane")).status == 403
    assert NEW in (await reader.get("/live/crane")).text


async def test_what_extends_an_article_belongs_to_none_further_up(built: Build, site: Site) -> None:
    below, own = "/news/crane/baker", '<link rel="canonical" href="http://paper.test/news/crane/baker">'
    site.put("/news/crane", page("The crane", (*CRANE, f"Read besides: {BAKER[0]}")))
    site.put(below, page("The baker", BAKER, head=own))
    site.put(f"{below}.pdf", PDF, content_type="application/pdf")
    app = built()
    above, reader = Browser(app), Browser(app)
    for browser, target in ((above, "/news/crane"), (reader, below)):
        assert (await browser.get(target)).header("pennypress-reason") == "granted"
        await asyncio.gather(*app._guarding.learning._tasks)
    assert ((await above.get(f"{below}.pdf")).status, (await reader.get(f"{below}.pdf")).status) == (403, 200)
    site.put(below, f"<div>{html_of(BAKER)}</div>")
    assert BAKER[3] in (await reader.get(below, x_requested_with="XMLHttpRequest")).text
    assert BAKER[3] not in (await above.get(below, x_requested_with="XMLHttpRequest")).text


async def test_a_brief_below_an_article_takes_nothing_from_who_opened_that(built: Build, site: Site) -> None:
    site.put("/news/crane/comments.json", "[]", content_type="application/json")
    site.put("/news/crane/comments", page("Comments", ("So it is to go at last.",)))
    app = built()
    reader = Browser(app)
    assert (await reader.get("/news/crane")).header("pennypress-access") == "full"
    assert (await reader.get("/news/crane/comments.json")).status == 200
    assert (await Browser(app).get("/news/crane/comments")).header("pennypress-reason") == "brief"
    await app.settle()
    assert (await reader.get("/news/crane/comments.json")).status == 200
