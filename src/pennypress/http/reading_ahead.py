"""Reading articles that nobody has opened yet, so that the guard knows what they withhold."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable

from pennypress.core.target import read_target
from pennypress.errors import PennypressError
from pennypress.http.answer import Answer, AnswerHeaders, Kind, first, kind_of, text_kind
from pennypress.http.fetch import App, Judgement, Message, Verdict, fetch
from pennypress.http.guarding import Guarding
from pennypress.http.inside import asking, view_scope
from pennypress.http.pageview import PageViews
from pennypress.http.request import read_request
from pennypress.pages.items import links_in
from pennypress.pages.source import undo_coding

_LISTS_AT_MOST = 200
_LARGEST = 50_000_000
_HEADERS = ((b"user-agent", b"Pennypress"), (b"accept", b"text/html"))

_log = logging.getLogger("pennypress")


class ReadingAhead:
    """Asks the app behind for articles, one at a time, as a browser without a cookie would."""

    def __init__(
        self, app: App, views: PageViews, guarding: Guarding, *, own_url: str | None, own_host: str | None
    ) -> None:
        self._app = app
        self._views = views
        self._guarding = guarding
        self._own_host = own_host
        self._scheme = (own_url or "http").partition(":")[0]
        self._lists: deque[str] = deque()
        self._lists_read = 0
        self._under_way: asyncio.Task[None] | None = None

    def begin(self, lists: Iterable[str]) -> None:
        """Read these sitemaps and feeds before anything else, and the articles that they name."""
        self._lists.extend(lists)

    def keep_going(self) -> None:
        """Read in the background what is to be read, if that is not under way."""
        if (self._lists or self._guarding.asks) and (self._under_way is None or self._under_way.done()):
            self._under_way = asyncio.get_running_loop().create_task(self.go_on())

    async def close(self) -> None:
        """Stop reading."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.wait((self._under_way,))

    async def go_on(self) -> None:
        """Read what is to be read now."""
        while self._guarding.on and (self._lists or self._guarding.asks):
            if self._guarding.asks:
                address, host = self._guarding.next_asked()
                await self._article(address, host)
            else:
                await self._list(self._lists.popleft())

    async def _article(self, address: str, host: str) -> None:
        try:
            found = await self._ask(address, host, _PAGES)
            if found is not None:
                await self._views.read(
                    read_request(view_scope(address, host, self._scheme, _HEADERS), self._own_host), found
                )
        except (PennypressError, OSError) as failure:
            _log.info("%s could not be read for the guard: %s", address, failure)
        self._guarding.was_asked(address)

    async def _list(self, address: str) -> None:
        if self._lists_read >= _LISTS_AT_MOST:
            return
        self._lists_read += 1
        host = self._own_host or "localhost"
        try:
            found = await self._ask(read_target(address).forwarded, host, _TEXTS)
            if found is None or found.status != 200:
                _log.warning("[guard] learn: %s could not be read", address)
                return
            coding = first(found.headers, b"content-encoding")
            body = undo_coding(found.body, coding.decode("latin-1") if coding else None, limit=_LARGEST)
        except (PennypressError, OSError) as failure:
            _log.warning("[guard] learn: %s could not be read: %s", address, failure)
            return
        for link in links_in(body.decode("utf-8", "replace")):
            if link.partition("?")[0].endswith((".xml", ".xml.gz")):
                path = self._guarding.own_path(link, host)
                if path is not None:
                    self._lists.append(path)
            else:
                self._guarding.ask_for(link, host)

    async def _ask(self, address: str, host: str, judgement: Judgement) -> Answer | None:
        found = await fetch(self._app, view_scope(address, host, self._scheme, _HEADERS), asking(), _nowhere, judgement)
        return None if found is None else found[1]


async def _pages(status: int, headers: AnswerHeaders) -> Verdict:
    return Verdict.HOLD if kind_of(headers) is Kind.PAGE else Verdict.DROP


async def _texts(status: int, headers: AnswerHeaders) -> Verdict:
    return Verdict.DROP if text_kind(headers, "") is None else Verdict.HOLD


def _refuse(status: int, headers: AnswerHeaders, beginning: bytes) -> bool:
    return True


_PAGES = Judgement(_pages, _refuse, 5_000_000)
_TEXTS = Judgement(_texts, _refuse, _LARGEST)


async def _nowhere(message: Message) -> None:
    """For an answer that nobody waits for."""
