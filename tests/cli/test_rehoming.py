"""Moving a site into another address: what would lead out leads back in, and nothing else changes."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from pennypress.cli.rehoming import Move, Rehomed

MOVE = Move("https://www.paper.example", "http://127.0.0.1:8000")
Headers = list[tuple[bytes, bytes]]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'<a href="https://www.paper.example/a">', b'<a href="http://127.0.0.1:8000/a">'),
        (b'<a href="http://paper.example">', b'<a href="http://127.0.0.1:8000">'),
        (b"<a href='HTTPS://Paper.Example/?q'>", b"<a href='http://127.0.0.1:8000/?q'>"),
        (b'<img src="//paper.example/x.png">', b'<img src="http://127.0.0.1:8000/x.png">'),
        (
            b'<img srcset="//www.paper.example/1 1x, //www.paper.example/2 2x">',
            b'<img srcset="http://127.0.0.1:8000/1 1x, http://127.0.0.1:8000/2 2x">',
        ),
        (b'{"u":"https:\\/\\/paper.example\\/a"}', b'{"u":"http:\\/\\/127.0.0.1:8000\\/a"}'),
        (b"url(//paper.example/f.woff)", b"url(http://127.0.0.1:8000/f.woff)"),
        (b'<meta content="upgrade-insecure-requests">', b'<meta content="">'),
    ],
)
def test_an_address_of_the_site_leads_here(before: bytes, after: bytes) -> None:
    assert MOVE.page(before) == after


@pytest.mark.parametrize(
    "text",
    [
        b'<a href="/news/a">',
        b'<a href="https://paper.example.org/">',
        b'<a href="https://cdn.paper.example/x">',
        b'<a href="https://wallpaper.example/x">',
        b'<a href="https://paper.example:8443/x">',
        b"<p>Write to desk@paper.example, or read https://other.example/paper.example</p>",
        b'<a href="https://share.example/?u=https%3A%2F%2Fpaper.example%2Fa">',
    ],
)
def test_every_other_address_is_as_it_was(text: bytes) -> None:
    assert MOVE.page(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a=1; Domain=.paper.example; Path=/; Secure; HttpOnly", b"a=1; Path=/; HttpOnly"),
        (b"a=1; secure; SameSite=None", b"a=1; SameSite=Lax"),
        (b"a=1; SameSite=Strict;Secure", b"a=1; SameSite=Strict"),
        (b"__Host-a=1; Path=/; Secure", b"__Host-a=1; Path=/; Secure"),
        (b"a=domain; Path=/", b"a=domain; Path=/"),
    ],
)
def test_a_cookie_is_kept_by_the_browser_here(before: bytes, after: bytes) -> None:
    assert MOVE.cookie(before) == after


class Site:
    """An app that answers everything alike, and keeps what it was asked."""

    def __init__(self, headers: Headers, *chunks: bytes, status: int = 200) -> None:
        self.start = {"type": "http.response.start", "status": status, "headers": headers}
        self.chunks = chunks
        self.asked: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope)
        await send(self.start)
        for place, chunk in enumerate(self.chunks, 1):
            await send({"type": "http.response.body", "body": chunk, "more_body": place < len(self.chunks)})


async def ask(
    site: Site, headers: Headers | None = None, method: str = "GET", app: Rehomed | None = None
) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request of the browser, and what it gets."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    asked = [(b"Host", b"127.0.0.1:8000"), *(headers or [])] if not _names_host(headers) else headers
    scope = {"type": "http", "method": method, "scheme": "http", "path": "/", "headers": asked}
    await (app or Rehomed(site, MOVE))(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


def _names_host(headers: Headers | None) -> bool:
    return any(name == b"Host" for name, _ in headers or [])


async def test_the_site_is_asked_as_if_the_browser_had_gone_there() -> None:
    site = Site([], b"")
    await ask(site, [(b"Referer", b"http://127.0.0.1:8000/a"), (b"Origin", b"http://127.0.0.1:8000"), (b"X", b"y")])
    assert site.asked[0]["scheme"] == "https"
    assert site.asked[0]["headers"] == [
        (b"host", b"www.paper.example"),
        (b"referer", b"https://www.paper.example/a"),
        (b"origin", b"https://www.paper.example"),
        (b"x", b"y"),
    ]


async def test_a_page_is_moved_whole_whatever_its_pieces_and_its_coding() -> None:
    page = b'<a href="https://paper.example/a">'
    html = (b"content-type", b"text/html")
    status, headers, body = await ask(Site([html, (b"content-length", b"34")], page[:20], page[20:]))
    assert (status, body) == (200, b'<a href="http://127.0.0.1:8000/a">')
    assert headers[b"content-length"] == b"%d" % len(body)
    zipped = await ask(Site([html, (b"content-encoding", b"gzip")], gzip.compress(page)))
    assert zipped[2] == body
    assert b"content-encoding" not in zipped[1]


@pytest.mark.parametrize(
    "content_type", [b"text/css", b"text/javascript; charset=utf-8", b"application/json", b"application/rss+xml"]
)
async def test_addresses_in_styles_scripts_and_data_lead_here_too(content_type: bytes) -> None:
    fields = [(b"content-type", content_type), (b"content-length", b"34")]
    _, headers, body = await ask(Site(fields, b'fetch("https://paper.example/api")'))
    assert (headers[b"content-length"], body) == (b"34", b'fetch("http://127.0.0.1:8000/api")')


@pytest.mark.parametrize("content_type", [b"image/jpeg", b"text/plain", b"text/event-stream", b"application/pdf"])
async def test_what_is_no_such_text_passes_as_it_comes(content_type: bytes) -> None:
    picture = b"bytes that happen to hold https://paper.example/"
    assert (await ask(Site([(b"content-type", content_type)], picture)))[2] == picture


async def test_a_page_that_cannot_be_read_passes_as_it_comes() -> None:
    unreadable = b"not gzip: https://paper.example/"
    fields = [(b"content-type", b"text/html"), (b"content-encoding", b"gzip")]
    assert (await ask(Site(fields, unreadable)))[2] == unreadable


async def test_redirects_stay_and_what_binds_the_browser_to_https_goes() -> None:
    fields = [
        (b"Location", b"https://paper.example/b?x=https%3A%2F%2Fpaper.example"),
        (b"Strict-Transport-Security", b"max-age=63072000"),
        (b"Content-Security-Policy", b"upgrade-insecure-requests; img-src https://www.paper.example 'self'"),
    ]
    status, headers, _ = await ask(Site(fields, b"", status=301))
    assert status == 301
    assert headers == {
        b"location": b"http://127.0.0.1:8000/b?x=https%3A%2F%2Fpaper.example",
        b"content-security-policy": b" img-src http://127.0.0.1:8000 'self'",
        b"content-length": b"0",
    }


async def test_only_the_cookies_that_the_site_set_go_to_it() -> None:
    site = Site([(b"Set-Cookie", b"session=s1; Domain=paper.example; Secure"), (b"Set-Cookie", b"ab=")], b"")
    rehomed = Rehomed(site, MOVE)
    await ask(site, [(b"Cookie", b"session=of-another-program; sso=secret")], app=rehomed)
    await ask(site, [(b"Cookie", b"session=of-another-program; sso=secret; session=s1;ab="), (b"X", b"y")], app=rehomed)
    first, second = (dict(scope["headers"]) for scope in site.asked)
    assert b"cookie" not in first
    assert second[b"cookie"] == b"session=s1; ab="


async def test_nobody_but_the_browser_here_is_answered() -> None:
    site = Site([], b"secret")
    for host in (b"evil.example", b"127.0.0.1", b"evil.example:8000"):
        assert (await ask(site, [(b"Host", host)]))[0] == 421
    assert (await ask(site, [(b"Service-Worker", b"script")]))[0] == 404
    assert site.asked == []
