"""Reading articles that nobody has opened yet, so that the guard knows what they withhold."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urljoin

from pennypress.core.target import read_target
from pennypress.errors import PennypressError, StoreUnavailable
from pennypress.http.answer import Answer, AnswerHeaders, Kind, first, kind_of
from pennypress.http.fetch import App, Judgement, Message, Verdict, fetch
from pennypress.http.guarding import Guarding
from pennypress.http.inside import asking, view_scope
from pennypress.http.pageview import PageViews
from pennypress.http.request import read_request
from pennypress.pages.items import links_in, lists_lists
from pennypress.pages.source import GZIP, undo_coding

_LISTS_AT_MOST = 1_000
_LARGEST = 50_000_000
_HEADERS = ((b"user-agent", b"Pennypress"), (b"accept", b"text/html"))
_LARGEST_PAGE = 5_000_000
_REDIRECTS_AT_MOST = 3
_CATCH_UP_EVERY = 20
_GONE = frozenset((404, 410))
_MOVED = frozenset((301, 302, 303, 307, 308))

_log = logging.getLogger("pennypress")


class ReadingAhead:
    """Asks the app behind for articles, one at a time, as a browser without a cookie would."""

    def __init__(
        self,
        app: App,
        views: PageViews,
        guarding: Guarding,
        random: Callable[[int], bytes],
        *,
        own_url: str | None,
        own_host: str | None,
    ) -> None:
        """``random`` gives unforeseeable bytes: workers that begin together read a list from different places on, so
        that each need not read what another has read."""
        self._app = app
        self._views = views
        self._guarding = guarding
        self._unread = guarding.unread
        self._random = random
        self._own_host = own_host
        self._scheme = (own_url or "http").partition(":")[0]
        self._lists: deque[str] = deque()
        self._lists_read = 0
        self._under_way: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()

    def begin(self, lists: Iterable[str]) -> None:
        """Read these sitemaps and feeds before anything else, and the articles that they name."""
        self._lists.extend(lists)

    def keep_going(self) -> None:
        """Read in the background what is to be read, if that is not under way."""
        if (self._lists or self._unread) and (self._under_way is None or self._under_way.done()):
            self._under_way = asyncio.get_running_loop().create_task(self.go_on())

    async def close(self) -> None:
        """Stop reading."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.wait((self._under_way,))

    async def go_on(self) -> None:
        """Read what is to be read now, all of it, also what is being read already."""
        async with self._reading:
            read: list[str] = []
            while self._guarding.on and (self._lists or self._unread):
                asked = self._unread.next()
                if asked is not None:
                    if await self._settles(*asked):
                        read.append(asked[0])
                    if len(read) >= _CATCH_UP_EVERY:
                        await self._take_up(read)
                elif self._lists:
                    await self._list(self._lists.popleft())
            await self._take_up(read)

    async def _take_up(self, read: list[str]) -> None:
        """Let the guard know what was read, and then what need not be read again."""
        with contextlib.suppress(StoreUnavailable):
            await self._guarding.learning.catch_up()
        for address in read:
            self._unread.settle(address)
        read.clear()

    async def _settles(self, address: str, host: str) -> bool:
        """Read the article at an address. Whether that settles it: it is learned, or there is none."""
        try:
            return await self._read(address, host)
        except (PennypressError, OSError) as failure:
            _log.info("%s could not be read for the guard: %s", address, failure)
            return False

    async def _read(self, address: str, host: str) -> bool:
        asked: str | None = address
        for _ in range(_REDIRECTS_AT_MOST + 1):
            if asked is None:
                return False
            found = await self._ask(asked, host, _PAGES)
            if found is None or found.status in _GONE:
                return True
            if found.status == 200:
                if not found.body:
                    return True
                asked_for = read_request(view_scope(asked, host, self._scheme, _HEADERS), self._own_host)
                return await self._views.read(asked_for, found)
            location = first(found.headers, b"location")
            if found.status not in _MOVED or location is None:
                return False
            asked = self._unread.own_path(urljoin(asked, location.decode("latin-1")), host)
        return False

    async def _list(self, address: str) -> None:
        if self._lists_read >= _LISTS_AT_MOST:
            return
        self._lists_read += 1
        host = self._own_host or "localhost"
        try:
            found = await self._ask(read_target(address).forwarded, host, _LISTS)
            if found is None or found.status != 200:
                _log.warning("[guard] learn: %s could not be read", address)
                return
            text = _text_of(found)
        except (PennypressError, OSError, EOFError, zlib.error) as failure:
            _log.warning("[guard] learn: %s could not be read: %s", address, failure)
            return
        links = links_in(text)
        if lists_lists(text):
            self._lists.extend(path for link in links if (path := self._unread.own_path(link, host)) is not None)
            return
        start = int.from_bytes(self._random(4)) % max(1, len(links))
        for link in (*links[start:], *links[:start]):
            self._unread.ask_for(link, host)

    async def _ask(self, address: str, host: str, judgement: Judgement) -> Answer | None:
        found = await fetch(self._app, view_scope(address, host, self._scheme, _HEADERS), asking(), _nowhere, judgement)
        return None if found is None else found[1]


def _text_of(found: Answer) -> str:
    """The text of a list, also of one that is a compressed file."""
    coding = first(found.headers, b"content-encoding")
    body = undo_coding(found.body, coding.decode("latin-1") if coding else None, limit=_LARGEST)
    if body.startswith(GZIP):
        body = undo_coding(body, "gzip", limit=_LARGEST)
    return body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Reading:
    """The judgement of an answer that nobody waits for: kept whole up to a limit, of pages alone if so wished."""

    limit: int
    pages_alone: bool
    may_stream: bool = False

    async def by_head(self, status: int, headers: AnswerHeaders) -> Verdict:
        return Verdict.DROP if self.pages_alone and kind_of(headers) is not Kind.PAGE else Verdict.HOLD

    def refuses_overlong(self, headers: AnswerHeaders, beginning: bytes) -> bool:
        return True

    def is_no_article(self, headers: AnswerHeaders, beginning: bytes) -> bool:
        return False

    def watch(self, headers: AnswerHeaders) -> None:
        return None

    def refusal(self, headers: AnswerHeaders) -> Answer:
        return Answer(403, (), b"")


_PAGES = _Reading(_LARGEST_PAGE, pages_alone=True)
_LISTS = _Reading(_LARGEST, pages_alone=False)


async def _nowhere(message: Message) -> None:
    """For an answer that nobody waits for."""
