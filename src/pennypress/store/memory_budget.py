"""The address budget's book in this process's memory: the reference meaning."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pennypress.core.budget import Crowd
from pennypress.core.meter import ReaderId
from pennypress.store.budget import AddressId, Visitor


@dataclass(frozen=True, slots=True)
class _Sighting:
    """An established reader at an address: when last, and when they became so there (0: long ago, -1: elsewhere)."""

    moment: int
    made: int = -1


class MemoryBook:
    """Keeps all in dictionaries."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}
        self._visitors: dict[ReaderId, Visitor] = {}
        self._opened: dict[AddressId, dict[str, int]] = {}
        self._seen: dict[AddressId, dict[ReaderId, _Sighting]] = {}
        self._made: dict[AddressId, dict[ReaderId, int]] = {}
        self._refusals: dict[tuple[AddressId, int], tuple[int, int, int]] = {}

    def keys(self, month: str) -> Sequence[bytes]:
        """The keys that still are, this month's first."""
        if month not in self._keys:
            self._keys[month] = secrets.token_bytes(32)
        return [self._keys[month], *(key for held, key in self._keys.items() if held != month)]

    def visitor(self, reader: ReaderId) -> Visitor | None:
        """A reader."""
        return self._visitors.get(reader)

    def keep(self, reader: ReaderId, visitor: Visitor) -> None:
        """Keep a reader."""
        self._visitors[reader] = visitor

    def opened(self, ids: Sequence[AddressId], since: int) -> int:
        """How many distinct articles newcomers opened."""
        held = [articles for place in ids if (articles := self._opened.get(place))]
        return len({article for articles in held for article, moment in articles.items() if moment >= since})

    def has_opened(self, ids: Sequence[AddressId], article: str, since: int) -> bool:
        """Whether newcomers opened this one."""
        return any(self._opened.get(place, {}).get(article, since - 1) >= since for place in ids)

    def open(self, address: AddressId, article: str, moment: int, since: int) -> None:
        """Note that a newcomer opened it."""
        articles = self._opened.setdefault(address, {})
        articles[article] = max(moment, articles.get(article, moment))

    def crowd(self, ids: Sequence[AddressId], since: int, most: int) -> Crowd:
        """The established readers who were seen."""
        own: set[ReaderId] = set()
        others: set[ReaderId] = set()
        for reader, sighting in (seen for place in ids for seen in self._seen.get(place, {}).items()):
            if len(others) >= most:
                break
            if sighting.moment >= since and reader not in own and reader not in others:
                (own if sighting.made >= 0 else others).add(reader)
        return Crowd(len(own), len(others))

    def made(self, ids: Sequence[AddressId], since: int) -> int:
        """How many readers became established who were first seen there."""
        held = (self._made.get(place, {}).items() for place in ids)
        return len({reader for readers in held for reader, made in readers if made >= since})

    def see(self, address: AddressId, reader: ReaderId, moment: int, made: int | None = None) -> None:
        """Note that an established reader was seen."""
        readers = self._seen.setdefault(address, {})
        before = readers.get(reader, _Sighting(moment))
        readers[reader] = _Sighting(moment, before.made if made is None else max(made, before.made))
        if made:
            self._made.setdefault(address, {})[reader] = readers[reader].made

    def refuse(self, address: AddressId, day: int, *, newcomer: bool, first: bool) -> None:
        """Count a view for which the budget was used up."""
        views, newcomers, firsts = self._refusals.get((address, day), (0, 0, 0))
        self._refusals[(address, day)] = (views + 1, newcomers + newcomer, firsts + first)

    def held_keys(self) -> Sequence[bytes]:
        """The keys that still are."""
        return list(self._keys.values())

    def visitors(self, since: int) -> Iterable[Visitor]:
        """Every reader who was seen."""
        return [visitor for visitor in self._visitors.values() if visitor.moment >= since]

    def refusals(self, from_day: int) -> Iterable[tuple[AddressId, int, int, int]]:
        """For addresses and days: views, newcomers, first ones."""
        return [(address, *counts) for (address, day), counts in self._refusals.items() if day >= from_day]

    def erase(self, reader: ReaderId) -> None:
        """Forget a reader."""
        self._visitors.pop(reader, None)
        for seen in self._seen.values():
            seen.pop(reader, None)
        for made in self._made.values():
            made.pop(reader, None)

    def clean(self, start: datetime, keys_from: str) -> None:
        """Let go of what was last of use before then, and of the keys of the months before ``keys_from``."""
        moment, day = int(start.timestamp()), start.toordinal()
        self._visitors = {reader: held for reader, held in self._visitors.items() if held.moment >= moment}
        for place, articles in self._opened.items():
            self._opened[place] = {article: at for article, at in articles.items() if at >= moment}
        for place, readers in self._seen.items():
            self._seen[place] = {reader: held for reader, held in readers.items() if held.moment >= moment}
        for place, made in self._made.items():
            self._made[place] = {reader: at for reader, at in made.items() if reader in self._seen.get(place, {})}
        self._refusals = {place: held for place, held in self._refusals.items() if place[1] >= day}
        self._keys = {month: key for month, key in self._keys.items() if month >= keys_from}
