"""What may be saved back: refused whole, never cut, in the format asked for; and uploads that go on as they come."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote

import pytest

from pennypress.http.fetch import Message
from pennypress.http.proxy import UploadStalled
from tests.http.browser import Browser, Page, Site
from tests.http.guarded import BAKER, CRANE, WITHHELD, Build, html_of, leaks, page, used_up

SIGNED_IN = "wordpress_logged_in_0a1b=edith"
TEXT = " ".join(WITHHELD)


class Sender:
    """Sends a body in pieces, and sees what arrives at the site behind."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self.arrived: list[bytes] = []
        self.begun = asyncio.Event()

    async def send(self, target: str, pieces: list[bytes], *, ends: bool = True, **headers: str) -> Page:
        messages: list[Message] = []
        left = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        if ends:
            left.append({"type": "http.request", "body": b"", "more_body": False})

        async def receive() -> Message:
            if left:
                return left.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            messages.append(message)

        async def behind(scope: Message, receive_on: object, send_on: object) -> None:
            more = True
            while more:
                message = await receive_on()  # type: ignore[operator]
                self.arrived.append(message.get("body", b""))
                self.begun.set()
                more = message.get("more_body", False)
            await send_on({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})  # type: ignore[operator]
            await send_on({"type": "http.response.body", "body": b"stored", "more_body": False})  # type: ignore[operator]

        self.browser.app._app = behind  # type: ignore[attr-defined]
        await self.browser.app(self.browser._scope("POST", target, headers), receive, send)
        return Page(messages[0]["status"], (), b"".join(message.get("body", b"") for message in messages[1:]))

    @property
    def body(self) -> bytes:
        return b"".join(self.arrived)


@pytest.fixture
async def sender(built: Build, site: Site) -> Sender:
    app = built(largest="100 kB")
    await used_up(app)
    return Sender(Browser(app), site)


def form(*parts: tuple[str, str, bytes]) -> bytes:
    """A multipart form: name, further head, content."""
    return (
        b"".join(
            f'--xx\r\ncontent-disposition: form-data; name="{name}"{head}\r\n\r\n'.encode() + content + b"\r\n"
            for name, head, content in parts
        )
        + b"--xx--\r\n"
    )


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", json.dumps({"content": html_of(CRANE)}).encode()),
        ("application/x-www-form-urlencoded", f"post=1&content={quote(TEXT)}".encode()),
        ("multipart/form-data; boundary=xx", form(("title", "", b"The crane"), ("content", "", TEXT.encode()))),
        (
            "multipart/form-data; boundary=xx",
            form(("file", '; filename="a.md"\r\ncontent-type: text/markdown', TEXT.encode())),
        ),
        ("text/xml", f"<post>{TEXT}</post>".encode()),
    ],
)
async def test_what_a_signed_in_user_would_save_over_an_article_is_refused_before_it_arrives(
    sender: Sender, content_type: str, body: bytes
) -> None:
    answer = await sender.send("/wp-json/wp/v2/posts/17", [body], content_type=content_type, cookie=SIGNED_IN)
    assert answer.status == 403
    assert sender.arrived == []


@pytest.mark.parametrize(
    ("content_type", "piece"),
    [
        ("application/json", json.dumps({"title": "A new story"}).encode()),
        ("image/jpeg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 300),
        ("application/octet-stream", bytes(range(256)) * 300),
        (
            "multipart/form-data; boundary=xx",
            form(("file", '; filename="a.jpg"\r\ncontent-type: image/jpeg', bytes(range(256)) * 300)),
        ),
    ],
)
async def test_an_upload_arrives_whole_and_as_it_came(sender: Sender, content_type: str, piece: bytes) -> None:
    pieces = [piece[:100], piece[100:], piece, piece]
    answer = await sender.send("/wp-admin/async-upload.php", pieces, content_type=content_type, cookie=SIGNED_IN)
    assert (answer.status, answer.body) == (200, b"stored")
    assert sender.body == piece * 3


async def test_a_film_goes_on_to_the_site_while_it_is_still_being_sent(sender: Sender) -> None:
    task = asyncio.ensure_future(
        sender.send("/upload", [b"\0" * 5000], ends=False, content_type="video/mp4", cookie=SIGNED_IN)
    )
    async with asyncio.timeout(5):
        await sender.begun.wait()
    task.cancel()


async def test_an_upload_that_stands_still_is_given_up(sender: Sender) -> None:
    app = sender.browser.app
    app._body_seconds = 0.05  # type: ignore[attr-defined]
    with pytest.raises(UploadStalled):
        await sender.send("/upload", [b"{"], ends=False, content_type="application/json", cookie=SIGNED_IN)


async def test_a_comment_of_a_reader_who_is_not_signed_in_arrives(sender: Sender) -> None:
    body = f"comment={quote(WITHHELD[1])}".encode()
    answer = await sender.send("/wp-comments-post.php", [body], content_type="application/x-www-form-urlencoded")
    assert answer.status == 200
    assert sender.body == body


@pytest.mark.parametrize(
    ("accept", "refused_as"),
    [
        ("application/json, */*;q=0.1", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/xml;q=0.9, application/json;q=0.2", "application/xml"),
        ("text/plain", "text/plain"),
        ("*/*", "application/json"),
        ("text/html;q=0", "application/json"),
    ],
)
async def test_a_refusal_has_the_format_that_was_asked_for(built: Build, accept: str, refused_as: str) -> None:
    app = built()
    await used_up(app)
    refused = await Browser(app).ask("POST", "/api/posts", accept=accept)
    assert refused.status == 403
    assert (refused.header("content-type") or "").startswith(refused_as)
    assert refused.header("cache-control") == "private, no-store"


@pytest.mark.parametrize("target", ["/wp-admin/post.php?post=17", "/news/crane/edit", "/news/crane?action=edit"])
@pytest.mark.parametrize("beside", ["", html_of(CRANE)])
async def test_an_editors_form_is_refused_and_never_cut(built: Build, site: Site, target: str, beside: str) -> None:
    site.put(
        target,
        f"<!doctype html><html><head><title>Edit</title></head><body><main><h1>Edit</h1><div>{beside}</div><form>"
        f"<textarea name=body>{html_of(CRANE).replace('<', '&lt;')}</textarea><button>Save</button></form>"
        "</main></body></html>",
    )
    reader = await used_up(built())
    cookies = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    answer = await reader.get(target, cookie=f"{cookies}; {SIGNED_IN}")
    assert leaks(answer) == []
    assert "<form" not in answer.text


async def test_an_articles_page_with_an_empty_comment_form_is_cut_for_a_signed_in_user(
    built: Build, site: Site
) -> None:
    site.put("/news/crane", page("The crane", CRANE, after="<form><textarea name=comment></textarea></form>"))
    reader = await used_up(built())
    cookies = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    answer = await reader.get("/news/crane", cookie=f"{cookies}; {SIGNED_IN}")
    assert (answer.status, answer.header("pennypress-access")) == (200, "preview")
    assert "<textarea" in answer.text


async def test_an_articles_own_page_keeps_its_decision_whatever_the_cookie_or_the_method(built: Build) -> None:
    app = built()
    reader = await used_up(app)
    assert (await Browser(app).get("/news/baker", cookie=SIGNED_IN)).header("pennypress-access") == "full"
    for method in ("GET", "POST", "PUT"):
        walled = await reader.ask(method, "/news/crane", authorization="Basic ZWRpdGg6eA==")
        assert (walled.status, walled.header("pennypress-access")) == (200, "preview")
        assert leaks(walled) == []


async def test_other_answers_to_signed_in_users_pass_untouched(built: Build, site: Site) -> None:
    app = built()
    await used_up(app)
    site.put("/wp-admin/edit.php", page("Posts", ("All posts",)), etag='"5"')
    answer = await Browser(app).get("/wp-admin/edit.php", cookie=SIGNED_IN)
    assert answer.body == site.pages["/wp-admin/edit.php"][2]
    assert answer.header("etag") == '"5"'
    assert BAKER[0] not in answer.text
