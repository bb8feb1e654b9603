"""Asking a live site politely: only to read, only what its robots.txt leaves free, and one thing at a time."""

from __future__ import annotations

import asyncio

from pennypress.cli.robots_txt import Robots
from pennypress.http.answer import Answer, first
from pennypress.http.fetch import App, Receive, Scope, Send
from pennypress.http.proxy import FORWARDED_FOR

AGENT = "pennypress-try"

_READS = frozenset(("GET", "HEAD"))


def robots_of(answer: Answer) -> Robots:
    """What a site's robots.txt allows us: all where there is none, nothing where the site fails or keeps the file to
    itself."""
    if answer.status >= 500 or answer.status in (401, 403):
        return Robots("User-agent: *\nDisallow: /", AGENT)
    if answer.status != 200:
        return Robots("", AGENT)
    return Robots(answer.body.decode("utf-8", "replace").removeprefix("\ufeff"), AGENT)


class Polite:
    """An app that asks a live site, held to good manners."""

    def __init__(self, app: App, robots: Robots) -> None:
        self._app = app
        self._robots = robots
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, if it may pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        if scope["method"] not in _READS:
            await _refuse(send, 405, "This is for reading: nothing is sent to the site.\n")
        elif not self._robots.allows(path):
            await _refuse(send, 403, "The site's robots.txt asks programs not to fetch this, so it was not fetched.\n")
        else:
            async with self._one_at_a_time:
                await self._app(_signed(scope), receive, send)


def _signed(scope: Scope) -> Scope:
    """The request with our name behind the browser's, so that the site can tell what asked, and without the browser's
    own address, which on this machine would say to the site that it asks itself."""
    agent = (first(scope["headers"], b"user-agent") or b"") + b" " + AGENT.encode()
    headers = [(name, value) for name, value in scope["headers"] if name != b"user-agent"]
    kept = {key: value for key, value in scope.items() if key not in ("client", FORWARDED_FOR)}
    return {**kept, "headers": [*headers, (b"user-agent", agent.strip())]}


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
