"""Whose withheld text stands in an answer: looked at once for each body and each state of what is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from typing import TypeVar

from pennypress.http.answer import Answer, first
from pennypress.http.unread import Unread
from pennypress.pages.addresses import Aside, paths_in
from pennypress.pages.guard import Guard, Looked, Sighting
from pennypress.pages.items import bare_json, bare_xml, is_call
from pennypress.pages.kept import Kept
from pennypress.pages.layout import Layout, Written, put_back, written
from pennypress.pages.looking import stands_in
from pennypress.pages.source import GZIP, undo_coding, unpacked

_INLINE = 8_000
"""A text up to this size is looked at in a few milliseconds; larger ones are looked at off the event loop."""

_KEPT_BYTES = 32_000_000
_FIELDS_BYTES = 1_000_000
_GROWN_AT_MOST = 16
_WINDOW = 1_000_000
_OVERLAP = 8_192

Value = TypeVar("Value")
Name = tuple[bytes, str, str, Layout, str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in an answer: its body with its coding undone, whose withheld text stands in it, the links of
    items whose article is not known, and the body without the text of those, with what stands in that.

    ``whole`` is False where the body is too long to be cut, or packed.
    """

    name: Name
    body: bytes
    content_type: str | None
    sightings: tuple[Sighting, ...] = ()
    unknown: tuple[str, ...] = ()
    bare: bytes = b""
    bare_sightings: tuple[Sighting, ...] = ()
    whole: bool = True

    @property
    def nothing(self) -> bool:
        """Whether the answer may go to everybody."""
        return not self.sightings and not self.unknown


@dataclass(frozen=True, slots=True)
class _Held:
    """A verdict, and in which state of what is known it holds; with what was looked at where nothing was found."""

    verdict: Verdict
    generation: int
    looked: tuple[Looked, ...] = ()


class Verdicts:
    """Looks at answers, each body once for each state of what is known."""

    def __init__(self, guard: Guard, unread: Unread, largest: int) -> None:
        self._guard = guard
        self._unread = unread
        self._largest = largest
        self._one_looks = asyncio.Semaphore(1)
        self._kept: Kept[tuple[Name, int], _Held] = Kept(_KEPT_BYTES)
        self._fields: Kept[tuple[str, int], tuple[Sighting, ...]] = Kept(_FIELDS_BYTES)

    async def of(self, answer: Answer, layout: Layout, host: str, opened: frozenset[str] = frozenset()) -> Verdict:
        """What is found in an answer, for who has opened the articles of the links in ``opened``. Raises Undecodable
        where its content coding cannot be undone."""
        said = first(answer.headers, b"content-type")
        coding = (first(answer.headers, b"content-encoding") or b"").decode("latin-1")
        content_type = said.decode("latin-1") if said else None
        name = (digest(answer.body), coding, content_type or "", layout, host, opened)
        key = (name, self._unread.settled)
        held = self._fresh(key) or await self._ruled_out_again(key)
        if held is None:
            look = partial(self._held, name, answer.body, coding, content_type)
            if len(answer.body) <= _INLINE and not coding:
                held = self._keep(key, look(self._kept.get(key)))
            else:
                async with self._one_looks:
                    held = self._fresh(key) or await self._ruled_out_again(key)
                    held = held or self._keep(key, await asyncio.to_thread(look, self._kept.get(key)))
        return held.verdict

    def _fresh(self, key: tuple[Name, int]) -> _Held | None:
        """What is held of a body, where nothing was learned since."""
        held = self._kept.get(key)
        return held if held is not None and held.generation == self._guard.generation else None

    def _keep(self, key: tuple[Name, int], held: _Held) -> _Held:
        self._kept.put(key, held, len(held.verdict.body) + len(held.verdict.bare))
        return held

    async def _ruled_out_again(self, key: tuple[Name, int]) -> _Held | None:
        """What is held of a body in which nothing was found, where nothing that was learned since can stand in it."""
        held = self._kept.get(key)
        looked = [] if held is None else [await self._ruled_out(one) for one in held.looked]
        ruled_out = tuple(one for one in looked if one is not None)
        if held is None or not looked or len(ruled_out) < len(looked):
            return None
        return self._keep(key, _Held(held.verdict, min(one.generation for one in ruled_out), ruled_out))

    async def of_field(self, told: str) -> tuple[Sighting, ...]:
        """Whose withheld text a field of a head says; the same ones come with every answer."""
        key = (told, self._guard.generation)
        held = self._fields.get(key)
        if held is None:
            held = self._look(told.replace("</", "< /"))
            self._fields.put(key, held, len(told))
        return held

    async def look(self, text: str) -> tuple[Sighting, ...]:
        """Whose withheld text stands in a text."""
        if len(text) <= _INLINE:
            return self._look(text)
        return await self._apart(partial(self._look, text))

    async def unknown_in(self, text: str, layout: Layout, host: str) -> tuple[str, ...]:
        """The links of the items in a piece of a text whose article is not known."""
        bare = _BARE.get(layout)
        if bare is None:
            return ()
        look = partial(bare, text, lambda link: self._unread.is_unknown(link, host))
        return (look() if len(text) <= _INLINE else await self._apart(look))[1]

    async def look_again(self, text: Callable[[], str], before: Callable[[], Looked | None], size: int) -> Looked:
        """Whose withheld text stands in a text of about this ``size`` that was looked at ``before``, as far as more is
        known now. What several wait for is looked at once."""
        looked = await self._ruled_out(before())
        if looked is not None:
            return looked
        if size <= _INLINE:
            return self._look_again(text, before())
        async with self._one_looks:
            looked = await self._ruled_out(before())
            if looked is None:
                looked = await asyncio.to_thread(self._look_again, text, before())
            return looked

    async def _ruled_out(self, before: Looked | None) -> Looked | None:
        """What was found before, where nothing was learned since, or nothing of it can stand there; not kept waiting by
        those who look."""
        if before is None or before.generation == self._guard.generation:
            return before
        return None if before.number is None else await asyncio.to_thread(self._guard.ruled_out, before)

    async def _apart(self, look: Callable[[], Value]) -> Value:
        """Look beside the event loop, one at a time: several at once would only keep each other, and it, waiting."""
        async with self._one_looks:
            return await asyncio.to_thread(look)

    def _held(self, name: Name, body: bytes, coding: str, content_type: str | None, before: _Held | None) -> _Held:
        """Look at a body, one that was looked at before as far as more is known now."""
        generation = self._guard.generation
        undone, content_type, whole = self._undone(body, coding, content_type)
        was = written(undone, content_type, name[3])
        if before is not None and before.verdict.nothing and whole:
            texts = [was.text.text] if was.also is None else [was.text.text, was.also]
            looked = tuple(
                self._look_again(partial(str, text), known)
                for text, known in zip(texts, before.looked or (Looked(0, ()),) * len(texts), strict=True)
            )
            if not any(one.sightings for one in looked):
                return _Held(before.verdict, generation, looked)
        return _Held(self._look_at(name, undone, content_type, was, whole=whole), generation)

    def _undone(self, body: bytes, coding: str, content_type: str | None) -> tuple[bytes, str | None, bool]:
        """A body with its coding undone and unpacked, its type, and whether it could be cut."""
        undone = undo_coding(body, coding or None, limit=max(_GROWN_AT_MOST * self._largest, len(body)))
        if undone.startswith(GZIP):
            return unpacked(undone, _GROWN_AT_MOST * self._largest), None, False
        return undone, content_type, len(undone) <= self._largest

    def _look_at(self, name: Name, undone: bytes, content_type: str | None, was: Written, *, whole: bool) -> Verdict:
        host, opened = name[4:]
        if not whole:
            found = {sighting.known.name: sighting for part in _windows(was) for sighting in self._look(part)}
            return (
                Verdict(name, undone, content_type, tuple(found.values()), whole=False)
                if found
                else Verdict(name, b"", content_type)
            )
        sightings = self._sightings(was)
        bare, unknown = self._bare(was, host, opened)
        if not sightings and not unknown:
            return Verdict(name, b"", content_type)
        if not unknown:
            return Verdict(name, undone, content_type, sightings)
        left = put_back(was, bare, undone)
        return Verdict(
            name, undone, content_type, sightings, unknown, left, self._sightings(written(left, content_type, name[3]))
        )

    def _sightings(self, was: Written) -> tuple[Sighting, ...]:
        found = {sighting.known.name: sighting for sighting in self._look(was.text.text)}
        for sighting in self._look(was.also) if was.also is not None else ():
            found.setdefault(sighting.known.name, sighting)
        return tuple(found.values())

    def _look(self, text: str) -> tuple[Sighting, ...]:
        return _beside_addresses(text, self._guard.look(text))

    def _look_again(self, text: Callable[[], str], before: Looked | None) -> Looked:
        looked = self._guard.look_again(text, before)
        return replace(looked, sightings=_beside_addresses(text(), looked.sightings)) if looked.sightings else looked

    def _bare(self, was: Written, host: str, opened: frozenset[str]) -> tuple[str, tuple[str, ...]]:
        text = was.text.text
        bare = _BARE.get(was.layout)
        if bare is None and was.layout is Layout.CODE and is_call(text):
            bare = bare_json
        if bare is None:
            return text, ()
        return bare(text, lambda link: link not in opened and self._unread.is_unknown(link, host))


_BARE: dict[Layout, Callable[[str, Callable[[str], bool]], tuple[str, tuple[str, ...]]]] = {
    Layout.XML: bare_xml,
    Layout.JSON: bare_json,
}


def may_hold_items(layout: Layout) -> bool:
    """Whether an answer of a layout may be a list of items."""
    return layout in _BARE


def _beside_addresses(text: str, sightings: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
    """The sightings less those of which nothing stands in the text but words that an address is made of."""
    paths = "\n".join(paths_in(text)) if sightings else ""
    if not paths:
        return sightings
    less = Aside().put(text)
    return tuple(
        sighting
        for sighting in sightings
        if not stands_in(sighting.withheld, paths) or stands_in(sighting.withheld, less)
    )


def digest(body: bytes) -> bytes:
    """By what a body is told from every other."""
    return blake2b(body, digest_size=16).digest()


def _windows(was: Written) -> Iterator[str]:
    """A text in pieces that overlap."""
    text = was.text.text
    for start in range(0, len(text), _WINDOW):
        yield text[max(0, start - _OVERLAP) : start + _WINDOW]
