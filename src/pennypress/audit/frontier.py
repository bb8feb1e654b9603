"""The addresses still to be asked for: each once, and every kind of address in its turn."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from urllib.parse import parse_qsl

_REMEMBERED = 200_000
_GUESSED = "guessed"
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Lead:
    """An address, and how it was come by."""

    address: str
    why: str


class Frontier:
    """Hands out addresses by the look of them in turn, so that a calendar without an end, or a sitemap of a hundred
    thousand articles, leaves room for the rest."""

    def __init__(self) -> None:
        self._looks: dict[str, deque[Lead]] = {}
        self._known: set[str] = set()
        self.waiting = 0

    def add(self, address: str, why: str, *, guessed: bool = False) -> None:
        """Have an address asked for, unless it was added before. All that are ``guessed`` have one look."""
        if address in self._known or len(self._known) >= _REMEMBERED:
            return
        self._known.add(address)
        look = _GUESSED if guessed else _look(address)
        self._looks.setdefault(look, deque()).append(Lead(address, why))
        self.waiting += 1

    def next(self) -> Lead | None:
        """The next address; None when none waits."""
        for look, leads in self._looks.items():
            lead = leads.popleft()
            self.waiting -= 1
            del self._looks[look]
            if leads:
                self._looks[look] = leads  # to the end of the row
            return lead
        return None


def _look(address: str) -> str:
    """What an address has in common with others of its kind: its first part, its depth, its ending, its parameters."""
    path, _, query = address.partition("?")
    parts = path.strip("/").split("/")
    ending = parts[-1].rpartition(".")[2] if "." in parts[-1] else ""
    names = ",".join(sorted({name for name, _ in parse_qsl(query, keep_blank_values=True)}))
    return f"{_NUMBER.sub('0', parts[0])} {len(parts)} {ending} {names}"
