"""The table "What each request gets" of the docs, row by row: bytes on a socket, the whole gateway, a site that keeps
what it was sent."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator

import pytest

from tests.http.browser import story
from tests.http.gateway import ROOT, Gateway, read_to_end
from tests.http.newsstand import LIMIT, Heard, hear, running_newsstand, serve_stories
from tests.http.origin import Exchange, Origin, page

ROBOT = b"User-Agent: Mozilla/5.0 (compatible; facebookexternalhit/1.1)"


@pytest.fixture(scope="module")
def newsstand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Origin]]:
    with running_newsstand(tmp_path_factory.mktemp("stand"), paper='url = "http://paper.test"') as running:
        yield running


@pytest.fixture
def gateway(newsstand: tuple[Gateway, Origin]) -> Gateway:
    return newsstand[0]


@pytest.fixture
def origin(newsstand: tuple[Gateway, Origin]) -> Origin:
    newsstand[1].asked.clear()
    newsstand[1].script, newsstand[1].careless = serve_stories, False
    return newsstand[1]


def request(line: bytes, *fields: bytes, body: bytes = b"", host: bytes = b"Host: paper.test") -> bytes:
    """A request that closes its connection; an empty host is none."""
    head = [line + b" HTTP/1.1", *((host,) if host else ()), *fields, b"Connection: close"]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def ask(gateway: Gateway, line: bytes, *fields: bytes, body: bytes = b"", host: bytes = b"Host: paper.test") -> Heard:
    """The answer to one request."""
    (heard,) = hear(gateway.ask(request(line, *fields, body=body, host=host)), by_head=line.startswith(b"HEAD "))
    return heard


def opened(gateway: Gateway, name: bytes) -> bytes:
    """The Cookie field of a reader who has opened one article."""
    answer = ask(gateway, b"GET /news/" + name)
    assert answer.value(b"pennypress-access") == b"full"
    return b"Cookie: " + (answer.value(b"set-cookie") or b"").partition(b";")[0]


def remaining(gateway: Gateway, cookie: bytes) -> int:
    """How many articles a reader may still open, by an article that they have not."""
    return int(ask(gateway, b"HEAD /news/unopened", cookie).value(b"pennypress-remaining") or b"-1")


def test_head_is_told_what_a_get_that_spends_nothing_would_be_told(gateway: Gateway, origin: Origin) -> None:
    cookie = opened(gateway, b"h1")
    mine, other = ask(gateway, b"HEAD /news/h1", cookie), ask(gateway, b"HEAD /news/h2", cookie)
    assert [heard.value(b"pennypress-access") for heard in (mine, other)] == [b"full", b"preview"]
    assert (mine.body, other.body, other.value(b"set-cookie")) == (b"", b"", None)
    assert remaining(gateway, cookie) == LIMIT - 1


def test_head_of_a_list_under_the_article_paths_bears_nothing_of_ours(gateway: Gateway, origin: Origin) -> None:
    teasers = "".join(f'<article><h2><a href="/news/x{n}">Story {n}</a></h2></article>' for n in range(9))
    listing = f"<!doctype html><title>All</title><main>{teasers}</main>".encode()
    origin.script = lambda exchange: exchange.send(page(listing, b"Content-Type: text/html", b'ETag: "l"'))
    for line in (b"GET /news/section", b"HEAD /news/section"):
        heard = ask(gateway, line)
        assert heard.status == 200
        assert not [name for name, _ in heard.fields if name.startswith(b"pennypress-")]
        assert heard.value(b"etag") == b'"l"'


def test_an_articles_event_stream_is_refused_at_once_and_not_when_it_ends(gateway: Gateway, origin: Origin) -> None:
    """An event stream under an article's address; without a grant neither is told anything of it."""

    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            exchange.send(b"8\r\ndata: x\n\r\n")
            exchange.connection.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                if not exchange.connection.recv(1):
                    return

    origin.script = script
    assert ask(gateway, b"GET /news/live").status == 403
    assert ask(gateway, b"HEAD /news/live").status == 403


def test_options_spends_nothing_and_a_preflight_keeps_its_fields(gateway: Gateway, origin: Origin) -> None:
    cookie = opened(gateway, b"o1")
    origin.script = lambda exchange: exchange.send(
        page(b"", b"Allow: GET, HEAD", b"Access-Control-Allow-Methods: GET", b"Access-Control-Allow-Headers: X-A")
    )
    heard = ask(gateway, b"OPTIONS /news/o2", cookie, b"Origin: http://a.test", b"Access-Control-Request-Method: GET")
    assert (heard.status, heard.body) == (200, b"")
    assert heard.value(b"access-control-allow-methods") == b"GET"
    assert heard.value(b"access-control-allow-headers") == b"X-A"
    assert heard.value(b"allow") == b"GET, HEAD"
    origin.script = serve_stories
    assert remaining(gateway, cookie) == LIMIT - 1
    assert not ask(gateway, b"OPTIONS /news/o2", cookie).tells("o2")


@pytest.mark.parametrize(
    "field",
    [
        b"Range: bytes=0-99",
        b"Range: bytes=2000-",
        b"Range: bytes=-500, 0-10",
        b'Range: bytes=0-\r\nIf-Range: "x"',
        b'If-None-Match: "x"',
        b"If-None-Match: *",
        b"If-Match: *",
        b"If-Modified-Since: Fri, 20 Nov 2099 12:00:00 GMT",
        b"If-Unmodified-Since: Fri, 20 Nov 2000 12:00:00 GMT",
        b"A-IM: feed",
    ],
)
def test_an_article_is_asked_for_whole_and_on_no_condition(gateway: Gateway, origin: Origin, field: bytes) -> None:
    def script(exchange: Exchange) -> None:
        names = {name for name, _ in exchange.asked.fields}
        conditions = {
            b"range",
            b"if-range",
            b"if-none-match",
            b"if-match",
            b"if-modified-since",
            b"if-unmodified-since",
        }
        assert not names & (conditions | {b"a-im"})
        serve_stories(exchange)

    origin.script = script
    heard = ask(gateway, b"GET /news/whole", field)
    assert (heard.status, heard.value(b"pennypress-access")) == (200, b"full")
    assert heard.value(b"etag") is None


@pytest.mark.parametrize(
    "field",
    [
        b"Sec-Purpose: prefetch",
        b"Sec-Purpose: prefetch;prerender",
        b"Sec-Purpose: prefetch;anonymous-client-ip",
        b"Purpose: prefetch",
        b"X-Purpose: preview",
        b"X-Moz: prefetch",
    ],
)
def test_a_prefetch_gets_nothing_without_a_grant_and_the_page_with_one(
    gateway: Gateway, origin: Origin, field: bytes
) -> None:
    cookie = opened(gateway, b"p1")
    early = ask(gateway, b"GET /news/p2", cookie, field)
    assert (early.status, early.body, early.value(b"cache-control")) == (503, b"", b"no-store")
    assert remaining(gateway, cookie) == LIMIT - 1
    assert ask(gateway, b"GET /news/p1", cookie, field).tells("p1")
    assert ask(gateway, b"GET /news/p2", cookie).tells("p2"), "the click after it opens the article"


@pytest.mark.parametrize("kind", [b"image", b"script", b"style", b"font", b"audio", b"video", b"track", b"manifest"])
def test_an_article_in_the_place_of_a_picture_is_read_by_nobody(gateway: Gateway, origin: Origin, kind: bytes) -> None:
    cookie = opened(gateway, b"s1")
    heard = ask(gateway, b"GET /news/s2", cookie, b"Sec-Fetch-Dest: " + kind, b"Sec-Fetch-Mode: no-cors")
    assert (heard.value(b"pennypress-access"), heard.tells("s2")) == (b"preview", False)
    assert remaining(gateway, cookie) == LIMIT - 1


@pytest.mark.parametrize("kind", [b"document", b"iframe", b"empty"])
def test_a_page_a_frame_and_a_scripts_page_view_are_views(gateway: Gateway, origin: Origin, kind: bytes) -> None:
    cookie = opened(gateway, b"v1")
    assert ask(gateway, b"GET /news/v2", cookie, b"Sec-Fetch-Dest: " + kind).tells("v2")
    assert remaining(gateway, cookie) == LIMIT - 2


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [
        (b"application/json", b"application/json", b'{"text": "the n2 detail number 9 in full"}'),
        (b"text/markdown", b"text/markdown", b"# n2\n\nthe n2 detail number 9 in full\n"),
        (b"text/plain", b"text/plain", b"the n2 detail number 9 in full\n"),
        (b"application/pdf", b"application/pdf", b"%PDF the n2 detail number 9 in full\n"),
        (b"application/xml", b"application/xml", b"<n2>the n2 detail number 9 in full</n2>"),
    ],
)
def test_another_form_of_an_article_goes_out_only_under_its_grant(
    gateway: Gateway, origin: Origin, accept: bytes, content_type: bytes, body: bytes
) -> None:
    def script(exchange: Exchange) -> None:
        if exchange.asked.values(b"accept") == [accept]:
            exchange.send(page(body, b"Content-Type: " + content_type, b"Vary: Accept"))
        else:
            serve_stories(exchange)

    origin.script = script
    cookie = opened(gateway, b"n1")
    refused = ask(gateway, b"GET /news/n2", cookie, b"Accept: " + accept)
    assert (refused.status, b"detail number 9" in refused.body) == (403, False)
    assert remaining(gateway, cookie) == LIMIT - 1
    assert ask(gateway, b"GET /news/n2", cookie, b"Accept: text/html").tells("n2")
    granted = ask(gateway, b"GET /news/n2", cookie, b"Accept: " + accept)
    assert (granted.status, granted.body) == (200, body)
    assert granted.value(b"cache-control") == b"private, no-store"


def test_an_amp_page_is_the_article_that_it_names(gateway: Gateway, origin: Origin) -> None:
    def script(exchange: Exchange) -> None:
        html = story("amp", head='<link rel="canonical" href="http://paper.test/news/amp">').encode()
        exchange.send(page(html, b"Content-Type: text/html; charset=utf-8"))

    origin.script = script
    cookie = opened(gateway, b"amp")
    for target in (b"/news/amp?amp=1", b"/amp/news/amp", b"/news/amp/amp"):
        assert ask(gateway, b"GET " + target, cookie).tells("amp")
    assert remaining(gateway, cookie) == LIMIT - 1


def test_no_field_makes_a_get_of_a_post_or_another_address_of_this_one(gateway: Gateway, origin: Origin) -> None:
    overrides = (b"X-HTTP-Method-Override: GET", b"X-HTTP-Method: GET", b"X-Method-Override: GET")
    posted = ask(gateway, b"POST /news/m1", *overrides, b"Content-Length: 0")
    assert (posted.tells("m1"), posted.value(b"set-cookie")) == (False, None)
    ask(gateway, b"GET /x", b"X-Original-URL: /news/m1", b"X-Rewrite-URL: /news/m1", b"X-Forwarded-Path: /news/m1")
    assert not [name for asked in origin.asked for name, _ in asked.fields if b"override" in name or b"method" in name]
    assert not [value for asked in origin.asked for name, value in asked.fields if b"/news/m1" in value]
    assert origin.asked[-1].line == b"GET /x HTTP/1.1"


def test_a_203_is_metered_as_a_200(gateway: Gateway, origin: Origin) -> None:
    """Its body is found by its prose alone: in an error such a page would pass."""
    html = story("o203").replace("<article>", "<div>").replace("</article>", "</div>").encode()
    origin.script = lambda exchange: exchange.send(
        page(html, b"Content-Type: text/html", status=b"203 Non-Authoritative Information")
    )
    assert not ask(gateway, b"GET /news/o203", ROBOT).tells("o203")
    granted = ask(gateway, b"GET /news/o203")
    assert (granted.value(b"pennypress-remaining"), granted.tells("o203")) == (b"%d" % (LIMIT - 1), True)


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"PATCH", b"DELETE", b"PROPFIND", b"QUERY", b"FOO"])
def test_any_other_method_reaches_the_origin_spends_nothing_and_shows_no_more_than_the_grant_does(
    gateway: Gateway, origin: Origin, method: bytes
) -> None:
    cookie = opened(gateway, b"u1")
    heard = ask(gateway, method + b" /news/u2", cookie, b"Content-Length: 2", body=b"hi")
    assert (heard.tells("u2"), heard.value(b"pennypress-access")) == (False, b"preview")
    assert origin.asked[-1].line == method + b" /news/u2 HTTP/1.1"
    assert origin.asked[-1].body == b"hi"
    assert remaining(gateway, cookie) == LIMIT - 1


def test_expect_is_answered_here(gateway: Gateway, origin: Origin) -> None:
    with gateway.connect() as connection:
        connection.sendall(request(b"POST /x", b"Content-Length: 2", b"Expect: 100-continue"))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hi")
        (heard,) = hear(read_to_end(connection))
    assert heard.status == 200
    assert origin.asked[0].values(b"expect") == []
    assert ask(gateway, b"POST /x", b"Content-Length: 2", b"Expect: tea", body=b"hi").status == 200


def test_an_upgrade_of_an_article_is_refused_or_passed_over(gateway: Gateway, origin: Origin) -> None:
    key = b"Sec-WebSocket-Key: " + b"A" * 22 + b"=="
    with gateway.connect() as connection:
        fields = (b"Upgrade: websocket", b"Connection: Upgrade", key, b"Sec-WebSocket-Version: 13")
        connection.sendall(b"GET /news/w1 HTTP/1.1\r\nHost: paper.test\r\n" + b"\r\n".join(fields) + b"\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 403 ")
    assert origin.asked == []


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"TRACE /news/a", 405),
        (b"TRACK /", 405),
        (b"CONNECT paper.test:443", 405),
        (b"CONNECT /news/a", 405),
        (b"DEBUG /", 405),
        (b"PURGE /news/a", 405),
        (b"BAN /", 405),
        (b"REFRESH /", 405),
        (b"trace /news/a", 501),
        (b"get /news/a", 501),
        (b"Purge /", 501),
        (b"A" * 40 + b" /", 501),
        (b"M_X /", 501),
        (b"G(T /", 400),
        (b"OPTIONS *", 400),
    ],
)
def test_a_method_that_is_for_no_reader_goes_no_further(
    gateway: Gateway, origin: Origin, line: bytes, status: int
) -> None:
    heard = ask(gateway, line)
    assert (heard.status, heard.value(b"allow") is not None) == (status, status == 405)
    assert origin.asked == []


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (b"", 400),
        (b"Host:", 400),
        (b"Host: paper.test\r\nHost: paper.test", 400),
        (b"Host: paper.test\r\nHost: evil.test", 400),
        (b"Host: paper.test, evil.test", 400),
        (b"Host: user@paper.test", 400),
        (b"Host: paper.test/x", 400),
        (b"Host: paper test", 400),
        (b"Host: paper.test:", 400),
        (b"Host : paper.test", 400),
        (b"Host:\r\n paper.test", 400),
        (b"Host: evil.test", 421),
        (b"Host: paper.test.", 421),
        (b"Host: paper.test:8443", 421),
        (b"Host: paper.test.evil.test", 421),
        (b"Host: 192.0.2.1", 421),
        (b"Host: PAPER.test", 200),
        (b"Host: paper.test:80", 200),
        (b"Host: paper.test:443", 200),
        (b"Host: 127.0.0.1:8000", 200),
    ],
)
def test_a_host_that_is_not_the_papers_goes_no_further(
    gateway: Gateway, origin: Origin, host: bytes, status: int
) -> None:
    assert ask(gateway, b"GET /x", host=host).status == status
    assert len(origin.asked) == (status == 200)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"http://evil.test/x", 200),
        (b"https://evil.test:8443/x", 200),
        (b"http://user:word@evil.test/x", 200),
        (b"evil.test:80", 400),
    ],
)
def test_no_target_makes_it_a_proxy(gateway: Gateway, origin: Origin, target: bytes, status: int) -> None:
    """What an absolute target names besides its path is passed over, as RFC 9112 section 3.2.2 allows."""
    assert ask(gateway, b"GET " + target).status == status
    for asked in origin.asked:
        assert (asked.line, asked.values(b"host")) == (b"GET /x HTTP/1.1", [b"paper.test"])


def test_an_absolute_target_without_a_host_field_is_judged_by_its_own(gateway: Gateway, origin: Origin) -> None:
    assert ask(gateway, b"GET http://evil.test/x", host=b"").status == 421
    assert origin.asked == []


@pytest.mark.parametrize(
    "target",
    [
        b"/news/a%00",
        b"/news/a%0a",
        b"/news/a%250a",
        b"/news/a%7f",
        b"/news/a%zz",
        b"/news/a%2",
        b"/news/%u0061",
        b"/../news/a",
        b"/%2e%2e/news/a",
        b"/x/..%2f..%2fnews/a",
        b"/news/a\x00",
        b"/news/a\x01",
        b"/news/a b",
        b"/news/\xc3\xa9",
        b"news/a",
        b"",
    ],
)
def test_a_target_that_no_browser_sends_is_a_bad_request(gateway: Gateway, origin: Origin, target: bytes) -> None:
    assert ask(gateway, b"GET " + target).status == 400
    assert origin.asked == []


@pytest.mark.parametrize(
    "target",
    [
        b"/news/t1/",
        b"/news/./t1",
        b"/x/../news/t1",
        b"/x/%2e%2e/news/t1",
        b"/news/%74%31",
        b"/news/t1;jsessionid=1",
        b"/news/t1#part",
        b"/news/t1?",
        b"/news/t1?utm_source=x&fbclid=y",
        b"//news//t1",
        b"/NEWS/T1",
        b"/news;x=1/t1",
        b"/news%2ft1",
        b"/news%252ft1",
        b"/news\\t1",
        b"/news%5ct1",
        b"/x/..%2fnews/t1",
        b"/x/..%5cnews/t1",
    ],
)
def test_each_way_to_write_an_address_is_one_article(gateway: Gateway, origin: Origin, target: bytes) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(page(story("t1").encode(), b"Content-Type: text/html; charset=utf-8"))

    origin.script = script
    cookie = opened(gateway, b"t1")
    assert ask(gateway, b"GET " + target, cookie).tells("t1")
    assert remaining(gateway, cookie) == LIMIT - 1
    assert not ask(gateway, b"GET " + target, ROBOT).tells("t1")


@pytest.mark.parametrize(
    "lines",
    [
        b"X-A: 1\r\n  2",
        b"X-A: 1\r\n\t2",
        b" X-A: 1",
        b"X-A: a\x00b",
        b"X-A: a\x01b",
        b"X-A: a\x7fb",
        b"X-A: a\rX-B: b",
        b"X\x00A: 1",
        b"X A: 1",
        b"X-A",
        b": 1",
    ],
    ids=repr,
)
def test_a_field_that_is_none_is_a_bad_request(gateway: Gateway, origin: Origin, lines: bytes) -> None:
    assert ask(gateway, b"GET /x", lines).status == 400
    assert origin.asked == []


def test_lines_that_end_in_a_line_feed_alone_are_one_request(gateway: Gateway, origin: Origin) -> None:
    """RFC 9112 section 2.2 allows it; what the origin is sent has CRLF throughout."""
    (heard,) = hear(gateway.ask(b"GET /x HTTP/1.1\nHost: paper.test\nConnection: close\n\n"))
    assert heard.status == 200
    assert origin.asked[0].line == b"GET /x HTTP/1.1"
    assert b"\n" not in origin.asked[0].head.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "first", [b"GET /x\r\n\r\n", b"GET /x HTTP/2.0\r\nHost: paper.test\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\r\n\r\n"]
)
def test_another_protocol_is_a_bad_request(gateway: Gateway, origin: Origin, first: bytes) -> None:
    assert gateway.ask(first).startswith(b"HTTP/1.1 400 ")
    assert origin.asked == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ((b"Content-Length: 4", b"Content-Length: 5"), 400),
        ((b"Content-Length: 4, 4",), 400),
        ((b"Content-Length: -1",), 400),
        ((b"Content-Length: +4",), 400),
        ((b"Content-Length: 0x4",), 400),
        ((b"Content-Length: 99999999999999999999",), 400),
        ((b"Content-Length:",), 400),
        ((b"Content-Length : 4",), 400),
        ((b"Transfer-Encoding: xchunked",), 400),
        ((b"Transfer-Encoding: identity",), 400),
        ((b"Transfer-Encoding: \x0bchunked",), 400),
        ((b"Transfer-Encoding : chunked",), 400),
        ((b"Transfer-Encoding:\r\n chunked",), 400),
        ((b'Transfer-Encoding: "chunked"',), 400),
        ((b"Transfer-Encoding: gzip, chunked",), 501),
        ((b"Transfer-Encoding: chunked, chunked",), 501),
        ((b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), 501),
    ],
    ids=repr,
)
def test_a_body_of_no_certain_length_goes_no_further(
    gateway: Gateway, origin: Origin, fields: tuple[bytes, ...], status: int
) -> None:
    assert ask(gateway, b"POST /x", *fields, body=b"0\r\n\r\n").status == status
    assert origin.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\nabc\r\n0\r\n\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"-3\r\nabc\r\n0\r\n\r\n",
        b"FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n",
        b"3\nabc\n0\n\n",
        b"3;\nabc\r\n0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
    ],
    ids=repr,
)
def test_a_chunk_that_is_none_is_a_bad_request_and_never_the_end_of_a_body(
    gateway: Gateway, origin: Origin, body: bytes
) -> None:
    (heard,) = hear(gateway.ask(request(b"POST " + BROKEN_OFF, b"Transfer-Encoding: chunked", body=body)))
    assert heard.status == 400
    assert not [asked for asked in origin.asked if asked.whole]


BROKEN_OFF = b"/broken-off"
"""The address of uploads that are broken off; the origin may hear of one only while the next test runs."""

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: paper.test\r\n\r\n"


@pytest.mark.parametrize(
    "fields",
    [
        (b"Content-Length: %d" % len(SMUGGLED),),
        (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: chunked", b"Content-Length: 5"),
        (b"Content-Length: %d" % len(SMUGGLED), b"Transfer_Encoding: chunked"),
        (b"Content-Length: %d" % len(SMUGGLED), b"Content_Length: 0"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("line", [b"GET /news/d1", b"GET /x", b"HEAD /x", b"POST /x", b"OPTIONS /x"])
def test_a_request_in_a_body_is_a_body(
    gateway: Gateway, origin: Origin, line: bytes, fields: tuple[bytes, ...]
) -> None:
    chunked = b"Transfer-Encoding: chunked" in fields
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED) if chunked else SMUGGLED
    gateway.ask(request(line, *fields, body=body))
    assert ask(gateway, b"GET /next").body == b"GET /next HTTP/1.1"
    heard = [asked for asked in origin.asked if asked.line.split(b" ")[1] != BROKEN_OFF]
    assert [asked.line.split(b" ")[1] for asked in heard] == [line.split(b" ")[1], b"/next"]
    assert heard[0].body == SMUGGLED


def test_a_body_that_the_origin_does_not_read_is_never_the_next_readers_request(
    gateway: Gateway, origin: Origin
) -> None:
    def script(exchange: Exchange) -> None:
        if b"/smuggled" in exchange.asked.line:  # answered in the moment in which it could be taken for another's
            exchange.connection.recv(1, socket.MSG_PEEK)
        assert exchange.unread is not None  # the whole of it is here before the answer goes
        exchange.send(page(exchange.asked.line, b"Content-Type: text/plain"))

    origin.script, origin.careless = script, True
    for method in (b"POST", b"GET"):
        ask(gateway, method + b" /careless", b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED)
        for following in (b"GET /next1", b"POST /next2", b"GET /next3"):
            assert ask(gateway, following, b"Content-Length: 0", body=b"").body == following + b" HTTP/1.1"
        assert ask(gateway, b"POST /last", b"Content-Length: 1", body=b"x").body == b"POST /last HTTP/1.1"


def test_pipelined_requests_are_answered_in_order_and_each_is_decided_by_itself(
    gateway: Gateway, origin: Origin
) -> None:
    cookie = opened(gateway, b"q1")
    lines = (b"/news/q1", b"/x", b"/news/q2", b"/news/q3")
    head = b"Host: paper.test\r\n" + cookie + b"\r\n"
    several = b"".join(b"GET " + line + b" HTTP/1.1\r\n" + head + b"\r\n" for line in lines)
    heard = hear(gateway.ask(several + request(b"GET /last")))
    assert [answer.status for answer in heard] == [200] * 5
    told = [heard[place].tells(name) for place, name in ((0, "q1"), (2, "q2"), (3, "q3"))]
    assert told == [True, True, False], "the limit counts within one connection too"
    assert (heard[1].body, heard[4].body) == (b"GET /x HTTP/1.1", b"GET /last HTTP/1.1")


def test_what_follows_a_bad_request_on_its_connection_is_not_answered(gateway: Gateway, origin: Origin) -> None:
    begun = b"GET /first HTTP/1.1\r\nHost: paper.test\r\n\r\nBAD\r\n\r\n"
    heard = hear(gateway.ask(begun + request(b"GET /second")))
    assert [answer.status for answer in heard] == [200, 400]
    assert [asked.line for asked in origin.asked] == [b"GET /first HTTP/1.1"]


@pytest.mark.parametrize(
    ("line", "fields", "status"),
    [
        (b"GET /x?" + b"a" * 60_000, (), 200),
        (b"GET /x?" + b"a" * 70_000, (), 414),
        (b"GET /x", tuple(b"X-%d: 1" % number for number in range(90)), 200),
        (b"GET /x", tuple(b"X-%d: 1" % number for number in range(110)), 431),
        (b"GET /x", (b"X-A: " + b"a" * 40_000,), 200),
        (b"GET /x", (b"X-A: " + b"a" * 200_000,), 431),
        (b"GET /news/big", (b"Cookie: a=" + b"a" * 40_000,), 200),
        (b"GET /news/big", (b"Cookie: a=" + b"a" * 200_000,), 431),
        (b"GET /news/big", tuple(b"Cookie: pennypress=" + b"A" * 43 for _ in range(80)), 200),
    ],
    ids=[
        "long target",
        "too long a target",
        "fields",
        "too many",
        "field",
        "too long",
        "cookie",
        "too long c",
        "many c",
    ],
)
def test_what_is_too_large_is_refused_and_never_passed_on_in_part(
    gateway: Gateway, origin: Origin, line: bytes, fields: tuple[bytes, ...], status: int
) -> None:
    assert ask(gateway, line, *fields).status == status
    assert len(origin.asked) == (status == 200)
    if status == 200:
        assert origin.asked[0].line == line + b" HTTP/1.1"


def test_a_large_body_passes_whole(gateway: Gateway, origin: Origin) -> None:
    body = b"0123456789abcdef" * 500_000
    assert ask(gateway, b"POST /x", b"Content-Length: %d" % len(body), body=body).status == 200
    assert origin.asked[0].body == body


def test_every_test_that_the_table_names_exists() -> None:
    table = (ROOT / "docs" / "requests.md").read_text()
    sources = "".join(file.read_text() for file in (ROOT / "tests" / "http").glob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", table))
    assert len(named) > 30
    assert [name for name in sorted(named) if f"def {name}(" not in sources] == []
    assert all((ROOT / name).exists() for name in re.findall(r"`(tests/[\w/]+\.py)`", table))
