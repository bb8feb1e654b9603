"""The demo's strip: what it adds to pages, what it leaves alone, and its two buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pennypress.demo.strip import Strip

HTML = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"26")]
PAGE = b"<body><p>Hello</p></body>\n"


@dataclass(slots=True)
class Site:
    """A site of one answer behind a strip; notes what reached it."""

    headers: list[tuple[bytes, bytes]] = field(default_factory=lambda: list(HTML))
    chunks: tuple[bytes, ...] = (PAGE,)
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        for chunk in self.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def ask(
        self, path: str, *, method: str = "GET", headers: list[tuple[bytes, bytes]] | None = None, form: bytes = b""
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        """Ask for a path through the strip: status, headers and body."""
        sent: list[Any] = []
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers or []}

        async def receive() -> Any:
            return {"type": "http.request", "body": form}

        async def send(message: Any) -> None:
            sent.append(message)

        await Strip(self)(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        fields: dict[bytes, bytes] = {}
        for name, value in sent[0]["headers"]:
            fields[name] = fields[name] + b", " + value if name in fields else value
        return sent[0]["status"], fields, body


async def test_a_page_gets_the_strip_before_its_end_and_its_new_length() -> None:
    site = Site(chunks=(b"<body><p>Hel", b"lo</p></BODY>\n"))
    _, headers, body = await site.ask("/a")
    assert body.startswith(b"<body><p>Hello</p><section class=")
    assert body.endswith(b"</section>\n</BODY>\n")
    assert headers[b"content-length"] == str(len(body)).encode()
    assert body.isascii()


async def test_the_strip_says_what_the_headers_say() -> None:
    said = [(b"pennypress-access", b"full"), (b"pennypress-reason", b"granted"), (b"pennypress-remaining", b"2")]
    _, _, body = await Site(headers=[*HTML, *said]).ask("/a")
    assert b"Demo: full, granted, 2 left" in body
    assert b"Demo: this page is not metered" in (await Site().ask("/a"))[2]


async def test_what_is_no_plain_html_passes_byte_for_byte() -> None:
    for headers in (
        [(b"content-type", b"image/svg+xml")],
        [(b"content-type", b"text/html; charset=utf-16")],
        [(b"content-type", b"text/html"), (b"content-encoding", b"br")],
    ):
        assert (await Site(headers=headers).ask("/a"))[2] == PAGE
    assert (await Site(chunks=(b"\xff\xfe<\x00",)).ask("/a"))[2] == b"\xff\xfe<\x00"


async def test_an_address_cannot_break_out_of_the_strip() -> None:
    _, _, body = await Site().ask('/"><script>')
    assert b"<script>" not in body


async def test_a_new_reader_loses_the_pass_and_goes_back_to_the_page() -> None:
    status, headers, _ = await Site().ask("/-/demo/new-reader", method="POST", form=b"from=/news/a%3Fb%3Dc")
    assert status == 303
    assert headers[b"location"] == b"/news/a?b=c"
    taken = headers[b"set-cookie"].split(b", ")
    assert [cookie.partition(b";")[0] for cookie in taken] == [b"pennypress=", b"pennypress-account="]
    assert all(b"Max-Age=0" in cookie for cookie in taken)


async def test_the_way_back_never_leaves_the_site() -> None:
    for elsewhere in (b"//evil.example", b"https://evil.example", b"/%5Cevil.example", b"/a%0D%0AX: y", b""):
        _, headers, _ = await Site().ask("/-/demo/new-reader", method="POST", form=b"from=" + elsewhere)
        assert headers[b"location"] == b"/"


async def test_the_buttons_answer_to_post_alone() -> None:
    assert (await Site().ask("/-/demo/new-reader"))[0] == 404
    assert (await Site().ask("/-/demo/other", method="POST"))[0] == 404


async def test_the_chosen_language_is_asked_for_and_its_cookie_stays_with_the_strip() -> None:
    _, headers, _ = await Site().ask("/-/demo/language", method="POST", form=b"language=ar&from=/")
    assert headers[b"set-cookie"].startswith(b"pennypress-demo-language=ar;")
    site = Site()
    cookie = (b"cookie", b"a=1; pennypress-demo-language=ar; pennypress=x")
    await site.ask("/a", headers=[cookie, (b"accept-language", b"en"), (b"accept-encoding", b"gzip")])
    passed = dict(site.seen[0]["headers"])
    assert passed[b"accept-language"] == b"ar"
    assert passed[b"cookie"] == b"a=1; pennypress=x"
    assert b"accept-encoding" not in passed


async def test_a_language_that_the_strip_does_not_offer_is_not_taken() -> None:
    _, headers, _ = await Site().ask("/-/demo/language", method="POST", form=b"language=xx%0D%0AX&from=/")
    assert headers[b"set-cookie"].startswith(b"pennypress-demo-language=en-GB;")
