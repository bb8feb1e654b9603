"""The addresses still to be asked for: each once, and every kind of address in its turn."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from urllib.parse import parse_qsl

_REMEMBERED = 200_000
_INTERFACES = frozenset(("wp-json", "jsonapi", "api"))
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Lead:
    """An address, and how it was come by."""

    address: str
    why: str


class Frontier:
    """Hands out addresses by the look of them in turn, so that a calendar without an end, or a sitemap of a hundred
    thousand articles, leaves room for the rest; every other one is a guess, while there are any."""

    def __init__(self) -> None:
        self._looks: dict[str, deque[Lead]] = {}
        self._guesses: deque[Lead] = deque()
        self._guesses_turn = False
        self._known: set[str] = set()

    @property
    def waiting(self) -> int:
        """How many addresses wait."""
        return len(self._guesses) + sum(map(len, self._looks.values()))

    def add(self, address: str, why: str, *, guessed: bool = False) -> None:
        """Have an address asked for, unless it was added before."""
        if address in self._known or len(self._known) >= _REMEMBERED:
            return
        self._known.add(address)
        row = self._guesses if guessed else self._looks.setdefault(_look(address), deque())
        row.append(Lead(address, why))

    def next(self) -> Lead | None:
        """The next address; None when none waits."""
        self._guesses_turn = not self._guesses_turn and bool(self._guesses)
        if self._guesses_turn or not self._looks:
            return self._guesses.popleft() if self._guesses else None
        look, leads = next(iter(self._looks.items()))
        lead = leads.popleft()
        del self._looks[look]
        if leads:
            self._looks[look] = leads  # to the end of the row
        return lead


def _look(address: str) -> str:
    """What an address has in common with others of its kind: its first part, its depth, its ending, its parameters;
    of an interface for programs also what it asks for."""
    path, _, query = address.partition("?")
    parts = path.strip("/").split("/")
    ending = parts[-1].rpartition(".")[2] if "." in parts[-1] else ""
    names = ",".join(sorted({name for name, _ in parse_qsl(query, keep_blank_values=True)}))
    asked_for = parts[-2] if parts[0] in _INTERFACES and len(parts) > 1 else ""
    return f"{_NUMBER.sub('0', parts[0])} {len(parts)} {asked_for} {ending} {names}"
