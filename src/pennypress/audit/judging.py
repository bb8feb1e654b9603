"""Judging an answer: whose withheld text stands in it, and which words of it."""

from __future__ import annotations

import asyncio

from pennypress.audit.reading import read
from pennypress.http.answer import Answer
from pennypress.pages.guard import Guard, Sighting
from pennypress.pages.withheld import RUN
from pennypress.pages.words import squeeze, words


class Judge:
    """Holds answers against all that the guards know."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def sightings(self, answer: Answer, address: str) -> tuple[Sighting, ...]:
        """Whose withheld text stands in an answer: runs of eight words at least, in any form."""
        if not self._guard.watches or not answer.body:
            return ()
        return await asyncio.to_thread(self._look, answer, address)

    async def told(self, sighting: Sighting, answer: Answer, address: str) -> str:
        """What of an article stands in an answer, in a sentence."""
        return await asyncio.to_thread(_told, sighting, answer, address)

    def _look(self, answer: Answer, address: str) -> tuple[Sighting, ...]:
        found = read(answer, address)
        return self._guard.look(found.text) if found.text else ()


def name_of(sighting: Sighting) -> str:
    """An article, as people know it."""
    return f'"{sighting.article.title or sighting.article.key}"'


def _told(sighting: Sighting, answer: Answer, address: str) -> str:
    letters = squeeze(read(answer, address).text)
    shown, withheld = sighting.known.texts
    free, plain = squeeze(shown), words(withheld)
    for first in range(len(plain) - RUN + 1):
        run = plain[first : first + RUN]
        if "".join(run) in letters and "".join(run) not in free:
            return f"{sighting.words:,} words of {name_of(sighting)}: … {' '.join(run)} …"
    return f"{sighting.words:,} words of {name_of(sighting)}, packed or written another way"
