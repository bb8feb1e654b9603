"""The address budget's book in this process's memory: the reference meaning."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from pennypress.core.meter import ReaderId
from pennypress.store.budget import AddressId, Visitor, month_of


class MemoryBook:
    """Keeps all in dictionaries."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}
        self._visitors: dict[ReaderId, Visitor] = {}
        self._opened: dict[AddressId, dict[str, int]] = {}
        self._seen: dict[AddressId, dict[ReaderId, tuple[int, int]]] = {}

    def keys(self, now: datetime) -> Sequence[bytes]:
        """The keys that still are, this month's first."""
        month = month_of(now)
        self._keys.setdefault(month, secrets.token_bytes(32))
        return [self._keys[month], *(key for held, key in self._keys.items() if held != month)]

    def visitor(self, reader: ReaderId) -> Visitor | None:
        """A reader."""
        return self._visitors.get(reader)

    def keep(self, reader: ReaderId, visitor: Visitor) -> None:
        """Keep a reader."""
        self._visitors[reader] = visitor

    def opened(self, ids: Sequence[AddressId], since: int) -> int:
        """How many distinct articles newcomers opened."""
        held = (self._opened.get(place, {}).items() for place in ids)
        return len({article for articles in held for article, moment in articles if moment >= since})

    def has_opened(self, ids: Sequence[AddressId], article: str, since: int) -> bool:
        """Whether newcomers opened this one."""
        return any(self._opened.get(place, {}).get(article, since - 1) >= since for place in ids)

    def open(self, address: AddressId, article: str, moment: int) -> None:
        """Note that newcomers opened it."""
        self._opened.setdefault(address, {})[article] = moment

    def seen(self, ids: Sequence[AddressId], since: int) -> int:
        """How many established readers were seen."""
        held = (self._seen.get(place, {}).items() for place in ids)
        return len({reader for readers in held for reader, (moment, _) in readers if moment >= since})

    def made(self, ids: Sequence[AddressId], since: int) -> int:
        """How many readers became established who were first seen there."""
        held = (self._seen.get(place, {}).items() for place in ids)
        return len({reader for readers in held for reader, (_, made) in readers if made >= since})

    def see(self, address: AddressId, reader: ReaderId, moment: int, *, made: bool) -> None:
        """Note that an established reader was seen."""
        _, before = self._seen.setdefault(address, {}).get(reader, (0, -1))
        self._seen[address][reader] = (moment, moment if made else before)

    def clean(self, start: datetime) -> None:
        """Let go of what was last of use before then."""
        moment = int(start.timestamp())
        self._visitors = {reader: held for reader, held in self._visitors.items() if held.moment >= moment}
        for place, articles in self._opened.items():
            self._opened[place] = {article: at for article, at in articles.items() if at >= moment}
        for place, readers in self._seen.items():
            self._seen[place] = {reader: held for reader, held in readers.items() if held[0] >= moment}
        self._keys = {month: key for month, key in self._keys.items() if month >= month_of(start)}
