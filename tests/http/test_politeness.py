"""Asking a live site politely."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pennypress.http.answer import Answer
from pennypress.http.politeness import Polite
from pennypress.http.robots_txt import robots_of

AGENT = "pennypress-try"
ROBOTS = b"User-agent: *\nDisallow: /private\n\nUser-agent: pennypress-try\nDisallow: /mine\n"


@pytest.mark.parametrize(
    ("answer", "front", "private", "mine"),
    [
        (Answer(200, (), ROBOTS), True, True, False),
        (Answer(200, (), b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /private\r\n"), True, False, True),
        (Answer(200, (), b"User-agent: *\nDisallow: /"), False, False, False),
        (Answer(404, (), b"Disallow: /"), True, True, True),
        (Answer(403, (), b""), False, False, False),
        (Answer(500, (), b""), False, False, False),
    ],
)
def test_robots_txt_is_read_by_its_standard(answer: Answer, front: bool, private: bool, mine: bool) -> None:
    robots = robots_of(answer, AGENT)
    assert [robots.allows(path) for path in ("/", "/private/x", "/mine/x")] == [front, private, mine]


class Site:
    """A site that keeps what it was asked, and how much of it at once."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.at_once = self.most_at_once = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        for _ in range(5):
            await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})
        self.at_once -= 1


async def status(app: Any, path: str = "/", method: str = "GET", query: bytes = b"") -> int:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        **{"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query},
        **{"headers": [(b"user-agent", b"Browser/1")], "client": ("127.0.0.1", 5)},
    }
    await app(scope, None, send)
    code: int = sent[0]["status"]
    return code


async def test_nothing_is_sent_to_the_site_and_what_it_keeps_to_itself_is_not_asked_for() -> None:
    site = Site()
    app = Polite(site, robots_of(Answer(200, (), b"User-agent: *\nDisallow: /private\nDisallow: /q?s="), AGENT), AGENT)
    assert [await status(app, method=method) for method in ("POST", "PUT", "DELETE", "OPTIONS")] == [405] * 4
    assert await status(app, "/private/x") == 403
    assert await status(app, "/q", query=b"s=1") == 403
    assert site.asked == []
    assert [await status(app, "/q"), await status(app, method="HEAD")] == [200, 200]


async def test_the_site_can_tell_who_asks_and_is_not_told_that_it_asks_itself() -> None:
    site = Site()
    await status(Polite(site, robots_of(Answer(404, (), b""), AGENT), AGENT))
    assert site.asked[0]["headers"] == [(b"user-agent", b"Browser/1 pennypress-try")]
    assert "client" not in site.asked[0]


async def test_the_site_is_asked_for_one_thing_at_a_time() -> None:
    site = Site()
    app = Polite(site, robots_of(Answer(404, (), b""), AGENT), AGENT)
    await asyncio.gather(*(status(app) for _ in range(8)))
    assert (len(site.asked), site.most_at_once) == (8, 1)
