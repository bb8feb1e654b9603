"""Judging an answer: whose withheld text stands in it, and which words of it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import blake2b

from pennypress.audit.reading import read
from pennypress.core.article import Article
from pennypress.http.answer import Answer
from pennypress.pages.guard import Guard, Sighting
from pennypress.pages.withheld import RUN
from pennypress.pages.words import squeeze, words

MayRead = Callable[[Article], Awaitable[bool]]

_KEPT = 512


class Judge:
    """Holds answers against all that the guards know, and the reader may not read."""

    def __init__(self, guard: Guard, may_read: MayRead) -> None:
        self._guard = guard
        self._may_read = may_read
        self._kept: OrderedDict[bytes, tuple[Sighting, ...]] = OrderedDict()

    async def sightings(self, answer: Answer, address: str) -> tuple[Sighting, ...]:
        """Whose withheld text stands in an answer, in runs of eight words at least and any form: each article once,
        and first what most stands of."""
        if not self._guard.watches or not answer.body:
            return ()
        found = await asyncio.to_thread(self._look, answer, address)
        return tuple([sighting for sighting in found if not await self._may_read(sighting.article)])

    async def told(self, sightings: Sequence[Sighting], answer: Answer, address: str) -> str:
        """What stands in an answer, in a sentence."""
        first, *others = sightings
        said = await asyncio.to_thread(_told, first, answer, address)
        return f"{said}; and of {_counted(len(others))}" if others else said

    def _look(self, answer: Answer, address: str) -> tuple[Sighting, ...]:
        text = read(answer).text
        digest = blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
        if digest not in self._kept:
            self._kept[digest] = _each_article(self._guard.look(text))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[digest]


def _each_article(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    by_words = sorted(sightings, key=lambda sighting: -sighting.words)
    return tuple({sighting.article.key: sighting for sighting in reversed(by_words)}.values())[::-1]


def _counted(articles: int) -> str:
    return "1 more article" if articles == 1 else f"{articles:,} more articles"


def name_of(sighting: Sighting) -> str:
    """An article, as people know it."""
    return f'"{sighting.article.title or sighting.article.key}"'


def _told(sighting: Sighting, answer: Answer, address: str) -> str:
    letters = squeeze(read(answer).text)
    shown, withheld = sighting.known.texts
    free, plain = squeeze(shown), words(withheld)
    for first in range(len(plain) - RUN + 1):
        run = plain[first : first + RUN]
        if "".join(run) in letters and "".join(run) not in free:
            return f"{sighting.words:,} words of {name_of(sighting)}: … {' '.join(run)} …"
    return f"{sighting.words:,} words of {name_of(sighting)}, packed or written another way"
