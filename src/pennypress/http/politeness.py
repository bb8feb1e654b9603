"""Asking a live site politely: only to read, only what its robots.txt leaves free, and one thing at a time."""

from __future__ import annotations

import asyncio

from pennypress.http.answer import first
from pennypress.http.fetch import App, Receive, Scope, Send
from pennypress.http.proxy import FORWARDED_FOR
from pennypress.http.robots_txt import Robots

_READS = frozenset(("GET", "HEAD"))


class Polite:
    """An app that asks a live site, held to good manners; it signs each request with the name of the program."""

    def __init__(self, app: App, robots: Robots, agent: str, *, apart: float = 0.0) -> None:
        """``apart`` is how many seconds lie between the beginnings of two requests at least."""
        self._app = app
        self._robots = robots
        self._agent = agent.encode()
        self._apart = apart
        self._next = 0.0
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
                await self._wait_for_turn()
                await self._app(self._signed(scope), receive, send)

    async def _wait_for_turn(self) -> None:
        clock = asyncio.get_running_loop().time
        if self._next > clock():
            await asyncio.sleep(self._next - clock())
        self._next = clock() + self._apart

    def _signed(self, scope: Scope) -> Scope:
        """The request with our name behind the browser's, so that the site can tell what asked, and without the
        browser's own address, which on this machine would say to the site that it asks itself."""
        agent = (first(scope["headers"], b"user-agent") or b"") + b" " + self._agent
        headers = [(name, value) for name, value in scope["headers"] if name != b"user-agent"]
        kept = {key: value for key, value in scope.items() if key not in ("client", FORWARDED_FOR)}
        return {**kept, "headers": [*headers, (b"user-agent", agent.strip())]}


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
