"""Page versions: each page that the origin sends is read once, and cut once, however often it is viewed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from pennypress.core.article import Access
from pennypress.core.target import Target
from pennypress.errors import Undecodable
from pennypress.pages.page import Cut, Page, PageOptions, read_page
from pennypress.pages.recognise import Subject

_INLINE_BYTES = 8_000
"""Pages up to this size are read in well under 2 ms; larger ones are read off the event loop."""


class Version:
    """One version of a page: what was read from it, and what was cut from it so far."""

    __slots__ = ("_cuts", "_cutting", "page", "subjects", "why_unread")

    def __init__(self, page: Page | None, why_unread: str | None) -> None:
        self.page = page
        self.why_unread = why_unread
        self.subjects: dict[tuple[Target, str, Access | None], Subject | None] = {}
        self._cuts: dict[bool, Cut] = {}
        self._cutting: dict[bool, asyncio.Future[Cut]] = {}

    async def cut(self, *, continued: bool) -> Cut:
        """The page without its withheld text; worked out once, off the event loop. The page must have been read."""
        held = self._cuts.get(continued)
        if held is not None:
            return held
        under_way = self._cutting.get(continued)
        if under_way is None:
            assert self.page is not None
            page = self.page
            under_way = asyncio.ensure_future(asyncio.to_thread(lambda: page.cut(continued=continued)))
            self._cutting[continued] = under_way
        try:
            cut = await asyncio.shield(under_way)
        finally:
            if under_way.done():
                self._cutting.pop(continued, None)
        self._cuts[continued] = cut
        return cut


class Versions:
    """A bounded memory of page versions, by their exact bytes.

    The bytes themselves are the key: a dictionary look-up hashes them with the interpreter's keyed SipHash (23 µs for
    150 kB, a quarter of keyed BLAKE2b) and compares them whole (2 µs), so that no collision can serve one page for
    another.
    """

    def __init__(self, options: PageOptions, *, capacity: int) -> None:
        self._options = options
        self._capacity = capacity
        self._held = 0
        self._versions: OrderedDict[tuple[bytes, str | None, str], Version] = OrderedDict()
        self._reading: dict[tuple[bytes, str | None, str], asyncio.Future[Version]] = {}

    async def of(self, body: bytes, content_type: str | None, address: str) -> Version:
        """The version with these bytes at this address, read now if it is new."""
        key = (body, content_type, address)
        version = self._versions.get(key)
        if version is not None:
            self._versions.move_to_end(key)
            return version
        reading = self._reading.get(key)
        if reading is None:
            reading = asyncio.ensure_future(self._read(key))
            self._reading[key] = reading
        try:
            return await asyncio.shield(reading)
        finally:
            if reading.done():
                self._reading.pop(key, None)

    async def _read(self, key: tuple[bytes, str | None, str]) -> Version:
        body, content_type, address = key
        read: Callable[[], Version] = lambda: _read_version(body, content_type, address, self._options)  # noqa: E731
        version = read() if len(body) <= _INLINE_BYTES else await asyncio.to_thread(read)
        self._versions[key] = version
        self._held += len(body)
        while self._held > self._capacity and len(self._versions) > 1:
            (dropped, _, _), _ = self._versions.popitem(last=False)
            self._held -= len(dropped)
        return version


def _read_version(body: bytes, content_type: str | None, address: str, options: PageOptions) -> Version:
    try:
        return Version(read_page(body, content_type, options, address=address), None)
    except Undecodable as error:
        return Version(None, error.reason)
