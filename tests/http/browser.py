"""A browser of one reader, in process: it asks an ASGI app, keeps cookies, and sees what a reader would see."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from pennypress.http.fetch import App, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its status, its header fields in order, its bytes."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value under a name, or None."""
        return next((value for held, value in self.fields if held == name), None)

    @property
    def text(self) -> str:
        """The bytes as UTF-8."""
        return self.body.decode()


@dataclass(slots=True)
class Browser:
    """Asks an app; ``gone`` makes it hang up before the answer is there."""

    app: App
    cookies: dict[str, str] = field(default_factory=dict)
    gone: bool = False
    peer: str = "203.0.113.9"

    async def get(self, target: str, **headers: str) -> Page:
        """GET; keyword arguments are header fields, with underscores for hyphens."""
        return await self._ask("GET", target, b"", headers)

    async def ask(self, method: str, target: str, **headers: str) -> Page:
        """Any method, without a body."""
        return await self._ask(method, target, b"", headers)

    async def post(self, target: str, body: bytes) -> Page:
        """POST a form."""
        return await self._ask("POST", target, body, {"content_type": "application/x-www-form-urlencoded"})

    async def _ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Page:
        asked = False
        messages: list[Message] = []

        async def receive() -> Message:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": body, "more_body": False}
            if self.gone:
                return {"type": "http.disconnect"}
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            messages.append(message)

        await self.app(self._scope(method, target, headers), receive, send)
        fields = tuple((name.decode(), value.decode("latin-1")) for name, value in messages[0]["headers"])
        page = Page(messages[0]["status"], fields, b"".join(message.get("body", b"") for message in messages[1:]))
        self._keep_cookies(page)
        return page

    def _scope(self, method: str, target: str, headers: dict[str, str]) -> Scope:
        path, _, query = target.partition("?")
        fields = {"host": "paper.test", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookies and "cookie" not in fields:
            fields["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in fields.items()],
            "client": (self.peer, 40000),
        }

    def _keep_cookies(self, page: Page) -> None:
        for name, value in page.fields:
            if name == "set-cookie":
                cookie, _, held = value.partition(";")[0].partition("=")
                self.cookies[cookie] = held


@dataclass(slots=True)
class Site:
    """A newspaper's site behind the meter: what each target answers, and what it was asked."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[Scope] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None

    def put(self, target: str, body: bytes | str, status: int = 200, **headers: str) -> None:
        """Serve this at a target."""
        fields = {"content-type": "text/html; charset=utf-8"}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[target] = (status, fields, body.encode() if isinstance(body, str) else body)

    def header_of_last(self, name: str) -> list[str]:
        """The values of a header field of the last request that arrived."""
        return [value.decode("latin-1") for held, value in self.asked[-1]["headers"] if held == name.encode()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an ASGI app."""
        self.asked.append(scope)
        await receive()
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        status, headers, body = self.pages.get(target, (404, {"content-type": "text/plain"}, b"nothing here"))
        fields = [(name.encode(), value.encode("latin-1")) for name, value in headers.items() if value]
        self.before_answer()
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def story(name: str, *, paragraphs: int = 12, head: str = "", language: str = "en") -> str:
    """An article's page. The paragraph n of a story holds the words ``{name} paragraph {n}`` and no other page does."""
    body = "".join(
        f"<p>This is the {name} paragraph {number} of a long report that tells the town what happened and why, "
        f"with {name} detail number {number} for all those who stayed at home.</p>\n"
        for number in range(paragraphs)
    )
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>The {name} report</title>{head}'
        f"</head>\n<body><header><nav><a href=/>Home</a></nav></header><main><article><h1>The {name} report</h1>"
        f'<div class="text">\n{body}</div></article></main><footer>The Test Paper</footer></body></html>\n'
    )


def report(name: str, *, paragraphs: int = 12, head: str = "") -> str:
    """An article's page as ``story``, but in words that no other page has: the leak guard then has one article to
    compare it with, as on a newspaper's site."""
    chance = random.Random(name)
    body = "".join(
        f"<p>{name} paragraph {number}: {' '.join(_word(chance) for _ in range(24))}, {name} detail number {number} "
        f"{_word(chance)}.</p>\n"
        for number in range(paragraphs)
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>The {name} report</title>{head}</head>\n'
        f"<body><main><article><h1>The {name} report</h1><div>\n{body}</div></article></main></body></html>\n"
    )


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))


def withheld(page: Page, name: str, *, paragraphs: int = 12) -> bool:
    """Whether the end of a story is missing from a page."""
    return f"{name} detail number {paragraphs - 1} " not in page.text
