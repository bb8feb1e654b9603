"""Page versions: each page that the origin sends is read once, and cut once, however often it is viewed."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from pennypress.core.article import Access
from pennypress.core.target import Target
from pennypress.errors import Undecodable
from pennypress.pages.guard import Looked
from pennypress.pages.layout import is_doubted, is_markup
from pennypress.pages.page import Cut, Page, PageOptions, read_page
from pennypress.pages.recognise import Subject

_log = logging.getLogger("pennypress")

_INLINE_BYTES = 8_000
"""Pages up to this size are read in well under 2 ms; larger ones are read off the event loop."""

_OVERHEAD = 4_096
"""What a version costs beside its page's bytes: else a million tiny pages would fit."""

_NONCE = re.compile(rb"(?<=\snonce=[\"'])[A-Za-z0-9+/_-]{8,88}={0,2}(?=[\"'])")
_FOREIGN_BASE = re.compile(rb"<base\s[^>]{0,200}?\bhref\s*=\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)
"""A page whose links lead to another host unless they name their own (HTML section 4.2.3)."""

_TOKEN = re.compile(rb"[A-Za-z0-9+/_-]{8,88}={0,2}")

_Key = tuple[bytes, str | None, str]


class Lesson(NamedTuple):
    """What a version taught: of which article, as which kind of page, and when by a clock that only grows; under which
    part it is kept and its packed text (None where there was nothing to be kept)."""

    key: str
    continued: bool
    free: bool
    at: float
    part: str = ""
    packed: bytes | None = None


class Version:
    """One version of a page: what was read from it, and what was cut from it so far."""

    __slots__ = (
        "_cuts",
        "_cutting",
        "_marking",
        "_pieces",
        "before_notice",
        "content_type",
        "is_based_elsewhere",
        "is_doubted",
        "is_markup",
        "learned",
        "looked",
        "nonces",
        "others",
        "page",
        "subjects",
        "told",
        "why_unread",
    )

    def __init__(self, page: Page | None, content_type: str | None, why_unread: str | None) -> None:
        self.page = page
        self.content_type = content_type
        self.why_unread = why_unread
        self.told = False
        self._marking: dict[bool, asyncio.Future[bytes | None]] = {}
        self.learned: Lesson | None = None
        self.looked: Looked | None = None
        self.others: dict[bool, Looked] = {}
        self.subjects: dict[tuple[Target, str, Access | None, int], Subject | None] = {}
        self._cuts: dict[bool, Cut] = {}
        self._cutting: dict[bool, asyncio.Future[Cut]] = {}
        body = page.body if page is not None else b""
        self.is_based_elsewhere = _FOREIGN_BASE.search(body) is not None
        self.is_markup = is_markup(body)
        self.is_doubted = page is not None and is_doubted(body, content_type)
        self.nonces = tuple(_NONCE.findall(body))
        self._pieces = tuple(_NONCE.split(body)) if self.nonces else ()
        at = page.notice_at if page is not None else None
        self.before_notice = 0 if at is None else len(_NONCE.findall(body[:at]))

    async def cut(self, *, continued: bool) -> Cut:
        """The page without its withheld text; worked out once, off the event loop. The page must have been read."""
        held = self._cuts.get(continued)
        if held is not None:
            return held
        under_way = self._cutting.get(continued)
        if under_way is None:
            assert self.page is not None
            page = self.page
            under_way = asyncio.ensure_future(asyncio.to_thread(_cut, page, continued=continued))
            self._cutting[continued] = under_way
        try:
            cut = await asyncio.shield(under_way)
        finally:
            if under_way.done():
                self._cutting.pop(continued, None)
        self._cuts[continued] = cut
        return cut

    async def marked(self, *, continued: bool) -> bytes | None:
        """The whole page for a verified crawler, worked out off the event loop. The page must have been read. None
        where a fault of ours prevents it.

        It is not kept: a crawler that goes through an archive asks for each page once, and would fill the memory.
        """
        under_way = self._marking.get(continued)
        if under_way is None:
            assert self.page is not None
            under_way = asyncio.ensure_future(asyncio.to_thread(_marked, self.page, continued=continued))
            under_way.add_done_callback(lambda _: self._marking.pop(continued, None))
            self._marking[continued] = under_way
        return await asyncio.shield(under_way)

    def nonces_of(self, body: bytes) -> tuple[bytes, ...] | None:
        """The nonces of a body that is this page but for its nonces; None for any other body.

        Compares piece by piece, without copying: 10 µs for 150 kB.
        """
        if not self._pieces or not body.startswith(self._pieces[0]):
            return None
        nonces, at = [], len(self._pieces[0])
        for piece in self._pieces[1:]:
            token = _TOKEN.match(body, at)
            if token is None or not body.startswith(piece, token.end()):
                return None
            nonces.append(token[0])
            at = token.end() + len(piece)
        return tuple(nonces) if at == len(body) else None


@dataclass(frozen=True, slots=True)
class Seen:
    """A version as one answer brought it: ``nonces`` are that answer's, None where they are the version's own."""

    version: Version
    nonces: tuple[bytes, ...] | None = None

    def full(self, body: bytes, notice: bytes) -> bytes:
        """The answer's body with the notice in the version's place for it."""
        page = self.version.page
        assert page is not None
        if self.nonces is None or page.notice_at is None:
            return page.full(notice) if self.nonces is None else body
        before = slice(self.version.before_notice)
        grown = sum(map(len, self.nonces[before])) - sum(map(len, self.version.nonces[before]))
        return page.insert(body, page.notice_at + grown, notice)

    def walled(self, cut: Cut, wall: bytes) -> bytes:
        """The whole walled page of a cut of this version, with this answer's nonces in it."""
        return self._with_own_nonces(cut.walled(wall))

    async def marked(self, *, continued: bool) -> bytes | None:
        """The whole page for a verified crawler, with this answer's nonces in it."""
        page = await self.version.marked(continued=continued)
        return None if page is None else self._with_own_nonces(page)

    def _with_own_nonces(self, page: bytes) -> bytes:
        for own, new in _renamed(self.version.nonces, self.nonces).items():
            page = page.replace(own, new)
        return page


class Versions:
    """A bounded memory of page versions, by their exact bytes.

    The last version at an address is compared whole (2 µs for 150 kB), piece by piece where the page has nonces.
    Otherwise the bytes themselves are the key: a dictionary look-up hashes them with the interpreter's keyed SipHash
    (23 µs, a quarter of keyed BLAKE2b) and compares them, so that no collision can serve one page for another.
    """

    def __init__(self, options: PageOptions, *, capacity: int) -> None:
        self._options = options
        self._capacity = capacity
        self._held = 0
        self._latest: OrderedDict[str, Version] = OrderedDict()
        self._versions: OrderedDict[_Key, Version] = OrderedDict()
        self._reading: dict[_Key, asyncio.Future[Version]] = {}
        self._first: dict[str, asyncio.Future[Version]] = {}

    async def of(self, body: bytes, content_type: str | None, address: str) -> Seen:
        """The version with these bytes at this address, read now if it is new.

        Of several that come at once the first is read before the others: they may differ from it in their nonces alone.
        """
        seen = self._like_latest(body, content_type, address)
        if seen is None and address in self._first:
            await asyncio.wait((self._first[address],))
            seen = self._like_latest(body, content_type, address)
        if seen is not None:
            return seen
        key = (body, content_type, address)
        held = self._versions.get(key)
        if held is None:
            return Seen(await self._read_once(key))
        self._note_latest(address, held)
        return Seen(held)

    def _note_latest(self, address: str, version: Version) -> None:
        self._latest[address] = version
        self._latest.move_to_end(address)

    def _like_latest(self, body: bytes, content_type: str | None, address: str) -> Seen | None:
        """The last version at an address, where these bytes are that one but for their nonces."""
        latest = self._latest.get(address)
        if latest is None or latest.page is None or latest.content_type != content_type:
            return None
        if latest.page.body == body:
            return Seen(latest)
        nonces = latest.nonces_of(body)
        return None if nonces is None else Seen(latest, nonces)

    async def _read_once(self, key: _Key) -> Version:
        reading = self._reading.get(key)
        if reading is None:
            reading = asyncio.ensure_future(self._read(key))
            self._reading[key] = reading
            if key[2] not in self._first:
                self._first[key[2]] = reading
            # Not left to who waits: all of them may go away.
            reading.add_done_callback(partial(self._was_read, key))
        return await asyncio.shield(reading)

    def _was_read(self, key: _Key, reading: asyncio.Future[Version]) -> None:
        del self._reading[key]
        if self._first.get(key[2]) is reading:
            del self._first[key[2]]

    async def _read(self, key: _Key) -> Version:
        if len(key[0]) <= _INLINE_BYTES:
            version = read_version(*key, self._options)
        else:
            version = await asyncio.to_thread(read_version, *key, self._options)
        self._versions[key] = version
        self._note_latest(key[2], version)
        self._held += len(key[0]) + _OVERHEAD
        while self._held > self._capacity and len(self._versions) > 1:
            dropped, old = self._versions.popitem(last=False)
            self._held -= len(dropped[0]) + _OVERHEAD
            if self._latest.get(dropped[2]) is old:
                del self._latest[dropped[2]]
        return version


def read_version(body: bytes, content_type: str | None, address: str, options: PageOptions) -> Version:
    """Read a page. One that cannot be read, be it by a fault of ours, is a version without a page: an article then
    fails closed, and any other page passes."""
    try:
        return Version(read_page(body, content_type, options, address=address), content_type, None)
    except Undecodable as error:
        return Version(None, content_type, error.reason)
    except Exception:
        _log.exception("a page at %s could not be read: this is a fault of Pennypress", address.partition("?")[0])
        return Version(None, content_type, "it could not be read by a fault of ours")


def _cut(page: Page, *, continued: bool) -> Cut:
    """The page's cut; where a fault of ours prevents it, none, so that nothing of the page goes out."""
    try:
        return page.cut(continued=continued)
    except Exception:
        _log.exception("a page at %s could not be cut: this is a fault of Pennypress", page.address.partition("?")[0])
        return Cut(b"", b"", "it could not be cut by a fault of ours", page.facts.title)


def _marked(page: Page, *, continued: bool) -> bytes | None:
    try:
        return page.marked(continued=continued)
    except Exception:
        _log.exception(
            "a page at %s could not be marked: this is a fault of Pennypress", page.address.partition("?")[0]
        )
        return None


def _renamed(own: tuple[bytes, ...], new: tuple[bytes, ...] | None) -> Mapping[bytes, bytes]:
    """Which nonce of the version became which of the answer."""
    return {} if new is None else dict(zip(own, new, strict=True))
