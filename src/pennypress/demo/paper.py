"""The demo newspaper as a plain ASGI application: the origin, which knows nothing of any meter."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qs

from pennypress.demo.layout import SECTIONS, front_page, plain_page, section_page, story_page
from pennypress.demo.stories import HERE, Story, stories

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_TYPES = {"svg": "image/svg+xml", "css": "text/css; charset=utf-8"}
_HTML = "text/html; charset=utf-8"
_HOST = re.compile(r"[\w.:\[\]-]+", re.ASCII)
_SUBSCRIBE = """<p>The Lantern costs £4 a month, or £40 a year with the tide tables. It pays for four reporters, one
illustrator, and the lamp.</p><p>This is a demo: there is nothing to buy here, and no form to fill in.</p>"""
_ABOUT = """<p>The Skerrow Lantern is the newspaper of a town that does not exist. It was written and drawn to show what
a metered paywall does to a real page: it is served by a plain application that knows nothing of any meter.</p>"""
_MISSING = """<p>There is no such page in this paper. The gulls may have had it. The <a href="/">front page</a> is where
it always was.</p>"""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, type and body."""

    status: int
    content_type: str
    body: bytes


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer GET and HEAD; the paper has nothing to post to."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] != "http":
        return
    if scope["method"] not in ("GET", "HEAD"):
        found = Answer(405, "text/plain", b"This paper is only for reading.\n")
    else:
        found = answer(scope["path"], scope["query_string"].decode("latin-1"), _site(scope))
    headers = [
        (b"content-type", found.content_type.encode()),
        (b"content-length", str(len(found.body)).encode()),
        (b"cache-control", b"public, max-age=60"),
    ]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else found.body})


@cache
def _by_path() -> dict[str, Story]:
    return {story.path: story for story in stories()}


def answer(path: str, query: str, site: str = "") -> Answer:
    """What stands at an address of the paper; ``site`` is the scheme and host under which it was asked for."""
    number = parse_qs(query).get("page", ["1"])[0]
    story = _by_path().get(path)
    if story is not None and number in {str(page) for page in range(1, len(story.bodies) + 1)}:
        return Answer(200, _HTML, _story(story, int(number), site))
    if path.startswith("/assets/"):
        return _asset(path.removeprefix("/assets/"))
    if path == "/":
        return _page(front_page(site))
    if path[1:] in SECTIONS:
        return _page(section_page(path[1:], site))
    if path == "/subscribe":
        return _page(plain_page(path, "Subscribe to the Lantern", _SUBSCRIBE, site))
    if path == "/about":
        return _page(plain_page(path, "About the paper", _ABOUT, site))
    return Answer(404, _HTML, plain_page(path, "Not found", _MISSING, site).encode())


@lru_cache(maxsize=64)
def _story(story: Story, number: int, site: str) -> bytes:
    return story_page(story, number, site).encode()


def _site(scope: Scope) -> str:
    """The scheme and host under which the reader asked, which a front passes on."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    scheme = "https" if headers.get(b"x-forwarded-proto") == "https" else "http"
    return f"{scheme}://{host}" if _HOST.fullmatch(host) else ""


def _page(text: str) -> Answer:
    return Answer(200, _HTML, text.encode())


@cache
def _assets() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (HERE / "assets").iterdir()}


def _asset(name: str) -> Answer:
    body = _assets().get(name)
    if body is None:
        return Answer(404, "text/plain", b"No such file.\n")
    return Answer(200, _TYPES[name.rpartition(".")[2]], body)


async def _lifespan(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
